"""Who reports when, and which reports each version is made of: discrete events under a virtual clock. Pure.

What is learned never changes when it is learned, so the events are played without training anything, and whoever
trains follows them. A device asks, trains, sends ONE report, and asks again once a version has taken it.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hushkey.sync.simulation.algorithms import AGE_MAX, Algorithm
from hushkey.sync.simulation.devices import JITTER, Device, Terms
from hushkey.sync.simulation.pace import Job
from hushkey.sync.simulation.refusals import SimulationRefused

TIMEOUT_S = 3600.0  # after which a cohort does without who never reports; where more were drawn: without who is late


@dataclass(frozen=True, slots=True)
class Contribution:
    """One report: who, and from which version it was trained."""

    device: int
    trained_version: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What the next version is made of."""

    at_s: float
    version: int  # in force until then
    reports: tuple[Contribution, ...]
    downloads: int  # of all devices, from the beginning on
    uploads: int
    most_reports: int  # of one device, from the beginning on

    def age(self, report: Contribution) -> int:
        """Return a report's age in versions."""
        return self.version - report.trained_version


@dataclass(frozen=True, slots=True)
class Schedule:
    """The events of one algorithm over one population."""

    devices: Sequence[Device]
    terms: Terms
    job: Job
    algorithm: Algorithm
    batch: int  # reports of a version
    seed: int
    reports_max: int | None = None  # of one device, where a budget says so

    def collected(self) -> Iterator[Collected]:
        """Yield what each version is made of, for as long as it is asked. Raises SimulationRefused."""
        able = [device for device in self.devices if device.fits(self.job)]
        if len(able) < self.batch:
            raise SimulationRefused(
                f"{len(able)} devices have the memory for it and a version takes {self.batch}; nothing was run: "
                "ask for smaller batches or more devices"
            )
        if self.algorithm.gathering == "cohort":
            yield from self._cohorts(able)
        else:
            yield from self._buffered(able)

    def _cohorts(self, able: Sequence[Device]) -> Iterator[Collected]:
        """Draw a cohort of those awake, wait for the wanted number, go on."""
        rng = np.random.default_rng([self.seed, 1])
        patience = TIMEOUT_S if self.algorithm.over_selection > 1.0 else math.inf
        drawn = min(len(able), math.ceil(self.batch * self.algorithm.over_selection))
        now, downloads, uploads, version = 0.0, 0, 0, 0
        sent = np.zeros(len(self.devices), np.int64)
        while True:
            now = max(now, sorted(device.awake_at(now) for device in able)[drawn - 1])
            awake = [device for device in able if device.awake_at(now) == now]
            cohort = [awake[at] for at in rng.permutation(len(awake))[:drawn]]
            arrivals = []
            for device in cohort:
                done_at, is_sent = self._training(device, version, now)
                if is_sent:
                    arrivals.append((done_at, device.number))
            arrivals = sorted(one for one in arrivals if one[0] <= now + patience)
            taken = arrivals[: self.batch]
            downloads += len(cohort)
            everybody = now + TIMEOUT_S  # where some of those waited for never report
            now = taken[-1][0] if len(taken) == self.batch else max(everybody, *_ends(arrivals))
            late = [at for at, _ in arrivals[self.batch :] if at <= now]
            uploads += len(taken) + len(late)
            if not taken:
                continue
            sent[[number for _, number in taken]] += 1
            reports = tuple(Contribution(number, version) for _, number in taken)
            yield Collected(now, version, reports, downloads, uploads, int(sent.max()))
            version += 1

    def _buffered(self, able: Sequence[Device]) -> Iterator[Collected]:
        """Let everybody train whenever it is their turn; every `batch` reports are a version."""
        by_number = {device.number: device for device in able}
        begun, sent = np.zeros((2, len(self.devices)), np.int64)
        waiting: list[tuple[float, int, int, bool]] = []  # done at, device, trained version, sent
        version = uploads = 0
        buffer: list[Contribution] = []

        def begin(device: Device, now: float) -> None:
            if self.reports_max is not None and begun[device.number] >= self.reports_max:
                return  # its budget is spent
            done_at, is_sent = self._training(device, int(begun[device.number]), now)
            begun[device.number] += 1
            heapq.heappush(waiting, (done_at, device.number, version, is_sent))

        for device in able:
            begin(device, 0.0)
        while waiting:
            now, number, trained, is_sent = heapq.heappop(waiting)
            uploads += is_sent
            if not is_sent or version - trained > AGE_MAX:
                begin(by_number[number], now)
                continue
            buffer.append(Contribution(number, trained))
            if len(buffer) == self.batch:
                taken, buffer = tuple(buffer), []
                sent[[one.device for one in taken]] += 1
                downloads, most = int(begun.sum()), int(sent.max())
                yield Collected(now, version, taken, downloads, uploads, most)
                version += 1
                for one in taken:
                    begin(by_number[one.device], now)

    def _training(self, device: Device, number: int, now: float) -> tuple[float, bool]:
        """Return when a device's training that begins now has reported, and whether it ever does."""
        rng = np.random.default_rng([self.seed, 2, device.number, number])
        jitter = math.exp(JITTER * float(rng.standard_normal()))
        is_sent = float(rng.random()) >= self.terms.dropouts
        return device.done_at(now, device.busy_s(self.job, jitter)), is_sent


def _ends(arrivals: Sequence[tuple[float, int]]) -> list[float]:
    return [at for at, _ in arrivals] or [0.0]
