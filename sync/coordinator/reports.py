"""Reports between their upload and their batch: taken, withdrawn, swept. Knows no share.

A device stands beside a report from its upload until the report is recorded, withdrawn or expired, and nowhere else.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hushkey.sync.coordinator.enrolments import require_device
from hushkey.sync.coordinator.schema import RECORDED, REPORT, TASK, TOMBSTONE, UPLOAD
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import State, Terms, state_of
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES
from hushkey.sync.errors import OneLiveReport, ReportConflict, ReportRefused, StoreRefused
from hushkey.sync.messages import Metadata, Report, Withdrawal, Withdrawn, decode, hash_of

PENDING, CLAIMED, DROPPED = "pending", "claimed", "dropped"
RECORDED_STATE = "recorded"
_TRIES = 3  # at a report that another request stores at the same moment


class Reports:
    """The reports of a leader's database. `receivers` are the numbers of the keys that it can open with."""

    def __init__(self, store: Store, receivers: Container[int]) -> None:
        self._store = store
        self._receivers = receivers

    def accept(self, terms: Terms, device: bytes, data: bytes) -> bool:
        """Store a report durably; True where it is new. Raises DeviceUnknown, ReportRefused and its kinds."""
        report = decode(data, Report, limit_bytes=terms.report_bytes)
        self._require_sealed(terms, report)
        for _ in range(_TRIES):
            try:
                with self._store.write("accept") as connection:
                    return self._accept(connection, terms, device, report, data)
            except IntegrityError:
                continue  # the other one is stored by now, and is found
        raise StoreRefused("the report met others of its device; it was not stored; send it again")

    def _accept(
        self, connection: Connection, terms: Terms, device: bytes, report: Report, data: bytes
    ) -> bool:
        require_device(self._store, connection, terms.identity, device)  # and one at a time of it
        task, metadata, digest = terms.identity, report.metadata, hash_of(data)
        held = _known(connection, task, metadata.report)
        if held is not None:
            if held.digest != digest or held.device not in {None, device}:
                raise ReportConflict(
                    "a report of this id is here with other bytes; nothing was changed; send the first ones"
                )
            return False
        self._require_taken(terms, state_of(connection, task), metadata)
        if is_withdrawn(connection, task, metadata):
            raise ReportRefused("the report was withdrawn; it was not taken")
        self._require_alone(connection, task, device, terms.task.clock_margin_s)
        self._insert(connection, task, device, report, data)
        return True

    def _insert(
        self, connection: Connection, task: bytes, device: bytes, report: Report, data: bytes
    ) -> None:
        metadata = report.metadata
        connection.execute(
            insert(REPORT).values(
                task=task,
                report=metadata.report,
                device=device,
                digest=hash_of(data),
                withdrawal=metadata.withdrawal,
                trained_version=metadata.trained_version,
                expires_at=metadata.expires_at,
                received_at=self._store.clock(),
                attempts=0,
                state=PENDING,
            )
        )
        connection.execute(insert(UPLOAD).values(task=task, report=metadata.report, data=data))

    def _require_sealed(self, terms: Terms, report: Report) -> None:
        """Whether both envelopes have the lengths that every report of the task has."""
        lengths = (len(report.leader_envelope), len(report.helper_envelope))
        if lengths != (terms.leader_envelope_bytes, HELPER_ENVELOPE_BYTES):
            raise ReportRefused("the report's envelopes are not of this task; it was not taken")
        if report.metadata.leader_receiver not in self._receivers:
            raise ReportRefused(
                "the report is sealed for a key that is not here; it was not taken; fetch the task anew"
            )

    def _require_taken(self, terms: Terms, state: State, metadata: Metadata) -> None:
        now = self._store.clock()
        if metadata.expires_at <= max(now, state.swept_until):
            raise ReportRefused("the report has expired; it was not taken; drop it")
        if metadata.expires_at > now + terms.task.report_ttl_s:
            raise ReportRefused(
                "the report would live longer than the task allows; it was not taken; set the clock"
            )
        if state.head is None or terms.age(state.version, metadata.trained_version) is None:
            raise ReportRefused(
                "the report was trained on a version that is too old, or none; it was not taken; train on the "
                "current one"
            )

    def _require_alone(
        self, connection: Connection, task: bytes, device: bytes, margin_s: int
    ) -> None:
        """Whether the device has no live report; one that has expired, and that no batch has, goes."""
        ours = (REPORT.c.task == task) & (REPORT.c.device == device)
        live = connection.execute(select(REPORT.c.state, REPORT.c.expires_at).where(ours)).first()
        if live is None:
            return
        if live.state == CLAIMED or live.expires_at + margin_s > self._store.clock():
            raise OneLiveReport(
                "the device has a report that is neither recorded nor expired; nothing was taken; wait for a record"
            )
        connection.execute(delete(REPORT).where(ours, REPORT.c.state != CLAIMED))

    # Withdrawal ----------------------------------------------------------------------------------

    def withdraw(self, terms: Terms, withdrawal: Withdrawal) -> Withdrawn:
        """Tombstone a report. What a batch has claimed is already batched, and is not counted if that batch dissolves.

        Raises ReportRefused where the token is another report's.
        """
        task, report, digest = terms.identity, withdrawal.report, hash_of(withdrawal.token)
        with self._store.write("withdraw") as connection:
            held = _known(connection, task, report)
            if held is not None and held.state == RECORDED_STATE:
                return Withdrawn(report, "already-batched")
            if held is not None and held.withdrawal != digest:
                raise ReportRefused("the token is not this report's; nothing was changed")
            bury(self._store, connection, terms, report, digest)
            mine = (REPORT.c.task == task) & (REPORT.c.report == report)
            connection.execute(delete(REPORT).where(mine, REPORT.c.state != CLAIMED))
            left = connection.scalar(select(REPORT.c.report).where(mine))
            state: Literal["withdrawn", "already-batched"] = (
                "withdrawn" if left is None else "already-batched"
            )
            return Withdrawn(report, state)

    # Expiry --------------------------------------------------------------------------------------

    def sweep(self, terms: Terms) -> int:
        """Let go of what has expired and no batch has; returns how many reports."""
        task, margin_s = terms.identity, terms.task.clock_margin_s
        until = self._store.clock() - margin_s
        with self._store.write("sweep") as connection:
            gone = connection.execute(
                delete(REPORT).where(
                    REPORT.c.task == task, REPORT.c.state != CLAIMED, REPORT.c.expires_at <= until
                )
            )
            forget_expired(connection, task, until)
            return gone.rowcount

    def pending(self, task: bytes) -> int:
        """Count the reports that wait."""
        query = select(func.count()).where(REPORT.c.task == task, REPORT.c.state == PENDING)
        with self._store.read() as connection:
            return connection.scalar(query) or 0


def bury(
    store: Store, connection: Connection, terms: Terms, report: bytes, withdrawal: bytes
) -> None:
    """Note that the token of this hash was shown for a report."""
    expires_at = store.clock() + terms.task.report_ttl_s + 2 * terms.task.clock_margin_s
    store.insert_new(
        connection,
        TOMBSTONE,
        task=terms.identity,
        report=report,
        withdrawal=withdrawal,
        expires_at=expires_at,
    )


def is_withdrawn(connection: Connection, task: bytes, metadata: Metadata) -> bool:
    """Whether somebody showed this very report's token."""
    query = select(TOMBSTONE.c.report).where(
        TOMBSTONE.c.task == task,
        TOMBSTONE.c.report == metadata.report,
        TOMBSTONE.c.withdrawal == metadata.withdrawal,
    )
    return connection.scalar(query) is not None


def forget_expired(connection: Connection, task: bytes, until: int) -> None:
    """Let tombstones go whose reports have expired; what had expired by `until` is refused whatever a clock says."""
    connection.execute(
        update(TASK)
        .where(TASK.c.task == task, TASK.c.swept_until < until)
        .values(swept_until=until)
    )
    connection.execute(
        delete(TOMBSTONE).where(TOMBSTONE.c.task == task, TOMBSTONE.c.expires_at <= until)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A report that is here; of a recorded one neither device nor token is left."""

    state: str
    digest: bytes
    device: bytes | None = None
    withdrawal: bytes | None = None


def _known(connection: Connection, task: bytes, report: bytes) -> _Known | None:
    live = select(REPORT.c.state, REPORT.c.digest, REPORT.c.device, REPORT.c.withdrawal).where(
        REPORT.c.task == task, REPORT.c.report == report
    )
    row = connection.execute(live).first()
    if row is not None:
        return _Known(*row)
    recorded = select(RECORDED.c.digest).where(RECORDED.c.task == task, RECORDED.c.report == report)
    digest = connection.scalar(recorded)
    return None if digest is None else _Known(RECORDED_STATE, digest)
