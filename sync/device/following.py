"""What the leader tells, held against the pinned keys: terms, receivers, records, the adapter. It keeps nothing."""

from dataclasses import dataclass
from typing import Final

import msgspec

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import AdapterShape
from hushkey.sync.device.client import RECORDS_AT_ONCE, Client
from hushkey.sync.device.policy import Policy
from hushkey.sync.device.reporting import Place
from hushkey.sync.enrolment import require_invited
from hushkey.sync.errors import (
    CodecRefused,
    EnvelopeRefused,
    MessageRefused,
    RecordRefused,
)
from hushkey.sync.messages import (
    SUITE,
    Invitation,
    Offer,
    Receiver,
    Record,
    Role,
    Signed,
    Task,
    decode,
    hash_of,
)
from hushkey.sync.releases.chain import RECORD_BYTES, Head, follow_all
from hushkey.sync.signing import RECEIVER, TASK, open_signed
from hushkey.sync.task_terms import TASK_BYTES, flatten, unflatten

RECEIVER_BYTES: Final = 2_048
ADAPTER_ROOM: Final = 8_192  # what an adapter's bytes have beyond its numbers


@dataclass(frozen=True, slots=True)
class Looked:
    """An offer whose signatures hold by the pinned keys, and whose terms the owner's policy takes."""

    task: Task
    body: bytes  # of the task, as it was signed
    leader: Receiver
    helper: Receiver

    @property
    def identity(self) -> bytes:
        """The task's."""
        return hash_of(self.body)

    def place(self, shape: AdapterShape, version: int) -> Place:
        """Return what a report for a version is made for."""
        return Place(self.task, self.identity, shape, version, self.leader, self.helper)


def pinned(invitation: Invitation) -> dict[Role, bytes]:
    """Return the keys that the code carried: the only ones that are believed."""
    return {"leader": invitation.leader.key, "helper": invitation.helper.key}


def open_offer(  # noqa: PLR0913, PLR0917
    offer: Offer, invitation: Invitation, policy: Policy, base: Base, shape: AdapterShape, now: int
) -> Looked:
    """Check an offer. Raises SignatureRefused, TaskRefused, PolicyRefused, EnvelopeRefused for an expired receiver."""
    keys = pinned(invitation)
    task = open_signed(offer.task, Task, TASK, keys, limit_bytes=TASK_BYTES)
    require_invited(task, invitation)
    policy.require(task, base, shape)
    leader = _receiver(offer.leader_receiver, "leader", keys, now)
    helper = _receiver(offer.helper_receiver, "helper", keys, now)
    return Looked(task, offer.task.body, leader, helper)


def _receiver(signed: Signed, role: Role, keys: dict[Role, bytes], now: int) -> Receiver:
    found = open_signed(signed, Receiver, RECEIVER, {role: keys[role]}, limit_bytes=RECEIVER_BYTES)
    if found.role != role or found.suite != SUITE or found.expires_at <= now:
        raise EnvelopeRefused(
            f"the {role}'s key for shares has expired or is another's; nothing was sent; it is asked for again later"
        )
    return found


def follow_records(
    client: Client, invitation: Invitation, looked: Looked, offer: Offer, head: Head | None
) -> tuple[Head, list[Signed]]:
    """Fetch and follow the records after a head, to the end. Raises RecordRefused for what does not follow."""
    keys, found = pinned(invitation), list[Signed]()
    while True:
        after = None if head is None else head.sequence
        told = client.records(looked.task.leader.url, looked.identity, after).records
        head = follow_all(head, told, looked.task, keys)
        found += told
        if len(told) < RECORDS_AT_ONCE:
            break
    if head is None:
        raise RecordRefused("the leader tells of no record; nothing was taken")
    _require_no_other(head, offer.head, looked, keys)
    return head, found


def _require_no_other(head: Head, offered: Signed, looked: Looked, keys: dict[Role, bytes]) -> None:
    """Whether the offer's own last record is of the chain that was followed; one that came since is looked at later."""
    last = decode(offered.body, Record, limit_bytes=RECORD_BYTES)
    if last.sequence == head.sequence:
        follow_all(head, (offered,), looked.task, keys)


def fetch_adapter(client: Client, looked: Looked, head: Head, zero: Adapter) -> bytes:
    """Fetch the adapter in force by its hash. Raises as `Client.adapter`, and MessageRefused for none of this task."""
    limit = 4 * zero.shape.parameters(looked.task.ranks) + ADAPTER_ROOM
    data = client.adapter(looked.task.leader.url, head.adapter, limit)
    adapter_of(data, looked.task, zero)
    return data


def adapter_of(data: bytes, task: Task, zero: Adapter) -> Adapter:
    """Return a version's adapter, with room for every group of the task. Raises MessageRefused."""
    try:
        found = Adapter.from_bytes(data, zero.shape, base=zero.base)
        if found.seed != task.adapter_seed:
            raise MessageRefused("the adapter has another seed than the task; it was not used")
        numbers = flatten(found, task.ranks)
        return unflatten(numbers, task.ranks, zero.shape, base=zero.base, seed=found.seed)
    except (ModelMismatch, CodecRefused) as refused:
        raise MessageRefused(f"the version's adapter was not used: {refused}") from None


def without_secret(invitation: Invitation) -> Invitation:
    """Return an invitation without the secret, which works once and is worth nothing afterwards."""
    return msgspec.structs.replace(invitation, secret=bytes(len(invitation.secret)))
