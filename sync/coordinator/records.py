"""A task's chain in the database: read by anybody, extended one record at a time. Knows no network and no key.

A record waits as a task's one proposal until the helper has signed it: the very bytes that were proposed are asked for
again after a crash, so that the helper never sees two records of one place.
"""

import zlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from hushkey.sync.coordinator.audit_log import note
from hushkey.sync.coordinator.batches import (
    LEASE_S,
    Batch,
    Batches,
    Overtaken,
    blob_of,
    clear_blobs,
)
from hushkey.sync.coordinator.enrolments import count_reports
from hushkey.sync.coordinator.schema import (
    ADAPTER,
    BATCH,
    DEVICE,
    OPTIMIZER,
    PROPOSAL,
    RECORD,
    RECORDED,
    REPORT,
    TASK,
)
from hushkey.sync.coordinator.services import RECORDS_MAX
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Terms, keys_of, state_of
from hushkey.sync.errors import NotFound, RecordRefused, SyncError
from hushkey.sync.messages import Path, Record, Records, Signed, decode, encode, hash_of
from hushkey.sync.releases.chain import NO_BATCH, RECORD_BYTES, Head, follow
from hushkey.sync.releases.merkle import Tree

SIGNED_BYTES = RECORD_BYTES + 512


@dataclass(frozen=True, slots=True)
class Proposed:
    """A record that waits for the helper's signature, and what comes into force with it."""

    task: bytes
    record: bytes
    adapter: bytes
    state: bytes  # of the optimizer

    def read(self) -> Record:
        """Return the record."""
        return decode(self.record, Record, limit_bytes=RECORD_BYTES)


@dataclass(frozen=True, slots=True)
class InForce:
    """What a task's last record left: the head, its adapter's bytes, the optimizer's state."""

    head: Head
    adapter: bytes
    state: bytes


class Chain:
    """The records of a database; what a leader proposes and appends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Reading -------------------------------------------------------------------------------------

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        """Return at most `limit` records above `after`. Raises NotFound for an unknown task."""
        limit = max(0, min(limit, RECORDS_MAX))
        with self._store.read() as connection:
            state_of(connection, task)
            query = select(RECORD.c.signed).where(RECORD.c.task == task)
            query = query.where(RECORD.c.sequence > (-1 if after is None else after))
            found = connection.scalars(query.order_by(RECORD.c.sequence).limit(limit)).all()
        return Records(tuple(decode(each, Signed, limit_bytes=SIGNED_BYTES) for each in found))

    def in_force(self, task: bytes) -> InForce:
        """Return where the chain stands. Raises NotFound before its base is recorded."""
        with self._store.read() as connection:
            return in_force(connection, task)

    def packed_adapter(self, digest: bytes) -> bytes:
        """Return an adapter's zlib stream. Raises NotFound."""
        with self._store.read() as connection:
            return packed_adapter(connection, digest)

    def adapter(self, digest: bytes) -> bytes:
        """Return an adapter's bytes. Raises NotFound."""
        return zlib.decompress(self.packed_adapter(digest))

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        """Return a batch's published sum. Raises NotFound."""
        with self._store.read() as connection:
            return blob_of(connection, task, batch, "aggregate")

    def path(self, task: bytes, report: bytes) -> Path:
        """Return the path of a recorded report. Raises NotFound."""
        where = RECORDED.c.task == task
        with self._store.read() as connection:
            sequence = connection.scalar(
                select(RECORDED.c.sequence).where(where, RECORDED.c.report == report)
            )
            if sequence is None:
                raise NotFound("no record lists this report; ask again after the next record")
            query = select(RECORDED.c.report).where(where, RECORDED.c.sequence == sequence)
            tree = Tree(connection.scalars(query))
        return tree.path(report, sequence=sequence)

    def most_reports(self, batch: Batch) -> int:
        """Return the largest number of reports of one of the batch's devices, this one counted."""
        devices = select(REPORT.c.device).where(batch.members)
        query = select(func.max(DEVICE.c.reports)).where(
            DEVICE.c.task == batch.task, DEVICE.c.key.in_(devices)
        )
        with self._store.read() as connection:
            return (connection.scalar(query) or 0) + 1

    # Proposing -----------------------------------------------------------------------------------

    def propose_base(self, proposed: Proposed) -> None:
        """Store the record of a task's base for the helper to sign, unless one is recorded or waits already."""
        with self._store.write("base") as connection:
            self._store.lock_task(connection, proposed.task)
            if state_of(connection, proposed.task).head is None:
                self._wait(connection, proposed)

    def propose(
        self, proposed: Proposed, head: Head | None, batch: Batch | None, batches: Batches
    ) -> None:
        """Store a record for the helper to sign, if the chain is still where it was built on. Raises Overtaken."""
        with self._store.write("proposed") as connection:
            self._store.lock_task(connection, proposed.task)
            if state_of(connection, proposed.task).head != head:
                raise Overtaken("the chain went on; nothing was proposed")
            if batch is not None:
                batches.advance(connection, batch, "proposed")
            if not self._wait(connection, proposed):
                raise Overtaken("another record waits to be signed; nothing was proposed")

    def _wait(self, connection: Connection, proposed: Proposed) -> bool:
        return self._store.insert_new(
            connection,
            PROPOSAL,
            task=proposed.task,
            record=proposed.record,
            adapter=proposed.adapter,
            state=proposed.state,
            leased_until=0,
        )

    def lease(self) -> Proposed | None:
        """Return a proposal that nobody works on, leased, if there is one."""
        now = self._store.clock()
        query = select(*_PROPOSED).where(PROPOSAL.c.leased_until <= now).limit(1)
        with self._store.read() as connection:
            if connection.execute(query).first() is None:
                return None
        with self._store.write("lease") as connection:
            row = connection.execute(self._store.locked(query)).first()
            if row is None:
                return None
            proposed = Proposed(*row)
            self._hold(connection, proposed, now + LEASE_S)
            return proposed

    def release(self, proposed: Proposed, *, after_s: int) -> None:
        """Let others have it, from `after_s` on."""
        with self._store.write("lease") as connection:
            self._hold(connection, proposed, self._store.clock() + after_s)

    def _hold(self, connection: Connection, proposed: Proposed, until: int) -> None:
        connection.execute(
            update(PROPOSAL)
            .where(PROPOSAL.c.task == proposed.task, PROPOSAL.c.record == proposed.record)
            .values(leased_until=until)
        )

    # Appending -----------------------------------------------------------------------------------

    def append(self, terms: Terms, proposed: Proposed, signed: Signed, batches: Batches) -> None:
        """Append the signed record and put what it says into force, all at once. Raises Overtaken, RecordRefused."""
        record = proposed.read()
        with self._store.write("applied") as connection:
            self._store.lock_task(connection, terms.identity)
            self._take(connection, proposed)
            held = state_of(connection, terms.identity).head
            head = follow(held, signed, terms.task, keys_of(terms.task))
            put_in_force(self._store, connection, head, proposed, signed)
            if record.batch != NO_BATCH:
                batch = Batch(terms.identity, record.batch, "proposed", 0, record.weight)
                batches.advance(connection, batch, "applied")
                self._record_reports(connection, batch, record)
            detail = f"{record.outcome} as {record.sequence}, version {record.version}"
            note(self._store, connection, "recorded", terms.identity, detail)

    def _record_reports(self, connection: Connection, batch: Batch, record: Record) -> None:
        """Note which record lists each report, and let go of the report and of whose it was."""
        listed = select(
            REPORT.c.task, REPORT.c.report, REPORT.c.digest, literal(record.sequence)
        ).where(batch.members)
        columns = [RECORDED.c[name] for name in ("task", "report", "digest", "sequence")]
        connection.execute(insert(RECORDED).from_select(columns, listed))
        counted = select(func.count()).where(
            RECORDED.c.task == batch.task, RECORDED.c.sequence == record.sequence
        )
        if connection.scalar(counted) != record.accepted:
            raise RecordRefused("the record counts other reports than the batch has; it waits")
        devices = select(REPORT.c.device).where(batch.members)
        rejected = record.outcome == "rejected"
        count_reports(self._store, connection, batch.task, devices, rejected=rejected)
        connection.execute(delete(REPORT).where(batch.members))
        clear_blobs(connection, batch.task, batch.batch, "answer", "share")

    def refuse(self, proposed: Proposed, refused: SyncError, batches: Batches) -> None:
        """Let go of a record that the helper will not sign; its batch is parked. Raises Overtaken."""
        with self._store.write("parked") as connection:
            self._store.lock_task(connection, proposed.task)
            self._take(connection, proposed)
            record = proposed.read()
            if record.batch != NO_BATCH:
                batch = Batch(proposed.task, record.batch, "proposed", 0, record.weight)
                batches.park_within(connection, batch, refused)
            detail = f"{record.outcome} as {record.sequence}: {refused.problem}"
            note(self._store, connection, "record not signed", proposed.task, detail)

    def _take(self, connection: Connection, proposed: Proposed) -> None:
        done = connection.execute(
            delete(PROPOSAL).where(
                PROPOSAL.c.task == proposed.task, PROPOSAL.c.record == proposed.record
            )
        )
        if not done.rowcount:
            raise Overtaken("another worker settled the record; nothing was changed")


_PROPOSED = (PROPOSAL.c.task, PROPOSAL.c.record, PROPOSAL.c.adapter, PROPOSAL.c.state)


def in_force(connection: Connection, task: bytes) -> InForce:
    """Return where a chain stands. Raises NotFound before its base is recorded."""
    head = state_of(connection, task).head
    if head is None:
        raise NotFound("the task's base is not recorded yet; ask again later")
    state = connection.scalar(select(OPTIMIZER.c.state).where(OPTIMIZER.c.task == task)) or b""
    return InForce(head, zlib.decompress(packed_adapter(connection, head.adapter)), state)


def packed_adapter(connection: Connection, digest: bytes) -> bytes:
    """Return an adapter's zlib stream. Raises NotFound."""
    packed: bytes | None = connection.scalar(
        select(ADAPTER.c.packed).where(ADAPTER.c.digest == digest)
    )
    if packed is None:
        raise NotFound("there is no such adapter here; look at the records for those that are")
    return packed


def put_in_force(
    store: Store, connection: Connection, head: Head, proposed: Proposed, signed: Signed
) -> None:
    """Store a record and what it puts into force. The caller holds the task."""
    record = proposed.read()
    connection.execute(
        insert(RECORD).values(
            task=head.task,
            sequence=record.sequence,
            signed=encode(signed),
            batch=record.batch,
            version=record.version,
        )
    )
    packed = zlib.compress(proposed.adapter)
    store.insert_new(connection, ADAPTER, digest=hash_of(proposed.adapter), packed=packed)
    store.put(connection, OPTIMIZER, task=head.task, state=proposed.state)
    connection.execute(
        update(TASK)
        .where(TASK.c.task == head.task)
        .values(head=encode(head), version=head.version, listed=True)
    )


def last_record(connection: Connection, head: Head) -> Signed:
    """Return the signed record of a head."""
    query = select(RECORD.c.signed).where(
        RECORD.c.task == head.task, RECORD.c.sequence == head.sequence
    )
    return decode(connection.scalar(query) or b"", Signed, limit_bytes=SIGNED_BYTES)


def stages(store: Store, task: bytes) -> dict[str, int]:
    """Count the task's batches by stage."""
    query = select(BATCH.c.stage, func.count()).where(BATCH.c.task == task).group_by(BATCH.c.stage)
    with store.read() as connection:
        return {stage: count for stage, count in connection.execute(query)}  # noqa: C416  rows
