"""A sound task of made-up operators, and a sample of every message: the same bytes on every run."""

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from hushkey.model.directions import Directions
from hushkey.model.groups import AdapterShape
from hushkey.sync import messages
from hushkey.sync.enrolment import enrol
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES
from hushkey.sync.keys import (
    KEM_SEED_BYTES,
    DeviceKey,
    OperatorKey,
    ReceiverKey,
    ReportSeed,
)
from hushkey.sync.messages import (
    PROTOCOL,
    SUITE,
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Countersigned,
    Dropped,
    Group,
    Invitation,
    Message,
    Metadata,
    Offer,
    Operator,
    Optimizer,
    Path,
    Proposal,
    Receiver,
    Record,
    Records,
    Report,
    Role,
    Sig,
    Signed,
    Subspace,
    Task,
    Withdrawal,
    Withdrawn,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import NO_BATCH, NOTHING, PARTS, RECORD, Head, follow
from hushkey.sync.releases.merkle import Tree
from hushkey.sync.releases.receipts import Receipt
from hushkey.sync.signing import RECEIVER, TASK, signed

NOW = 1_800_000_000
SHAPE = AdapterShape(vocabulary=40, width=16, hidden=24, layers=2)


def drawn(label: str, size: int = 32) -> bytes:
    """Bytes that look random and are the same for the same label."""
    return hashlib.shake_256(label.encode()).digest(size)


KEYS: dict[Role, OperatorKey] = {
    "leader": OperatorKey(drawn("leader's key")),
    "helper": OperatorKey(drawn("helper's key")),
}
PUBLIC: dict[Role, bytes] = {role: key.public for role, key in KEYS.items()}
RECEIVER_KEYS: dict[Role, ReceiverKey] = {
    "leader": ReceiverKey(drawn("leader's receiver", KEM_SEED_BYTES + 32)),
    "helper": ReceiverKey(drawn("helper's receiver", KEM_SEED_BYTES + 32)),
}
DEVICE = DeviceKey(drawn("a device's key"))
SEED = ReportSeed(drawn("a report's seed"))

LEADER = Operator("North", "https://leader.example", PUBLIC["leader"])
HELPER = Operator("South", "https://helper.example:8443", PUBLIC["helper"])

TASK_SAMPLE = Task(
    protocol=PROTOCOL,
    suite=SUITE,
    name="sample",
    leader=LEADER,
    helper=HELPER,
    base="a-base",
    adapter_seed=7,
    groups=(Group("lstm_bias", 1), Group("input", 4)),  # 2 * 96 + 4 * 16 = 256 numbers
    clip_norm=1.0,
    scale=1000,
    weight_units=500,
    variance_floor=0.01,
    bits=21,
    kept=256,
    rotation_seed=drawn("rotation"),
    batch_min=170,
    batch_max=200,
    age_weights=(4, 2, 1),
    sigma=4480,
    delta=1e-6,
    optimizer=Optimizer("fedavg", 1.0),
    norm_limit=1.5,
    report_ttl_s=86_400,
    clock_margin_s=300,
    demonstration=False,
)
TASK_HASH = hash_of(encode(TASK_SAMPLE))


# Public directions ------------------------------------------------------------------------------


def _hadamard(rows: int, size: int) -> np.ndarray:
    """Rows of length 1, square to one another, and exact in halves: size is a power of 4."""
    signs = [[(-1) ** (row & place).bit_count() for place in range(size)] for row in range(rows)]
    return (np.array(signs) / np.sqrt(size)).astype(np.float16)


DIRECTIONS = Directions(TASK_SAMPLE.ranks, _hadamard(100, 256))
WITHIN = replace(SHAPE, directions=DIRECTIONS)  # of a base that comes with them
SUBSPACE = Subspace(64, drawn("directions"))


def subspace(count: int = 64) -> Subspace:
    """The first so many of them."""
    return Subspace(count, DIRECTIONS.digest)


def task(**changes: Any) -> Task:
    """The sound task with other terms."""
    return msgspec.structs.replace(TASK_SAMPLE, **changes)


def receiver(role: Role, number: int = 0, expires_at: int = NOW + 86_400) -> Receiver:
    return Receiver(role, number, SUITE, RECEIVER_KEYS[role].public, expires_at)


METADATA = Metadata(
    report=drawn("a report", 16),
    trained_version=3,
    expires_at=NOW + 3600,
    withdrawal=hash_of(drawn("a withdrawal token")),
    leader_receiver=0,
    helper_receiver=1,
)


# Chains -----------------------------------------------------------------------------------------


def ids(count: int, label: str = "batch") -> list[bytes]:
    return sorted(drawn(f"{label} {at}", 16) for at in range(count))


BASE = Record(
    task=TASK_HASH,
    sequence=0,
    previous=NOTHING,
    outcome="base",
    version=0,
    adapter=drawn("adapter 0"),
    batch=NO_BATCH,
    accepted=0,
    root=NOTHING,
    aggregate=NOTHING,
    weight=0,
    part=0,
    sigma=4480,
    epsilon=0.0,
    most_reports=0,
    at=NOW,
    reason="",
)


def sealed(record: Record, keys: dict[Role, OperatorKey] | None = None) -> Signed:
    """A record, signed by both operators or by whose keys are given."""
    return signed(encode(record), RECORD, KEYS if keys is None else keys)


def after(last: Record, **changes: Any) -> Record:
    """The released record after `last`, or another one."""
    number = last.sequence + 1
    following = msgspec.structs.replace(
        last,
        sequence=number,
        previous=hash_of(encode(last)),
        outcome="released",
        version=last.version + 1,
        adapter=drawn(f"adapter at {number}"),
        batch=drawn(f"batch {number}", 16),
        accepted=180,
        root=Tree(ids(180, f"batch {number}")).root,
        aggregate=drawn(f"aggregate {number}"),
        weight=300,
        part=PARTS,
        epsilon=5.5,
        most_reports=last.most_reports + 1,
        at=last.at + 60,
    )
    return msgspec.structs.replace(following, **changes)


def without_batch(**changes: Any) -> dict[str, Any]:
    """The changes that make a record one of a rollback."""
    nothing = {"batch": NO_BATCH, "accepted": 0, "weight": 0, "part": 0}
    no_sum = {"root": NOTHING, "aggregate": NOTHING}
    return {
        "outcome": "rolled-back",
        **nothing,
        **no_sum,
        "reason": "worse than the base",
        **changes,
    }


FIRST = after(BASE)
REJECTED = after(
    FIRST, outcome="rejected", version=1, adapter=FIRST.adapter, part=0, reason="the gate"
)
SECOND = after(REJECTED)
BACK = after(SECOND, **without_batch(adapter=FIRST.adapter))
CHAIN = (BASE, FIRST, REJECTED, SECOND, BACK)


def head_of(*records: Record) -> Head:
    """Where a chain of these records stands."""
    head = None
    for record in records:
        head = follow(head, sealed(record), TASK_SAMPLE, PUBLIC)
    assert head is not None
    return head


# A sample of every message ----------------------------------------------------------------------

_INVITATION = Invitation(TASK_HASH, LEADER, HELPER, drawn("a code's secret"))
_ITEM = BatchItem(METADATA, drawn("an envelope", HELPER_ENVELOPE_BYTES))
_PATH = Tree(ids(180, "batch 1")).path(ids(180, "batch 1")[77], sequence=1)

_SAMPLES: tuple[Message, ...] = (
    Sig("leader", drawn("a signature", 64)),
    sealed(FIRST),
    LEADER,
    TASK_SAMPLE.groups[0],
    TASK_SAMPLE.optimizer,
    SUBSPACE,
    TASK_SAMPLE,
    receiver("leader"),
    Offer(
        signed(encode(TASK_SAMPLE), TASK, KEYS),
        signed(encode(receiver("leader")), RECEIVER, {"leader": KEYS["leader"]}),
        signed(encode(receiver("helper", 1)), RECEIVER, {"helper": KEYS["helper"]}),
        sealed(BASE),
    ),
    METADATA,
    Report(METADATA, drawn("an envelope", 1806), drawn("an envelope", HELPER_ENVELOPE_BYTES)),
    Withdrawal(METADATA.report, drawn("a withdrawal token")),
    Withdrawn(METADATA.report, "already-batched"),
    _INVITATION,
    enrol(_INVITATION, DEVICE),
    _ITEM,
    BatchRequest(TASK_HASH, drawn("batch 1", 16), 3, (_ITEM, _ITEM)),
    Dropped(METADATA.report, "replayed"),
    BatchAnswer(
        drawn("batch 1", 16), tuple(ids(3)), (Dropped(METADATA.report, "expired"),), drawn("sum")
    ),
    FIRST,
    Proposal(encode(FIRST), drawn("a sum", 675)),
    Countersigned(drawn("a signature", 64)),
    Records((sealed(BASE), sealed(FIRST))),
    _PATH,
    Receipt(sealed(FIRST), _PATH),
    head_of(BASE, FIRST),
)
SAMPLES: dict[type[Message], Message] = {type(sample): sample for sample in _SAMPLES}
KINDS: tuple[type[Message], ...] = (
    *(
        kind
        for kind in vars(messages).values()
        if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
    ),
    Receipt,
    Head,
)
assert Path in SAMPLES
