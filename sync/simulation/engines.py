"""Where a version's trainings run: in this process, or split over workers that each keep some devices' lines read.

A trainer is asked for devices by number and answers in the order asked, so what is made of its answers does not
depend on where they were computed: only the grouping of matrix products does, which is told in the last bits of a
float. It knows no process, host or library: `over_ray` brings workers that are Ray's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Fleet, Reading

Floats = npt.NDArray[np.float32]
T_co = TypeVar("T_co", covariant=True)


class Trainer(Protocol):
    """Trains devices of a population."""

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes of where it starts, in the order asked."""


class Spread(Trainer, Protocol):
    """Trains them elsewhere, every weight too."""

    def total(self, weights: Floats, devices: Sequence[int]) -> Floats:
        """Return the sum (W,) of what training every weight changes of `weights` on each device."""


@dataclass(frozen=True, slots=True)
class Local:
    """This process: every device's lines are read here."""

    fleet: Fleet[Any]
    readings: Sequence[Reading[Any]]

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes."""
        trained = self.fleet.train(starts, [self.readings[device] for device in devices])
        return [after - start for after, start in zip(trained, starts, strict=True)]


@dataclass(frozen=True, slots=True)
class Work:
    """All that a worker needs: which base, the zero adapter, and lines as piece ids, never as text."""

    folder: Path  # of the base
    base: str  # its identity
    zero: bytes
    settings: Settings
    histories: Sequence[Sequence[Pieces]]
    sizes: Sequence[int]  # predicted pieces of each device's training


class Engine(Protocol):
    """Gives the trainer of a population's work."""

    def trainer(self, work: Work) -> Spread:
        """Return a trainer of these devices, which may be asked any number of times."""


class Answer(Protocol[T_co]):
    """What a worker is computing."""

    def wait(self) -> T_co:
        """Return it when it is there."""


class Worker(Protocol):
    """Holds some devices."""

    def begin(self, starts: Sequence[Floats], devices: Sequence[int]) -> Answer[Sequence[Floats]]:
        """Begin to train devices of its own, and return at once: their deltas."""

    def begin_total(self, weights: Floats, devices: Sequence[int]) -> Answer[Floats]:
        """Begin to train every weight on them, and return at once: the sum of what that changes."""


@dataclass(frozen=True, slots=True)
class Sharded:
    """Trainings split over workers, each device always with the worker that has read its lines."""

    workers: Sequence[Worker]
    homes: Sequence[int]  # by device: which worker

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes, in the order asked."""
        answers = [
            (at, worker.begin([starts[place] for place in at], [devices[place] for place in at]))
            for at, worker in self._split(devices)
        ]
        found = {
            place: delta
            for at, answer in answers
            for place, delta in zip(at, answer.wait(), strict=True)
        }
        return [found[place] for place in range(len(devices))]

    def total(self, weights: Floats, devices: Sequence[int]) -> Floats:
        """Return the sum (W,) of what training every weight changes, worker after worker."""
        answers = [
            worker.begin_total(weights, [devices[place] for place in at])
            for at, worker in self._split(devices)
        ]
        total = np.zeros_like(weights)
        for answer in answers:
            total += answer.wait()
        return total

    def _split(self, devices: Sequence[int]) -> list[tuple[list[int], Worker]]:
        """Return each worker that has any of them, with their places."""
        places: list[list[int]] = [[] for _ in self.workers]
        for place, device in enumerate(devices):
            places[self.homes[device]].append(place)
        return [(at, one) for at, one in zip(places, self.workers, strict=True) if at]


def homes(sizes: Sequence[int], workers: int) -> list[int]:
    """Return each device's worker: the largest first, back and forth, so that any few are spread about evenly."""
    turns = [*range(workers), *reversed(range(workers))]
    found = [0] * len(sizes)
    for rank, device in enumerate(sorted(range(len(sizes)), key=lambda one: (-sizes[one], one))):
        found[device] = turns[rank % len(turns)]
    return found
