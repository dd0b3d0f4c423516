"""Where a version's trainings run: in this process, or split over workers that each keep some devices' lines read.

A trainer is asked for devices by number and answers in the order asked, so what is made of its answers does not
depend on where they were computed: only the grouping of matrix products does, which is told in the last bits of a
float. It knows no process, host or library: `over_ray` brings workers that are Ray's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Fleet, Reading

Floats = npt.NDArray[np.float32]


class Trainer(Protocol):
    """Trains devices of a population."""

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes of where it starts, in the order asked."""


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

    def trainer(self, work: Work) -> Trainer:
        """Return a trainer of these devices, which may be asked any number of times."""


class Answer(Protocol):
    """Deltas that a worker is computing."""

    def wait(self) -> Sequence[Floats]:
        """Return them when they are there."""


class Worker(Protocol):
    """Holds some devices."""

    def begin(self, starts: Sequence[Floats], devices: Sequence[int]) -> Answer:
        """Begin to train devices of its own, and return at once."""


@dataclass(frozen=True, slots=True)
class Sharded:
    """Trainings split over workers, each device always with the worker that has read its lines."""

    workers: Sequence[Worker]
    homes: Sequence[int]  # by device: which worker

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes, in the order asked."""
        places: list[list[int]] = [[] for _ in self.workers]
        for place, device in enumerate(devices):
            places[self.homes[device]].append(place)
        answers = [
            (at, worker.begin([starts[place] for place in at], [devices[place] for place in at]))
            for at, worker in zip(places, self.workers, strict=True)
            if at
        ]
        found = {
            place: delta
            for at, answer in answers
            for place, delta in zip(at, answer.wait(), strict=True)
        }
        return [found[place] for place in range(len(devices))]


def homes(sizes: Sequence[int], workers: int) -> list[int]:
    """Return each device's worker: the largest first, back and forth, so that any few are spread about evenly."""
    turns = [*range(workers), *reversed(range(workers))]
    found = [0] * len(sizes)
    for rank, device in enumerate(sorted(range(len(sizes)), key=lambda one: (-sizes[one], one))):
        found[device] = turns[rank % len(turns)]
    return found
