"""A population made ready: the base, everybody's lines read once, the goal, and a learner for each algorithm."""

import hashlib
import json
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base
from hushkey.model.directions import Directions
from hushkey.model.groups import AdapterShape
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Fleet, Reading
from hushkey.model.training.fleet_full import FullFleet
from hushkey.model.training.fleets import fleet_of, trained_together
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.held_out import HeldOut, Recalled
from hushkey.model.training.likelihood import Likelihood
from hushkey.model.training.weights import load_weights
from hushkey.sync.coordinator.optimizer import Moments
from hushkey.sync.device.training import SETTINGS
from hushkey.sync.messages import Subspace, Task
from hushkey.sync.simulation.aggregation import (
    Aggregation,
    Coded,
    aggregation_of,
    floor_of,
)
from hushkey.sync.simulation.algorithms import Algorithm, suited
from hushkey.sync.simulation.devices import Device, draw_devices
from hushkey.sync.simulation.engines import Engine, Local, Spread, Trainer, Work
from hushkey.sync.simulation.gate import PublicGate
from hushkey.sync.simulation.learners import Full, Learner, Subset
from hushkey.sync.simulation.pace import (
    FULL,
    SUBSET,
    Job,
    full_training_bytes,
    subset_training_bytes,
)
from hushkey.sync.simulation.people import People, Person
from hushkey.sync.simulation.presets import TARGET, Preset
from hushkey.sync.simulation.public import Public
from hushkey.sync.simulation.refusals import SimulationRefused
from hushkey.sync.simulation.wire import Throwaway, plain_full, plain_subset, task_of, weighed

Floats = npt.NDArray[np.float32]

UNWEIGHED = 1e-9  # a length that no delta is below

SEED = 1  # of fixed factors, and of the order in which a device takes its lines
DEVICE: Settings = Settings(  # as hushkey.sync.device.training asks
    epochs=int(SETTINGS["epochs"]), share=SETTINGS["share"], seed=SEED
)


@dataclass(frozen=True, slots=True)
class Goal:
    """Recall@3 of the base and of centralised training, and what is to be reached."""

    base: float
    centralised: float

    @property
    def target(self) -> float | None:
        """What is to be reached: the stated share of the gain; none where centralised training gained nothing."""
        gain = self.centralised - self.base
        return self.base + TARGET * gain if gain > 0.0 else None

    def kept(self, recall: float) -> float:
        """Return which share of the centralised gain a recall is."""
        gain = self.centralised - self.base
        return (recall - self.base) / gain if gain else 0.0


class World:
    """One preset over its people. What is not needed is not read."""

    def __init__(  # noqa: PLR0913
        self,
        base: Base,
        people: People,
        preset: Preset,
        *,
        say: Callable[[str], None] = lambda _: None,
        engine: Engine | None = None,
        kept: Path | None = None,
    ) -> None:
        """`engine`: where the subset is trained; None: in this process. `kept`: where directions are kept."""
        self._base, self._people, self.preset, self._say = base, people, preset, say
        self._engine, self._folder = engine, kept
        self._network = FrozenNetwork.load(base.folder / WEIGHTS)
        self.keys = Throwaway.generate()

    def with_preset(self, preset: Preset) -> "World":
        """Return the same people under a preset of as many words and ranks: what was read of them is not read again."""
        made = copy(self)
        made.preset = preset
        return made

    @cached_property
    def shape(self) -> AdapterShape:
        """The base's sizes."""
        return AdapterShape.of_sizes(self._network.shape.as_dict())

    @cached_property
    def zero(self) -> Adapter:
        """The adapter that everybody begins with."""
        return Adapter.zero(
            self.shape, base=self._base.identity, seed=SEED, ranks=dict(self.preset.ranks)
        )

    @cached_property
    def public(self) -> Public:
        """Those whose lines are public."""
        writers = self._people.public
        return Public(self._base, self._network, writers, DEVICE, say=self._say, kept=self._folder)

    @cached_property
    def directions(self) -> Directions | None:
        """The base's public directions where they are of the group; else those of the public writers, if there are any.

        Devices of ours send what they learned along them.
        """
        held = self._base.directions
        if held is not None and held.suit(self.shape, self.preset.ranks):
            return held
        return self.public.directions(self.zero)

    @cached_property
    def known(self) -> Adapter:
        """The adapter that everybody begins with; its shape knows the directions, as devices and operators have it."""
        return replace(self.zero, shape=replace(self.shape, directions=self.directions))

    @cached_property
    def gate(self) -> PublicGate | None:
        """The public lines that versions are held against; None where there are none."""
        return self.public.gate(self.zero, self.group)

    @cached_property
    def histories(self) -> list[list[Pieces]]:
        """What each device trains on."""
        return [pieces_of(person.lines, self._base.vocabulary) for person in self._people.devices]

    @property
    def group(self) -> str:
        """The group that is shared. Raises SimulationRefused where it is not one alone."""
        if len(self.preset.ranks) != 1:
            raise SimulationRefused(
                "many devices are trained at once on one group alone; nothing was run"
            )
        return next(iter(self.preset.ranks))

    @cached_property
    def fleet(self) -> Fleet[Any]:
        """The devices' trainings of the subset."""
        return fleet_of(self._network, self._base.vocabulary, self.zero, DEVICE)

    @cached_property
    def readings(self) -> list[Reading[Any]]:
        """Every device's lines, read once by the base."""
        self._say(f"reading the lines of {len(self.histories)} devices")
        return [self.fleet.read(lines) for lines in self.histories]

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Predicted pieces and steps of each device's training; with an engine nothing is read for them here."""
        if self._engine is None:
            return [(reading.pieces, len(reading.steps)) for reading in self.readings]
        return [self.fleet.size(lines) for lines in self.histories]

    @property
    def trainer(self) -> Trainer:
        """Who trains the subset."""
        return self.elsewhere or Local(self.fleet, self.readings)

    @cached_property
    def elsewhere(self) -> Spread | None:
        """Who trains where an engine says; None without one."""
        if self._engine is None:
            return None
        base, zero = self._base, self.zero.to_bytes()
        pieces = [pieces for pieces, _ in self.sizes]
        work = Work(base.folder, base.identity, zero, DEVICE, self.histories, pieces)
        return self._engine.trainer(work)

    @cached_property
    def held_out(self) -> HeldOut:
        """Those who are measured on."""
        return self.recall_of(self._people.held_out)

    @cached_property
    def likelihood(self) -> Likelihood:
        """The same people's nats: a finer measure than recall."""
        return self.likelihood_of(self._people.held_out)

    def recall_of(self, people: Sequence[Person]) -> HeldOut:
        """Return people's lines as recall is measured on them, read once."""
        lines = [pieces_of(person.lines, self._base.vocabulary) for person in people]
        return HeldOut(self._network, self._base.vocabulary, self.zero, lines)

    def likelihood_of(self, people: Sequence[Person]) -> Likelihood:
        """Return people's lines as nats are measured on them."""
        lines = [pieces_of(person.lines, self._base.vocabulary) for person in people]
        return Likelihood(self._network, self._base.vocabulary, self.zero, lines)

    def devices(self, seed: int) -> list[Device]:
        """Draw the devices of a seed."""
        rng = np.random.default_rng([seed, 0])
        pieces = [pieces for pieces, _ in self.sizes]
        steps = [steps for _, steps in self.sizes]
        return draw_devices(self.preset.terms, pieces, steps, rng)

    def of_public_text(self) -> Floats:
        """Train the same adapter on the public writers' lines in one place: what nobody's device is needed for."""
        readings = [self.fleet.read(own) for own in self.public.lines]
        return trained_together(self._network, self._base.vocabulary, self.zero, readings)

    # The goal ------------------------------------------------------------------------------------

    def centralised(self) -> Floats:
        """Train the same adapter on all devices' lines in one place; return what was learned."""
        self._say("training the same adapter on all lines in one place")
        return trained_together(self._network, self._base.vocabulary, self.zero, self.readings)

    def base_recalled(self) -> Recalled:
        """Measure the base."""
        return self.held_out.of_tensor(self.group, self.start)

    @property
    def start(self) -> Floats:
        """What everybody's training begins from, at first."""
        return self.zero.tensors[self.group]

    def goal(self, kept: Path) -> Goal:
        """Return the goal, from a file where it was kept."""
        try:
            return Goal(**json.loads(kept.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            found = Goal(
                self.base_recalled().recall_at_3,
                self.held_out.of_tensor(self.group, self.centralised()).recall_at_3,
            )
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(found)), encoding="utf-8")
        return found

    # Algorithms ----------------------------------------------------------------------------------

    def job(self, algorithm: Algorithm) -> Job:
        """Return what one training of an algorithm costs a device."""
        if algorithm.trained == "full":
            return plain_full(self.shape, FULL, full_training_bytes(self.shape, DEVICE))
        training = subset_training_bytes(self.shape, self.preset.ranks, DEVICE)
        if algorithm.coding is None:
            return plain_subset(self.shape, self.preset.ranks, SUBSET, training)
        known = self.known if algorithm.directed else self.zero
        return weighed(self.task(algorithm), self.keys, known, SUBSET, training)

    def task(self, algorithm: Algorithm) -> Task:
        """Return the terms that an algorithm of ours comes to, under throwaway keys."""
        coded = self._coded(algorithm, SEED)
        used, terms = coded.codec.directions, coded.codec.terms
        quiet = coded.coding.quiet or UNWEIGHED
        return task_of(
            self.keys,
            adapter=self.zero,
            codec=terms,
            variance_floor=floor_of(quiet, terms),
            weights=coded.weights,
            batch=self.preset.batch,
            sigma=coded.sigma,
            optimizer=algorithm.optimizer,
            subspace=None if used is None else Subspace(terms.dimension, used.digest),
        )

    def aggregation(self, algorithm: Algorithm, seed: int) -> Aggregation:
        """Return how an algorithm's reports become a step."""
        if algorithm.coding is not None:
            return self._coded(algorithm, seed)
        return aggregation_of(algorithm, self.zero.parameters, self.preset.batch, seed)

    def _coded(self, algorithm: Algorithm, seed: int) -> Coded:
        directions = self.directions if algorithm.directed else None
        one, size = suited(algorithm, self.group), self.zero.parameters
        return Coded.of(one, size, self.preset.batch, seed, directions)

    def learner(self, algorithm: Algorithm, seed: int) -> Learner:
        """Return what an algorithm learns with, as it begins."""
        if algorithm.trained == "full":
            network = load_weights(self._base.folder / WEIGHTS)
            fleet = FullFleet(network, self._base.vocabulary, self.histories, DEVICE)
            return Full(fleet, self.held_out, algorithm.optimizer.rate, self.elsewhere)
        size = self.zero.parameters
        return Subset(
            self.group,
            self.trainer,
            self.held_out,
            self.aggregation(algorithm, seed),
            algorithm.optimizer,
            [self.start],
            Moments.none(size),
            self.gate if algorithm.gated else None,
            algorithm.blank,
        )

    def digest(self, *more: object) -> str:
        """Name all that a result depends on: the base, the people, the preset, and what else is given."""
        preset = {**asdict(self.preset), "ranks": dict(self.preset.ranks)}
        for left_out in (
            "name",
            "algorithms",
            "seeds",
            "versions",
            "full_versions",
            "public",
            "further",
        ):
            del preset[left_out]
        parts = [self._base.identity, self._people.digest(), preset, DEVICE.description()]
        told = json.dumps([*parts, *map(repr, more)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]
