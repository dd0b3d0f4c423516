"""A leader's batches, stage by stage, each stage one transaction. Knows no network and no key.

    claimed   reports chosen, a batch id drawn and bound to them
    ready     those that the leader cannot open dropped; the request to the helper stored
    asked     the helper's answer stored
    summed    the leader's noise drawn and its noised share stored
    opened    the aggregate stored, for anybody to fetch
    proposed  a record waits for the helper's signature (records.py)
    applied   recorded; the reports are gone
    dissolved too few were left: nothing was summed, the reports wait again
    parked    refused for good: an operator looks at it

Every write is bound to the stage that was read: of two workers on one batch the slower one is Overtaken, and nothing of
its work stays. A lease keeps that rare; it is not what makes it right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, update

from hushkey.sync.coordinator.audit_log import note
from hushkey.sync.coordinator.reports import CLAIMED, DROPPED, PENDING
from hushkey.sync.coordinator.schema import (
    BATCH,
    BLOB,
    DEVICE,
    PROPOSAL,
    REPORT,
    TASK,
    TOMBSTONE,
    UPLOAD,
)
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.sums import Sum
from hushkey.sync.coordinator.tasks import Terms, state_of
from hushkey.sync.errors import NotFound, SyncError
from hushkey.sync.keys import Entropy
from hushkey.sync.messages import BatchAnswer, Report, decode, encode

LEASE_S = 120  # beyond the longest stage; a worker that died is missed for so long
DISSOLVED_WAIT_S = 60  # before the reports of a batch that was too small are tried again
_AT_ONCE = 500  # ids in one statement
_STREAMED = 16  # uploads read at a time

ACTIVE = ("claimed", "ready", "asked", "summed", "opened")


class Overtaken(SyncError):
    """Another worker was faster: nothing of this one's work was kept, and nothing is lost."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as it was read."""

    task: bytes
    batch: bytes
    stage: str
    version: int  # that ages are counted from
    weight: int

    @property
    def row(self) -> ColumnElement[bool]:
        """Where it stands."""
        return (BATCH.c.task == self.task) & (BATCH.c.batch == self.batch)

    @property
    def members(self) -> ColumnElement[bool]:
        """Which reports are counted in it."""
        return (
            (REPORT.c.task == self.task)
            & (REPORT.c.batch == self.batch)
            & (REPORT.c.state == CLAIMED)
        )


class Batches:
    """The batches of a leader's database."""

    def __init__(self, store: Store, entropy: Entropy) -> None:
        self._store = store
        self._entropy = entropy

    # Finding work --------------------------------------------------------------------------------

    def lease(self) -> Batch | None:
        """Return the oldest batch that nobody works on, leased, if there is one."""
        now = self._store.clock()
        waits = (PROPOSAL.c.task == BATCH.c.task) & (BATCH.c.stage == "opened")
        query = (
            select(*_COLUMNS)
            .where(BATCH.c.stage.in_(ACTIVE), BATCH.c.leased_until <= now, ~exists().where(waits))
            .order_by(BATCH.c.claimed_at, BATCH.c.batch)
            .limit(1)
        )
        with self._store.read() as connection:
            if connection.execute(query).first() is None:
                return None
        with self._store.write("lease") as connection:
            row = connection.execute(self._store.locked(query)).first()
            if row is None:
                return None
            batch = Batch(*row)
            self._hold(connection, batch, now + LEASE_S)
            return batch

    def release(self, batch: Batch, *, after_s: int) -> None:
        """Let others have it, from `after_s` on."""
        with self._store.write("lease") as connection:
            self._hold(connection, batch, self._store.clock() + after_s)

    def _hold(self, connection: Connection, batch: Batch, until: int) -> None:
        connection.execute(update(BATCH).where(batch.row).values(leased_until=until))

    def claim(self, terms: Terms) -> Batch | None:
        """Bind reports that wait to a new batch, leased, if there are enough of them."""
        if len(self._waiting(terms, terms.task.batch_min)) < terms.task.batch_min:
            return None
        with self._store.write("claim") as connection:
            if not self._store.lock_task(connection, terms.identity, wait=False):
                return None
            return self._claim(connection, terms)

    def _waiting(self, terms: Terms, most: int) -> Sequence[bytes]:
        with self._store.read() as connection:
            if state_of(connection, terms.identity).wait_until > self._store.clock():
                return ()
            query = self._eligible(connection, terms).limit(most)
            return connection.scalars(query).all()

    def _claim(self, connection: Connection, terms: Terms) -> Batch | None:
        task, now = terms.identity, self._store.clock()
        state = state_of(connection, task)
        query = self._eligible(connection, terms).limit(terms.task.batch_max)
        reports = connection.scalars(self._store.locked(query)).all()
        if state.wait_until > now or len(reports) < terms.task.batch_min:
            return None
        batch = Batch(task, self._entropy(16), "claimed", state.version, 0)
        connection.execute(
            insert(BATCH).values(
                task=task,
                batch=batch.batch,
                stage=batch.stage,
                version=batch.version,
                claimed_at=now,
                leased_until=now + LEASE_S,
                weight=0,
            )
        )
        _set(connection, task, reports, state=CLAIMED, batch=batch.batch)
        return batch

    def _eligible(self, connection: Connection, terms: Terms) -> Any:
        """Select the ids that may be claimed, those first that no batch dissolved around; one a device."""
        task, version = terms.identity, state_of(connection, terms.identity).version
        oldest = version - terms.task.age_max
        buried = (
            (TOMBSTONE.c.task == REPORT.c.task)
            & (TOMBSTONE.c.report == REPORT.c.report)
            & (TOMBSTONE.c.withdrawal == REPORT.c.withdrawal)
        )
        barred = (
            (DEVICE.c.task == REPORT.c.task)
            & (DEVICE.c.key == REPORT.c.device)
            & or_(DEVICE.c.revoked_at.is_not(None), DEVICE.c.quarantined_at.is_not(None))
        )
        return (
            select(REPORT.c.report)
            .where(
                REPORT.c.task == task,
                REPORT.c.state == PENDING,
                REPORT.c.expires_at > self._store.clock(),
                REPORT.c.trained_version.between(oldest, version),
                ~exists().where(buried),
                ~exists().where(barred),
            )
            .order_by(REPORT.c.attempts, REPORT.c.received_at, REPORT.c.report)
        )

    # Stages --------------------------------------------------------------------------------------

    def ready(self, batch: Batch, dropped: Sequence[bytes], request: bytes) -> Batch:
        """Drop what the leader could not open, and keep the request as it will be sent. Raises Overtaken."""
        with self._store.write("ready") as connection:
            after = self._advance(connection, batch, "ready")
            _set(connection, batch.task, dropped, state=DROPPED)
            self.put(connection, batch, "request", request)
        return after

    def asked(self, batch: Batch, answer: BatchAnswer) -> Batch:
        """Keep the helper's answer, and what it accepted alone. Raises Overtaken."""
        with self._store.write("asked") as connection:
            after = self._advance(connection, batch, "asked")
            dropped = [each.report for each in answer.dropped]
            _set(connection, batch.task, dropped, state=DROPPED)
            self.put(connection, batch, "answer", encode(answer))
            self._clear(connection, batch, "request")
        return after

    def summed(self, batch: Batch, total: Sum) -> Batch:
        """Draw the leader's noise and keep the noised share, in one transaction. Raises Overtaken."""
        with self._store.write("summed") as connection:
            after = self._advance(connection, batch, "summed", weight=total.weight)
            # The batch's row is ours and was still to be summed: nobody has drawn for it.
            self.put(connection, batch, "share", total.noised(self._entropy))
        return after

    def opened(self, batch: Batch, aggregate: bytes) -> Batch:
        """Publish the aggregate. Raises Overtaken."""
        with self._store.write("opened") as connection:
            after = self._advance(connection, batch, "opened")
            self.put(connection, batch, "aggregate", aggregate)
        return after

    def dissolve(self, batch: Batch, dropped: Sequence[bytes] = ()) -> None:
        """Let a batch go of which nothing was summed; its reports wait again, unless withdrawn. Raises Overtaken."""
        with self._store.write("dissolved") as connection:
            self._advance(connection, batch, "dissolved")
            _set(connection, batch.task, dropped, state=DROPPED)
            self._clear(connection, batch, "request")
            buried = (
                (TOMBSTONE.c.task == REPORT.c.task)
                & (TOMBSTONE.c.report == REPORT.c.report)
                & (TOMBSTONE.c.withdrawal == REPORT.c.withdrawal)
            )
            connection.execute(delete(REPORT).where(batch.members, exists().where(buried)))
            connection.execute(
                update(REPORT)
                .where(batch.members)
                .values(state=PENDING, batch=None, attempts=REPORT.c.attempts + 1)
            )
            wait_until = self._store.clock() + DISSOLVED_WAIT_S
            connection.execute(
                update(TASK).where(TASK.c.task == batch.task).values(wait_until=wait_until)
            )

    def park(self, batch: Batch, refused: SyncError) -> None:
        """Put a batch aside that cannot go on; its reports are counted nowhere and expire. Raises Overtaken."""
        with self._store.write("parked") as connection:
            self.park_within(connection, batch, refused)

    def park_within(self, connection: Connection, batch: Batch, refused: SyncError) -> None:
        """Do the same in a transaction that does more."""
        self._advance(connection, batch, "parked")
        connection.execute(update(REPORT).where(batch.members).values(state=DROPPED))
        detail = f"{batch.stage}: {refused.problem}"
        note(self._store, connection, "batch parked", batch.batch, detail)

    def _advance(
        self, connection: Connection, batch: Batch, stage: str, *, weight: int | None = None
    ) -> Batch:
        weight = batch.weight if weight is None else weight
        until = self._store.clock() + LEASE_S
        done = connection.execute(
            update(BATCH)
            .where(batch.row, BATCH.c.stage == batch.stage)
            .values(stage=stage, weight=weight, leased_until=until)
        )
        if not done.rowcount:
            raise Overtaken("another worker took the batch on; nothing was changed")
        return Batch(batch.task, batch.batch, stage, batch.version, weight)

    def advance(self, connection: Connection, batch: Batch, stage: str) -> Batch:
        """Move a batch on in a transaction that does more. Raises Overtaken."""
        return self._advance(connection, batch, stage)

    # What it holds -------------------------------------------------------------------------------

    def get(self, task: bytes, batch: bytes) -> Batch:
        """Return a batch. Raises NotFound."""
        query = select(*_COLUMNS).where(BATCH.c.task == task, BATCH.c.batch == batch)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("there is no such batch here")
        return Batch(*row)

    def ids(self, batch: Batch) -> Sequence[bytes]:
        """Return the reports that are counted in it, in ascending order."""
        query = select(REPORT.c.report).where(batch.members).order_by(REPORT.c.report)
        with self._store.read() as connection:
            return connection.scalars(query).all()

    def reports(self, batch: Batch, terms: Terms) -> Iterator[Report]:
        """Yield them in that order, a few in memory at a time."""
        ids = self.ids(batch)
        for first in range(0, len(ids), _STREAMED):
            some = ids[first : first + _STREAMED]
            query = select(UPLOAD.c.data).where(UPLOAD.c.task == batch.task)
            query = query.where(UPLOAD.c.report.in_(some)).order_by(UPLOAD.c.report)
            with self._store.read() as connection:
                held = connection.scalars(query).all()
            for data in held:
                yield decode(data, Report, limit_bytes=terms.report_bytes)

    def blob(self, batch: Batch, kind: str) -> bytes:
        """Return what a stage stored. Raises Overtaken where a later stage has cleared it."""
        try:
            with self._store.read() as connection:
                return blob_of(connection, batch.task, batch.batch, kind)
        except NotFound:
            raise Overtaken("another worker took the batch on; nothing was changed") from None

    def put(self, connection: Connection, batch: Batch, kind: str, data: bytes) -> None:
        """Store what a stage came to."""
        connection.execute(
            insert(BLOB).values(task=batch.task, batch=batch.batch, kind=kind, data=data)
        )

    def _clear(self, connection: Connection, batch: Batch, *kinds: str) -> None:
        clear_blobs(connection, batch.task, batch.batch, *kinds)


_COLUMNS = (BATCH.c.task, BATCH.c.batch, BATCH.c.stage, BATCH.c.version, BATCH.c.weight)


def blob_of(connection: Connection, task: bytes, batch: bytes, kind: str) -> bytes:
    """Return a blob of a batch. Raises NotFound."""
    query = select(BLOB.c.data).where(
        BLOB.c.task == task, BLOB.c.batch == batch, BLOB.c.kind == kind
    )
    data: bytes | None = connection.scalar(query)
    if data is None:
        raise NotFound(f"there is no {kind} of such a batch here")
    return data


def clear_blobs(connection: Connection, task: bytes, batch: bytes, *kinds: str) -> None:
    """Let go of blobs of a batch."""
    connection.execute(
        delete(BLOB).where(BLOB.c.task == task, BLOB.c.batch == batch, BLOB.c.kind.in_(kinds))
    )


def _set(
    connection: Connection, task: bytes, reports: Sequence[bytes], **values: str | bytes
) -> None:
    for first in range(0, len(reports), _AT_ONCE):
        some = reports[first : first + _AT_ONCE]
        connection.execute(
            update(REPORT).where(REPORT.c.task == task, REPORT.c.report.in_(some)).values(**values)
        )
