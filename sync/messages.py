"""The messages of hushkey-share/1, field by field; docs/protocol.md says what each is for. Values alone: no I/O.

On the wire a message is a MessagePack array of its fields in the order given here. There is one encoding of a value:
what decodes but does not encode to the same bytes is refused, so that a hash of the bytes is a hash of the value.
Whatever is signed is signed as the bytes that travel (`Signed`), never as something encoded anew.
"""

import hashlib
import threading
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from hushkey.keyboard.keys import context
from hushkey.model.directions import COUNT_MAX
from hushkey.sync.errors import MessageRefused, TooLarge
from hushkey.sync.keys import PUBLIC_KEY_BYTES, SIGNATURE_BYTES

PROTOCOL = "hushkey-share/1"
SUITE = "MLKEM768-X25519/HKDF-SHA256/AES-256-GCM"  # the only one: nothing is negotiated

Role = Literal["leader", "helper"]
Outcome = Literal["base", "released", "rejected", "rolled-back"]

Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]  # SHA-256
Id = Annotated[bytes, Meta(min_length=16, max_length=16)]  # drawn at random
PublicKey = Annotated[bytes, Meta(min_length=PUBLIC_KEY_BYTES, max_length=PUBLIC_KEY_BYTES)]
Signature = Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]
Time = Annotated[int, Meta(ge=0, lt=2**53)]  # seconds since 1970, UTC
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Amount = Annotated[float, Meta(ge=0.0)]


class Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One message: its fields in order."""


class Sig(Message, frozen=True, array_like=True):
    """Who signed, and the signature over the purpose and the body's bytes."""

    role: Role
    signature: Signature


class Signed(Message, frozen=True, array_like=True):
    """A body as it travels, and who signed it."""

    body: bytes
    signatures: Annotated[tuple[Sig, ...], Meta(max_length=2)]


# Tasks ------------------------------------------------------------------------------------------


class Operator(Message, frozen=True, array_like=True):
    """Who runs a role: the name that a person is shown, where it answers, its Ed25519 key."""

    name: Name
    url: Name
    key: PublicKey


class Group(Message, frozen=True, array_like=True):
    """A group of parameters that is trained and its rank (hushkey.model.groups)."""

    name: Name
    rank: Annotated[int, Meta(ge=1, le=4096)]


class Subspace(Message, frozen=True, array_like=True):
    """The first of the public directions that the base comes with, and the SHA-256 of their file."""

    count: Annotated[int, Meta(ge=1, le=COUNT_MAX)]
    directions: Hash


class Optimizer(Message, frozen=True, array_like=True):
    """How the mean of a batch moves the adapter; after FedAvg and FedAdam (Reddi et al. 2021, arXiv 2003.00295)."""

    name: Literal["fedavg", "fedadam"]
    rate: Amount
    beta1: Amount = 0.9
    beta2: Amount = 0.99
    floor: Amount = 1e-3  # tau


class Task(Message, frozen=True, array_like=True):
    """The terms, fixed for the task's life. SHA-256 of their bytes is the task's identity."""

    protocol: str
    suite: str
    name: Name
    leader: Operator
    helper: Operator
    base: Name  # identity of the base
    adapter_seed: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    groups: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=8)]
    # How a delta is encoded: see hushkey.sync.codec
    clip_norm: Amount
    scale: Annotated[int, Meta(ge=1, lt=2**40)]
    weight_units: Count
    variance_floor: Amount
    bits: Annotated[int, Meta(ge=2, le=62)]
    kept: Annotated[int, Meta(ge=1, lt=2**24)]
    rotation_seed: Hash
    # Batches
    batch_min: Annotated[int, Meta(ge=1, lt=2**20)]
    batch_max: Annotated[int, Meta(ge=1, lt=2**20)]
    age_weights: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=15)], ...], Meta(min_length=1, max_length=64)
    ]
    """By age, 0 first: what a share is multiplied by. A report older than the last is not taken."""
    # Privacy
    sigma: Annotated[int, Meta(ge=0, lt=2**26)]  # of each aggregator's noise, in units of the ring
    delta: Annotated[float, Meta(gt=0.0, lt=1.0)]
    # Releases
    optimizer: Optimizer
    norm_limit: Amount  # of the mean of a batch, in clip norms
    report_ttl_s: Annotated[int, Meta(ge=1, le=90 * 86_400)]
    clock_margin_s: Annotated[int, Meta(ge=0, le=86_400)]
    demonstration: bool  # weak noise: taken by sample profiles on loopback alone
    subspace: Subspace | None = (
        None  # of a delta only its coordinates in it are sent; None: every number
    )

    @property
    def age_max(self) -> int:
        """The age of the oldest report that is taken."""
        return len(self.age_weights) - 1

    @property
    def weight_max(self) -> int:
        """The largest of the age weights."""
        return max(self.age_weights)

    @property
    def ranks(self) -> dict[str, int]:
        """The groups as hushkey.model.adapter takes them."""
        return {group.name: group.rank for group in self.groups}


class Receiver(Message, frozen=True, array_like=True):
    """A role's key that shares are sealed for. Keys are rotated without a new task."""

    role: Role
    number: Annotated[int, Meta(ge=0, le=255)]
    suite: str
    key: Annotated[bytes, Meta(min_length=1216, max_length=1216)]
    expires_at: Time


class Offer(Message, frozen=True, array_like=True):
    """What a device is told of a task: terms signed by both, a receiver signed by each, the head of the records."""

    task: Signed  # of Task, by leader and helper
    leader_receiver: Signed  # of Receiver, by that role
    helper_receiver: Signed
    head: Signed  # of Record, by both: the last one


# Reports ----------------------------------------------------------------------------------------


class Metadata(Message, frozen=True, array_like=True):
    """What everybody may know of a report; all of it is bound into both envelopes."""

    report: Id
    trained_version: Count
    expires_at: Time
    withdrawal: Hash  # SHA-256 of the withdrawal token
    leader_receiver: Annotated[int, Meta(ge=0, le=255)]
    helper_receiver: Annotated[int, Meta(ge=0, le=255)]


class Report(Message, frozen=True, array_like=True):
    """One report as it is uploaded: the same bytes on every retry."""

    metadata: Metadata
    leader_envelope: bytes  # of the packed share
    helper_envelope: Annotated[bytes, Meta(max_length=4096)]  # of the 32-byte seed


class Withdrawal(Message, frozen=True, array_like=True):
    """A report's token, to either role."""

    report: Id
    token: Hash


class Withdrawn(Message, frozen=True, array_like=True):
    """What became of a withdrawal."""

    report: Id
    state: Literal["withdrawn", "already-batched"]


# Enrolment --------------------------------------------------------------------------------------


class Invitation(Message, frozen=True, array_like=True):
    """What an enrolment code carries: where, whose keys are pinned, which task, and a secret that works once."""

    task: Hash
    leader: Operator
    helper: Operator
    secret: Hash


class Enrolment(Message, frozen=True, array_like=True):
    """A device's key, the code's secret, and the key's signature over both (purpose `enrol`, with the task)."""

    task: Hash
    secret: Hash
    device: PublicKey
    signature: Signature


# Batches ----------------------------------------------------------------------------------------


class BatchItem(Message, frozen=True, array_like=True):
    """What the helper is given of a report: no share but its own, no device."""

    metadata: Metadata
    helper_envelope: bytes


class BatchRequest(Message, frozen=True, array_like=True):
    """The leader's batch: an id for ever bound to these reports."""

    task: Hash
    batch: Id
    version: Count  # that ages are counted from
    items: Annotated[tuple[BatchItem, ...], Meta(min_length=1, max_length=2**20)]


class Dropped(Message, frozen=True, array_like=True):
    """A report that the helper did not take, and why."""

    report: Id
    reason: Literal["replayed", "expired", "undecryptable", "too-old", "withdrawn", "malformed"]


class BatchAnswer(Message, frozen=True, array_like=True):
    """The accepted ids in ascending order, the others, and the packed sum of the helper's shares with its noise."""

    batch: Id
    accepted: tuple[Id, ...]
    dropped: tuple[Dropped, ...]
    share: bytes


# Records ----------------------------------------------------------------------------------------


class Record(Message, frozen=True, array_like=True):
    """One link of the chain: a batch that was released or rejected, a base, or a rollback."""

    task: Hash
    sequence: Count  # 0 is the base
    previous: Hash  # of the previous record's body; zeros before the first
    outcome: Outcome
    version: Count  # in force after this record
    adapter: Hash  # SHA-256 of the adapter's bytes in force after this record
    batch: Id  # zeros where there is none
    accepted: Count
    root: Hash  # Merkle root over the sorted accepted ids; zeros where there is no batch
    aggregate: Hash  # of the published sum; zeros where there is none
    weight: Count  # sum of the accepted reports' age weights: what the sum is divided by
    part: Count  # of the batch's step that was taken, in 1/PARTS; 0 where none was
    sigma: Count
    epsilon: Amount  # of one report, at the task's delta
    most_reports: Count  # the largest number of reports of one device so far
    at: Time
    reason: Annotated[
        str, Meta(max_length=200)
    ]  # of a rejection or a rollback, in words that quote no one


class Proposal(Message, frozen=True, array_like=True):
    """The leader asks the helper to sign a record. `aggregate` is the packed published sum, empty without a batch."""

    record: bytes
    aggregate: bytes


class Countersigned(Message, frozen=True, array_like=True):
    """The helper's signature over a record."""

    signature: Signature


class Records(Message, frozen=True, array_like=True):
    """Some links of a task's chain, in order."""

    records: Annotated[tuple[Signed, ...], Meta(max_length=1024)]


class Path(Message, frozen=True, array_like=True):
    """A Merkle path: the leaf's place among the sorted ids, their number, the siblings from the leaf to the root."""

    report: Id
    sequence: Count  # of the record
    index: Count
    leaves: Count
    siblings: Annotated[tuple[Hash, ...], Meta(max_length=32)]


# Encoding ---------------------------------------------------------------------------------------

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODERS: dict[type, msgspec.msgpack.Decoder[Any]] = {}
_BUILDING = threading.Lock()

M = TypeVar("M", bound=Message)
T = TypeVar("T")


def decoder(kind: type[T]) -> "msgspec.msgpack.Decoder[T]":
    """Return the decoder of a type. Any thread may use it.

    One thread builds it while the others wait: what msgspec 0.22 learns of a type at its first use is seen by other
    threads before it is whole, and a process whose first two requests came together ended by a segmentation fault.
    """
    held = _DECODERS.get(kind)
    if held is None:
        with _BUILDING:
            held = _DECODERS.setdefault(kind, msgspec.msgpack.Decoder(kind))
    return held


def encode(message: Message) -> bytes:
    """Return the one encoding of a message."""
    return _ENCODER.encode(message)


def decode(data: bytes, kind: type[M], *, limit_bytes: int) -> M:
    """Read a message. Raises TooLarge, and MessageRefused for any other bytes than `encode` makes."""
    if len(data) > limit_bytes:
        raise TooLarge(
            f"a {kind.__name__} has {len(data)} bytes and may have {limit_bytes}; nothing was taken"
        )
    try:
        message = decoder(kind).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # a ValidationError is one
        raise MessageRefused(f"the bytes are no {kind.__name__}; nothing was taken") from None
    if encode(message) != data:
        raise MessageRefused(
            f"a {kind.__name__} was not encoded the one way it is; nothing was taken"
        )
    return message


def hash_of(data: bytes) -> bytes:
    """SHA-256 of bytes that travel: the identity of a task, a record, an adapter, an aggregate."""
    return hashlib.sha256(data).digest()


def envelope_info(role: Role, task: bytes, metadata: Metadata) -> bytes:
    """Return what HPKE binds an envelope to: the protocol, the suite, the receiver's role, the task, all metadata."""
    number = metadata.leader_receiver if role == "leader" else metadata.helper_receiver
    return context(
        b"hushkey report share",
        PROTOCOL.encode(),
        SUITE.encode(),
        role.encode(),
        bytes([number]),
        task,
        encode(metadata),
    )
