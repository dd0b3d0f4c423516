"""What is learned from each version's reports: follows a schedule, trains who reported, aggregates, measures.

`Subset` trains one group of many devices' adapters by a trainer (hushkey.sync.simulation.engines); `Full` trains every
weight, a device at a time. Both take up where a checkpoint left them and come to the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.training.fleet_full import FullFleet
from hushkey.model.training.held_out import HeldOut, Recalled
from hushkey.sync.coordinator.gate import PARTS_TRIED
from hushkey.sync.coordinator.optimizer import Moments, step
from hushkey.sync.messages import Optimizer
from hushkey.sync.releases.chain import PARTS
from hushkey.sync.simulation.aggregation import Aggregation
from hushkey.sync.simulation.engines import Spread, Trainer
from hushkey.sync.simulation.gate import PublicGate
from hushkey.sync.simulation.schedule import Collected

Floats = npt.NDArray[np.float32]
State = Mapping[str, npt.NDArray[np.generic]]


class Learner(Protocol):
    """The model that a population is making."""

    def take(self, collected: Collected) -> None:
        """Make the next version of what was collected."""

    def measured(self) -> Recalled:
        """Return how the version in force does on those who trained nothing."""

    def state(self) -> State:
        """Return all that going on needs."""

    def restore(self, state: State) -> None:
        """Go on from a state."""


@dataclass(slots=True)
class Subset:
    """One group of an adapter; every version is kept, since late devices began from older ones."""

    group: str
    trainer: Trainer
    held_out: HeldOut
    aggregation: Aggregation
    optimizer: Optimizer
    versions: list[Floats]
    moments: Moments
    gate: PublicGate | None = None  # None: every step is taken whole
    blank: bool = False  # nobody is trained, and every report is of zeros

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.versions[0].shape

    def take(self, collected: Collected) -> None:
        """Train everybody who reported from the version that they had, and step."""
        starts = [self.versions[one.trained_version] for one in collected.reports]
        if self.blank:
            deltas = [np.zeros_like(start) for start in starts]
        else:
            deltas = self.trainer.train(starts, [one.device for one in collected.reports])
        ages = [collected.age(one) for one in collected.reports]
        self.step(self.aggregation.mean(deltas, ages, collected.version))

    def step(self, mean: npt.NDArray[np.float64]) -> None:
        """Move the newest version by a mean (d,), or by that part of the step that the gate chooses."""
        last, moments = self.versions[-1], self.moments
        held = last.astype(np.float64).ravel()
        candidates = []
        for part in PARTS_TRIED if self.gate else (PARTS,):
            after, self.moments = step(self.optimizer, held, mean, moments, part / PARTS)
            candidates.append(after.astype(np.float32).reshape(self._shape))
        if self.gate is None:
            self.versions.append(candidates[0])
            return
        chosen = self.gate.chosen(last, candidates)
        if chosen is last:  # a rejected batch leaves the optimizer as it was
            self.moments = moments
        self.versions.append(chosen)

    def measured(self) -> Recalled:
        """Return how the newest version does."""
        return self.held_out.of_tensor(self.group, self.versions[-1])

    def state(self) -> State:
        """Return every version and the optimizer's moments."""
        return {
            "versions": np.stack(self.versions),
            "first": self.moments.first,
            "second": self.moments.second,
        }

    def restore(self, state: State) -> None:
        """Go on from a state."""
        self.versions = list(state["versions"].astype(np.float32))
        self.moments = Moments(
            state["first"].astype(np.float64), state["second"].astype(np.float64)
        )


@dataclass(slots=True)
class Full:
    """Every weight; a cohort begins from the version in force, so no other is kept."""

    fleet: FullFleet
    held_out: HeldOut
    rate: float
    elsewhere: Spread | None = None  # None: trained here

    def take(self, collected: Collected) -> None:
        """Train the cohort and take the plain mean."""
        devices = [one.device for one in collected.reports]
        if self.elsewhere is None:
            self.fleet.train_cohort(devices, self.rate)
            return
        total = self.elsewhere.total(self.fleet.weights(), devices)
        self.fleet.move(total, self.rate / max(1, len(devices)))

    def measured(self) -> Recalled:
        """Return how the newest version does."""
        return self.held_out.of_network(self.fleet.frozen())

    def state(self) -> State:
        """Return the weights."""
        return {"weights": self.fleet.weights()}

    def restore(self, state: State) -> None:
        """Go on from a state."""
        self.fleet.use(state["weights"].astype(np.float32))
