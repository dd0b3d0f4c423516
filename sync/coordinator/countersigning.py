"""What the helper holds a proposed record against before it signs: its own answers, its own state, its own arithmetic.

It writes the record itself from what it knows (drafts.py) and signs only the very same: one record of each place, over
the ids that it accepted, with the noise that it added and the adapter that the published sum gives. Of the leader's
word it takes the time, the count of one device's reports and the reason, each within what can be true.
"""

import zlib
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, insert, select, update

from hushkey.sync.coordinator.batches import clear_blobs
from hushkey.sync.coordinator.drafts import (
    Counted,
    Said,
    base_record,
    batch_record,
    rollback_record,
)
from hushkey.sync.coordinator.helper_batches import Answered, answered
from hushkey.sync.coordinator.records import (
    SIGNED_BYTES,
    InForce,
    Proposed,
    in_force,
    packed_adapter,
    put_in_force,
)
from hushkey.sync.coordinator.schema import ANSWERED, BLOB, RECORD, TASK
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Terms, state_of
from hushkey.sync.coordinator.updates import updated
from hushkey.sync.errors import CodecRefused, NotFound, RecordRefused
from hushkey.sync.keys import OperatorKey
from hushkey.sync.messages import (
    Countersigned,
    Proposal,
    Record,
    Signed,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import NO_BATCH, PARTS, RECORD_BYTES, Head
from hushkey.sync.signing import RECORD as RECORD_PURPOSE
from hushkey.sync.signing import sign_body


@dataclass(frozen=True, slots=True)
class _Known:
    """What the helper knows of the place that a record would take."""

    held: InForce | None  # None before the base
    batch: Answered | None
    earlier: bytes | None  # the record's adapter, if it was in force before
    initial: bytes  # hash of the base's adapter


@dataclass(frozen=True, slots=True)
class _Draft:
    """The record as the helper writes it, and what comes into force with it."""

    record: Record
    adapter: bytes
    state: bytes


class Countersigning:
    """The records that a helper signed, and the next one."""

    def __init__(self, store: Store, key: OperatorKey) -> None:
        self._store = store
        self._key = key

    def countersign(self, terms: Terms, data: bytes) -> bytes:
        """Return the signature over a proposed record, the same for the same record. Raises RecordRefused."""
        proposal = decode(data, Proposal, limit_bytes=terms.proposal_bytes)
        record = decode(proposal.record, Record, limit_bytes=RECORD_BYTES)
        if record.task != terms.identity:
            raise RecordRefused("the record is of another task; it was not signed")
        with self._store.read() as connection:
            before = signed_before(connection, record, proposal.record)
            if before is not None:
                return _said(before)
            known = _known(connection, terms, record)
        self._require_said(terms, known.held, record)
        draft = _draft(terms, known, record, proposal.aggregate)
        _require_same(draft.record, record)
        return self._sign(terms, None if known.held is None else known.held.head, draft, proposal)

    def _require_said(self, terms: Terms, held: InForce | None, record: Record) -> None:
        """Whether what only the leader knows can be true."""
        margin_s = terms.task.clock_margin_s
        if record.at > self._store.clock() + margin_s:
            raise RecordRefused("the record is of the future; it was not signed; set the clock")
        if not record.reason.isprintable():
            raise RecordRefused("the record's reason cannot be shown; it was not signed")
        most = 0 if held is None else held.head.most_reports
        if not most <= record.most_reports <= most + (record.batch != NO_BATCH):
            raise RecordRefused(
                "the record counts the reports of a device as they cannot be; it was not signed"
            )

    def _sign(self, terms: Terms, held: Head | None, draft: _Draft, proposal: Proposal) -> bytes:
        """Sign and store, if the chain is still where it was looked at."""
        task, record = terms.identity, draft.record
        signed = Signed(
            proposal.record, (sign_body(proposal.record, RECORD_PURPOSE, "helper", self._key),)
        )
        with self._store.write("countersign") as connection:
            self._store.lock_task(connection, task)
            before = signed_before(connection, record, proposal.record)
            if before is not None:
                return _said(before)
            if state_of(connection, task).head != held:
                raise RecordRefused("the chain went on; the record was not signed; propose it anew")
            head = _after(held, record, hash_of(proposal.record))
            proposed = Proposed(task, proposal.record, draft.adapter, draft.state)
            put_in_force(self._store, connection, head, proposed, signed)
            if record.batch != NO_BATCH:
                self._publish(connection, task, record.batch, proposal.aggregate)
        return _said(signed)

    def _publish(self, connection: Connection, task: bytes, batch: bytes, aggregate: bytes) -> None:
        """Keep the published sum in the place of the helper's share."""
        where = (ANSWERED.c.task == task) & (ANSWERED.c.batch == batch)
        connection.execute(update(ANSWERED).where(where).values(recorded=True))
        clear_blobs(connection, task, batch, "answer")
        connection.execute(
            insert(BLOB).values(task=task, batch=batch, kind="aggregate", data=aggregate)
        )


def signed_before(connection: Connection, record: Record, body: bytes) -> Signed | None:
    """Return the record of this place, if it is this one. Raises RecordRefused for another: it would be a fork."""
    query = select(RECORD.c.signed).where(
        RECORD.c.task == record.task, RECORD.c.sequence == record.sequence
    )
    data = connection.scalar(query)
    if data is None:
        return None
    held = decode(data, Signed, limit_bytes=SIGNED_BYTES)
    if held.body != body:
        raise RecordRefused("another record of this place is signed already; a fork is not signed")
    return held


def _said(signed: Signed) -> bytes:
    return encode(Countersigned(signed.signatures[0].signature))


def _known(connection: Connection, terms: Terms, record: Record) -> _Known:
    task = terms.identity
    head = state_of(connection, task).head
    initial = connection.scalar(select(TASK.c.initial).where(TASK.c.task == task)) or b""
    wanted = initial if head is None else record.adapter
    try:
        earlier = zlib.decompress(packed_adapter(connection, wanted))
    except NotFound:
        earlier = None
    held = None if head is None else in_force(connection, task)
    return _Known(held, answered(connection, task, record.batch), earlier, initial)


def _draft(terms: Terms, known: _Known, record: Record, aggregate: bytes) -> _Draft:
    """Write the record of this outcome from what the helper knows. Raises RecordRefused where it knows of none."""
    said = Said(record.at, record.most_reports, record.reason)
    held = known.held
    if held is None:
        if known.earlier is None:
            raise RecordRefused("the task's first adapter is not here; the record was not signed")
        return _Draft(base_record(terms, known.initial, said), known.earlier, b"")
    if record.outcome == "rolled-back":
        if known.earlier is None or record.adapter not in held.head.adapters[:-1]:
            raise RecordRefused("a rollback to an adapter that never was; it was not signed")
        return _Draft(rollback_record(terms, held.head, record.adapter, said), known.earlier, b"")
    if record.outcome == "base":
        raise RecordRefused("a base stands at the beginning, and there alone; it was not signed")
    return _batch_draft(terms, held, known.batch, record, aggregate, said)


def _batch_draft(  # noqa: PLR0913, PLR0917  what a record of a batch is made of
    terms: Terms,
    held: InForce,
    batch: Answered | None,
    record: Record,
    aggregate: bytes,
    said: Said,
) -> _Draft:
    if batch is None or batch.recorded:
        raise RecordRefused(
            "the record is of a batch that this helper did not sum, or signed before; it was not signed"
        )
    part = record.part if record.outcome == "released" else 0
    counted = Counted(
        record.batch, batch.accepted, batch.root, hash_of(aggregate), batch.weight, part
    )
    if part > PARTS or (not part and record.outcome == "released"):
        raise RecordRefused("a part of a step that there is none of; it was not signed")
    try:
        made = updated(terms, held.adapter, held.state, aggregate, batch.weight, part or PARTS)
    except CodecRefused:
        raise RecordRefused("the published sum is none of the task; it was not signed") from None
    if record.outcome == "rejected":
        kept = batch_record(terms, held.head, "rejected", held.head.adapter, counted, said)
        return _Draft(kept, held.adapter, held.state)
    if not made.is_sound:
        raise RecordRefused(f"{made.reason}; a release of it was not signed")
    released = batch_record(terms, held.head, "released", hash_of(made.adapter), counted, said)
    return _Draft(released, made.adapter, made.state)


def _require_same(ours: Record, theirs: Record) -> None:
    held, given = msgspec.structs.asdict(ours), msgspec.structs.asdict(theirs)
    differing = [name for name, value in held.items() if value != given[name]]
    if differing:
        raise RecordRefused(
            f"the record is not what this helper knows of ({', '.join(differing)}); it was not signed"
        )


def _after(head: Head | None, record: Record, known: bytes) -> Head:
    """Return the head after a record that follows."""
    if head is None:
        return Head(record.task, known, 0, 0, record.most_reports, (record.adapter,))
    risen = record.version > head.version
    return Head(
        record.task,
        known,
        record.sequence,
        record.version,
        record.most_reports,
        (*head.adapters, record.adapter) if risen else head.adapters,
    )
