"""Devices as a simulation knows them: how fast, how large, how near, when awake. Pure; a seed decides."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from hushkey.sync.simulation.pace import LATENCY_S, Job
from hushkey.sync.simulation.refusals import SimulationRefused

Availability = Literal["always", "night"]

# Shares of the classes; what everyday machines are like, fixed before any run.
SPEEDS: Final = ((1.0, 0.4), (2.0, 0.4), (4.0, 0.2))  # times the reference core's seconds
MEMORIES: Final = ((32 << 20, 0.25), (192 << 20, 0.5), (1 << 30, 0.25))  # bytes for training
LINKS: Final = ((50e6, 10e6, 0.4), (10e6, 2e6, 0.4), (2e6, 0.5e6, 0.2))  # bits/s down, up
DAY_S: Final = 86_400.0
NIGHT_S: Final = 8 * 3600.0  # on its charger
NIGHT_BEGINS_S: Final = 22.5 * 3600.0
NIGHT_SPREAD_S: Final = 1.5 * 3600.0
JITTER: Final = 0.1  # of a turnaround's logarithm, from one to the next


@dataclass(frozen=True, slots=True)
class Terms:
    """What a population is like."""

    stragglers: float = 0.9  # share of the devices
    slowdown: float = 5.0  # of a straggler's whole turnaround
    dropouts: float = 0.0  # chance that a training that was begun gives no report
    availability: Availability = "always"

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not (0.0 <= self.stragglers <= 1.0 and 0.0 <= self.dropouts < 1.0):
            raise SimulationRefused("stragglers and dropouts are shares; nothing was run")
        if not self.slowdown >= 1.0:
            raise SimulationRefused("a straggler is not faster than others; nothing was run")


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `pieces` and `steps` are of one training on its history."""

    number: int
    pieces: int
    steps: int
    speed: float  # times the reference core's seconds
    straggler: bool
    slowdown: float  # 1.0 where it is none
    memory_bytes: int
    down_bps: float
    up_bps: float
    night_begins_s: float | None  # None: always awake

    def fits(self, job: Job) -> bool:
        """Whether it has the memory for a training."""
        return self.memory_bytes >= job.training_bytes

    def busy_s(self, job: Job, jitter: float) -> float:
        """Return the seconds from asking for a version to the report's arrival, asleep or not."""
        network = 8 * (job.down_bytes / self.down_bps + job.up_bytes / self.up_bps) + 2 * LATENCY_S
        compute = self.speed * job.compute_s(self.pieces, self.steps)
        return self.slowdown * (network + compute) * jitter

    def awake_at(self, now_s: float) -> float:
        """Return the first time from now on at which it is awake."""
        if self.night_begins_s is None:
            return now_s
        into = (now_s - self.night_begins_s) % DAY_S
        return now_s if into < NIGHT_S else now_s + DAY_S - into

    def done_at(self, begun_s: float, busy_s: float) -> float:
        """Return when so many seconds of work begun then are over: it rests outside its nights, and goes on."""
        now = self.awake_at(begun_s)
        if self.night_begins_s is None:
            return now + busy_s
        left = NIGHT_S - (now - self.night_begins_s) % DAY_S
        while busy_s > left:
            busy_s -= left
            now, left = now + left + DAY_S - NIGHT_S, NIGHT_S
        return now + busy_s


def draw_devices(
    terms: Terms, pieces: list[int], steps: list[int], rng: np.random.Generator
) -> list[Device]:
    """Return a device for each history; exactly the stated share of them, rounded, are stragglers."""
    count = len(pieces)
    slow = set(rng.permutation(count)[: round(terms.stragglers * count)].tolist())
    speeds = rng.choice([speed for speed, _ in SPEEDS], count, p=[share for _, share in SPEEDS])
    memories = rng.choice([size for size, _ in MEMORIES], count, p=[share for _, share in MEMORIES])
    links = rng.choice(len(LINKS), count, p=[share for _, _, share in LINKS])
    nights = NIGHT_BEGINS_S + NIGHT_SPREAD_S * rng.standard_normal(count)
    return [
        Device(
            number,
            pieces[number],
            steps[number],
            float(speeds[number]),
            number in slow,
            terms.slowdown if number in slow else 1.0,
            int(memories[number]),
            *LINKS[int(links[number])][:2],
            float(nights[number]) if terms.availability == "night" else None,
        )
        for number in range(count)
    ]
