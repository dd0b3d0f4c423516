"""The same population through a real leader and a real helper in this process: for small ones. Needs [coordinator].

Devices enrol, build their reports with the device's own code and send them; the worker sums, the helper adds its
noise and signs, and the next version is the adapter that the last record names. A run is not kept: its databases go
with the process.
"""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.training.fleet import Fleet, Reading
from hushkey.model.training.held_out import HeldOut, Recalled
from hushkey.sync.coordinator.gate import NoGate
from hushkey.sync.coordinator.helper import Helper, HelperPolicy
from hushkey.sync.coordinator.leader import Leader
from hushkey.sync.coordinator.services import LocalHelper
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.device.reporting import Place, build
from hushkey.sync.enrolment import enrol
from hushkey.sync.keys import DeviceKey, Entropy
from hushkey.sync.messages import Invitation, Record, Task, decode, encode
from hushkey.sync.signing import RECEIVER, TASK, signed
from hushkey.sync.simulation.algorithms import Algorithm
from hushkey.sync.simulation.comparing import schedule_of
from hushkey.sync.simulation.learners import State
from hushkey.sync.simulation.refusals import SimulationRefused
from hushkey.sync.simulation.results import Costs, outcome, told
from hushkey.sync.simulation.running import Kept, Limits, run
from hushkey.sync.simulation.schedule import Collected
from hushkey.sync.simulation.wire import NOW, Throwaway
from hushkey.sync.simulation.world import World
from hushkey.sync.task_terms import flatten

Floats = npt.NDArray[np.float32]

DEVICES_MAX = 64  # each report is sealed, stored, opened and summed by both roles
_STEPS = 50  # of the worker, for one batch


@dataclass
class Operators:
    """A leader and a helper, each with a database of its own, and a clock that is set."""

    task: Task
    keys: Throwaway
    zero: Adapter
    folder: Path
    entropy: Entropy
    now: int = NOW

    def open(self) -> "Operators":
        """Start both roles and publish the task."""
        shapes = {self.task.base: self.zero.shape}
        operators, receivers = self.keys.operators, self.keys.receivers
        stores = [
            Store.open(f"sqlite:///{self.folder / role}.db", clock=lambda: self.now)
            for role in ("leader", "helper")
        ]
        self.leader = Leader(
            stores[0], operators["leader"], frozenset({0}), shapes, entropy=self.entropy
        )
        self.helper = Helper(
            stores[1],
            operators["helper"],
            {0: receivers["helper"]},
            shapes,
            HelperPolicy(demonstration=True),
            entropy=self.entropy,
        )
        self.worker = Worker(
            stores[0],
            Keys(operators["leader"], {0: receivers["leader"]}),
            shapes,
            LocalHelper(self.helper),
            NoGate(),
            entropy=self.entropy,
        )
        self._stores, self._devices = stores, dict[int, DeviceKey]()
        body, adapter = encode(self.task), self.zero.to_bytes()
        self.helper.adopt(body, adapter)
        self.identity = self.leader.publish(
            signed(body, TASK, operators),
            adapter,
            *(
                signed(encode(self.keys.receiver(role)), RECEIVER, {role: operators[role]})
                for role in self.keys.roles
            ),
        )
        self.settle()
        return self

    def close(self) -> None:
        """Let go of the databases."""
        for store in self._stores:
            store.close()

    def settle(self) -> None:
        """Let the worker work until there is nothing to do."""
        for _ in range(_STEPS):
            if not self.worker.step():
                return
        raise SimulationRefused("the leader's worker came to no end; the run was stopped")

    def device(self, number: int) -> DeviceKey:
        """Return a device's key; it is enrolled the first time."""
        if number not in self._devices:
            key = DeviceKey.generate(self.entropy)
            secret = self.leader.new_code(self.identity)
            task = self.task
            invitation = Invitation(self.identity, task.leader, task.helper, secret.reveal())
            self.leader.enrol(self.identity, enrol(invitation, key))
            self._devices[number] = key
        return self._devices[number]

    def send(self, number: int, version: int, delta: npt.NDArray[np.float64]) -> None:
        """Build a device's report as a device does, and hand it in."""
        place = Place(
            self.task,
            self.identity,
            self.zero.shape,
            version,
            self.keys.receiver("leader"),
            self.keys.receiver("helper"),
        )
        built = build(place, delta, zeros=False, now=self.now, entropy=self.entropy)
        self.leader.accept(self.identity, self.device(number).public, built.data)

    def last(self) -> tuple[Record, Adapter]:
        """Return the last record and the adapter in force."""
        record = decode(self.leader.offer(self.identity).head.body, Record, limit_bytes=4096)
        data = zlib.decompress(self.leader.adapter(record.adapter))
        return record, Adapter.from_bytes(data, self.zero.shape, base=self.task.base)


@dataclass(slots=True)
class ThroughProtocol:
    """A learner whose versions are what both operators signed."""

    operators: Operators
    fleet: Fleet[Any]
    readings: Sequence[Reading[Any]]
    held_out: HeldOut
    versions: list[Floats]

    def take(self, collected: Collected) -> None:
        """Train, report, and take the version that comes of it."""
        self.operators.now = NOW + round(collected.at_s)
        starts = [self.versions[one.trained_version] for one in collected.reports]
        trained = self.fleet.train(starts, [self.readings[one.device] for one in collected.reports])
        for one, start, after in zip(collected.reports, starts, trained, strict=True):
            delta = (after - start).ravel().astype(np.float64)
            self.operators.send(one.device, one.trained_version, delta)
        self.operators.settle()
        record, adapter = self.operators.last()
        if (record.outcome, record.version) != ("released", collected.version + 1):
            raise SimulationRefused("a batch gave no version; the run was stopped")
        flat = flatten(adapter, self.operators.task.ranks)
        self.versions.append(flat.astype(np.float32).reshape(self.versions[0].shape))

    def measured(self) -> Recalled:
        """Return how the newest version does."""
        return self.held_out.of_tensor(self.fleet.group, self.versions[-1])

    def state(self) -> State:
        """Return every version, to be looked at: no run goes on from them."""
        return {"versions": np.stack(self.versions)}

    def restore(self, state: State) -> None:  # noqa: ARG002
        """Refuse: the databases are gone."""
        raise SimulationRefused("a run through the protocol does not go on from a file")


def through_protocol(
    world: World, algorithms: Sequence[Algorithm], folder: Path, *, say: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Yield the line of each algorithm that is a task of this project. Raises SimulationRefused for any other."""
    if any(one.coding is None or not one.coding.rotated or one.gated for one in algorithms):
        raise SimulationRefused(
            "leader and helper take what hushkey encodes and nothing else; nothing was run: --algorithms hushkey"
        )
    if world.preset.devices > DEVICES_MAX:
        raise SimulationRefused(
            f"through the protocol at most {DEVICES_MAX} devices are simulated; nothing was run: --devices N"
        )
    goal = world.goal(folder / f"{world.digest('goal')}.json")
    for algorithm in algorithms:
        outcomes = []
        for seed in world.preset.seeds:
            with tempfile.TemporaryDirectory() as databases:
                learner, operators = learner_of(world, algorithm, Path(databases), os.urandom)
                try:
                    trace = run(
                        schedule_of(world, algorithm, seed),
                        learner,
                        Limits(world.preset.versions),
                        goal.target,
                        Kept(Path(databases) / "run.npz"),
                        on_version=lambda point: say(
                            f"version {point.version}: signed by leader and helper, in force"
                        ),
                    )
                finally:
                    operators.close()
            aggregation = world.aggregation(algorithm, seed)
            costs = Costs(world.job(algorithm), world.preset.devices, aggregation.epsilon)
            outcomes.append(outcome(trace, goal, costs))
        yield told(algorithm, outcomes, world.preset, goal)


def learner_of(
    world: World, algorithm: Algorithm, folder: Path, entropy: Entropy
) -> tuple[ThroughProtocol, Operators]:
    """Return a learner over operators that were just started, and those, to be closed."""
    operators = Operators(world.task(algorithm), world.keys, world.known, folder, entropy).open()
    start = [world.start]
    return (
        ThroughProtocol(operators, world.fleet, world.readings, world.held_out, start),
        operators,
    )
