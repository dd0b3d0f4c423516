"""Both roles over real databases, with a clock that the test sets and entropy that repeats itself."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from protocol_stand_ins import (
    KEYS,
    RECEIVER_KEYS,
    SHAPE,
    TASK_SAMPLE,
    WITHIN,
    drawn,
    receiver,
    task,
)

from hushkey.model.adapter import Adapter
from hushkey.sync.codec import CodecTerms, pack, split
from hushkey.sync.codec.ring import Integers
from hushkey.sync.coordinator.faults import Faults, NoFaults
from hushkey.sync.coordinator.gate import Gate, NoGate
from hushkey.sync.coordinator.helper import Helper, HelperPolicy
from hushkey.sync.coordinator.leader import Leader
from hushkey.sync.coordinator.services import HelperPeer, LocalHelper
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.enrolment import enrol
from hushkey.sync.envelopes import seal_report
from hushkey.sync.keys import DeviceKey, Entropy, ReportSeed
from hushkey.sync.messages import (
    Invitation,
    Metadata,
    Operator,
    Record,
    Task,
    decode,
    encode,
    envelope_info,
    hash_of,
)
from hushkey.sync.signing import RECEIVER, TASK, signed
from hushkey.sync.task_terms import codec_of, codec_terms

NOW = 1_800_000_000
SHAPES = {TASK_SAMPLE.base: WITHIN}


def loopback(role: str, port: int) -> Operator:
    return Operator(role, f"http://127.0.0.1:{port}", KEYS[role].public)  # type: ignore[index]


def small_task(**changes: Any) -> Task:
    """A demonstration: batches of 4 to 8, little noise, a ring as wide as it must be."""
    small = {"batch_min": 4, "batch_max": 8, "sigma": 40, "norm_limit": 50.0}
    made = task(
        leader=loopback("leader", 8001),
        helper=loopback("helper", 8002),
        demonstration=True,
        **{**small, **changes},
    )
    terms = codec_terms(made, SHAPE).fitted(made.batch_max, made.weight_max, made.sigma)
    return task_with(made, bits=terms.bits)


def task_with(made: Task, **changes: Any) -> Task:
    return msgspec.structs.replace(made, **changes)


class Clock:
    """A time that stands until it is set."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Repeating:
    """Entropy that is a stream of SHAKE-256: the same for the same label."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._numbers = itertools.count()

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_256(f"{self._label} {next(self._numbers)}".encode()).digest(size)


_HELPERS = ("answer.", "countersign.uncommitted", "countersign.committed", "helper-")


def is_helpers(label: str) -> bool:
    """Whether it is the helper that passes this label."""
    return label.startswith(_HELPERS)


class Crash(BaseException):
    """The process is gone."""


class CrashAt:
    """Dies the n-th time that a label is reached; notes whatever was, and may look round at each."""

    def __init__(
        self, label: str = "", times: int = 1, look: Callable[[], None] | None = None
    ) -> None:
        self.label = label
        self.left = times
        self.look = look
        self.reached: list[str] = []

    def reach(self, label: str) -> None:
        self.reached.append(label)
        if self.look is not None and label.endswith(".committed"):
            self.look()
        if label == self.label:
            self.left -= 1
            if self.left == 0:
                raise Crash


@dataclass
class Sent:
    """One report as its device made it."""

    device: DeviceKey
    metadata: Metadata
    data: bytes
    token: bytes
    integers: Integers


@dataclass
class World:
    """A leader and a helper, each with a store of its own."""

    leader_url: str
    helper_url: str
    task: Task = field(default_factory=small_task)
    gate: Gate = field(default_factory=NoGate)
    policy: HelperPolicy = field(default_factory=lambda: HelperPolicy(demonstration=True))
    entropy: Entropy = field(default_factory=lambda: Repeating("world"))
    clock: Clock = field(default_factory=Clock)
    wrap: Callable[[HelperPeer], HelperPeer] = lambda peer: peer

    def __post_init__(self) -> None:
        self.identity = hash_of(encode(self.task))
        self.codec = codec_of(self.task, WITHIN)
        self.adapter = Adapter.zero(
            SHAPE, base=self.task.base, seed=self.task.adapter_seed, ranks=self.task.ranks
        ).to_bytes()
        self.open()

    @property
    def terms(self) -> CodecTerms:
        return self.codec.terms

    def open(self, leader: Faults | None = None, helper: Faults | None = None) -> None:
        """Open both stores and make the roles anew, as processes that start do."""
        self.leader_store = Store.open(
            self.leader_url, clock=self.clock, faults=leader or NoFaults()
        )
        self.helper_store = Store.open(
            self.helper_url, clock=self.clock, faults=helper or NoFaults()
        )
        self.leader = Leader(
            self.leader_store, KEYS["leader"], frozenset({0}), SHAPES, entropy=self.entropy
        )
        self.helper = self.new_helper()
        self.worker = self.new_worker()

    def new_helper(self, store: Store | None = None) -> Helper:
        return Helper(
            store or self.helper_store,
            KEYS["helper"],
            {0: RECEIVER_KEYS["helper"]},
            SHAPES,
            self.policy,
            entropy=self.entropy,
        )

    def new_worker(self, store: Store | None = None, helper: Helper | None = None) -> Worker:
        return Worker(
            store or self.leader_store,
            Keys(KEYS["leader"], {0: RECEIVER_KEYS["leader"]}),
            SHAPES,
            self.wrap(LocalHelper(helper or self.helper)),
            self.gate,
            entropy=self.entropy,
        )

    def close(self) -> None:
        self.leader_store.close()
        self.helper_store.close()

    def reopen(self, leader: Faults | None = None, helper: Faults | None = None) -> None:
        self.close()
        self.open(leader, helper)

    def publish(self) -> None:
        """Both operators take the task; the base is recorded."""
        body = encode(self.task)
        self.helper.adopt(body, self.adapter)
        self.leader.publish(
            signed(body, TASK, KEYS),
            self.adapter,
            signed(encode(receiver("leader")), RECEIVER, {"leader": KEYS["leader"]}),
            signed(encode(receiver("helper")), RECEIVER, {"helper": KEYS["helper"]}),
        )
        self.settle()

    def settle(self, *, steps: int = 200) -> None:
        """Let a worker work until there is nothing more to do."""
        for _ in range(steps):
            if not self.worker.step():
                return
        raise AssertionError("the worker never came to an end")

    def device(self, name: str) -> DeviceKey:
        """An enrolled device."""
        key = DeviceKey(drawn(f"device {name}"))
        secret = self.leader.new_code(self.identity)
        invitation = Invitation(self.identity, self.task.leader, self.task.helper, secret.reveal())
        assert self.leader.enrol(self.identity, enrol(invitation, key))
        return key

    def make(
        self,
        device: DeviceKey,
        name: str,
        *,
        version: int = 0,
        ttl_s: int = 3600,
        weight: float = 1.0,
        delta: np.ndarray | None = None,
    ) -> Sent:
        """A report of a device, as it travels."""
        rng = np.random.default_rng(int.from_bytes(drawn(name, 8), "big"))
        if delta is None:
            delta = rng.normal(0.0, 1.0 / np.sqrt(self.codec.size), self.codec.size)
        entropy = Repeating(name)
        token = drawn(f"token {name}")
        metadata = Metadata(
            drawn(f"report {name}", 16), version, self.clock.now + ttl_s, hash_of(token), 0, 0
        )
        seed = ReportSeed(drawn(f"seed {name}"))
        integers = self.codec.integers(delta, weight, entropy)
        encoded = self.codec.encode(delta, weight, Repeating(name))
        context = envelope_info("helper", self.identity, metadata)
        share = pack(split(encoded, seed, self.task.bits, context), self.task.bits)
        report = seal_report(
            self.identity,
            metadata,
            share,
            seed,
            receiver("leader"),
            receiver("helper"),
            now=NOW,
        )
        return Sent(device, metadata, encode(report), token, integers)

    def send(self, sent: Sent) -> bool:
        return self.leader.accept(self.identity, sent.device.public, sent.data)

    def sent(self, count: int, label: str, **how: Any) -> list[Sent]:
        """So many devices enrol, and send a report each."""
        made = []
        for number in range(count):
            one = self.make(self.device(f"{label} {number}"), f"{label} {number}", **how)
            assert self.send(one)
            made.append(one)
        return made

    def records(self) -> list[Record]:
        found = self.leader.records(self.identity, None, 256).records
        return [decode(each.body, Record, limit_bytes=4096) for each in found]
