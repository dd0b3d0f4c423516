"""hushkey's simulator: many devices' trainings in one step, in this process (--workers 0) or over Ray's workers."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from bench.simulators.contest import contest
from bench.simulators.meter import Meter
from bench.simulators.work import lines_in, parts_of
from hushkey.model.base import load_base
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.fleet import Fleet, Reading, use_threads
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.sync.simulation.engines import Local, Work
from hushkey.sync.simulation.over_ray import OverRay
from hushkey.sync.simulation.world import DEVICE


class Lazily:
    """Readings that are read when they are first asked for, as a worker of Ray's does."""

    def __init__(self, fleet: Fleet[Any], histories: Sequence[Sequence[Pieces]]) -> None:
        self._fleet, self._histories = fleet, histories
        self._read: dict[int, Reading[Any]] = {}

    def __getitem__(self, device: int) -> Reading[Any]:
        if device not in self._read:
            self._read[device] = self._fleet.read(self._histories[device])
        return self._read[device]

    def __len__(self) -> int:
        return len(self._histories)


if __name__ == "__main__":
    held = contest()
    be_a_good_neighbour()
    use_threads(1)
    base = load_base()
    _, zero, fleet = parts_of(base)
    histories = [lines_in(held.folder, number) for number in range(held.devices + 1)]
    everybody = list(range(held.devices))
    version = held.start
    with OverRay(workers=held.workers) if held.workers else nullcontext() as engine:
        if engine is None:
            trainer = Local(fleet, Lazily(fleet, histories))
        else:
            sizes = [fleet.size(lines)[0] for lines in histories]
            work = Work(base.folder, base.identity, zero.to_bytes(), DEVICE, histories, sizes)
            trainer = engine.trainer(work)
        # Every worker is up, and nobody's lines are read but those of who warms up; or all are.
        warm = everybody if held.variant == "features" else [held.devices]
        trainer.train([version] * len(warm), warm)
        meter = Meter()
        for _ in range(held.rounds):
            version = version + np.mean(trainer.train([version] * held.devices, everybody), axis=0)
        meter.done(held.rounds * held.devices, held.keep(version))
