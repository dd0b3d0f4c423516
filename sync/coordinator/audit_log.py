"""The append-only log of what operators did and what was refused: kinds, ids and counts, never a payload.

Each row holds the hash of the one before it, so that a row that was changed or taken out is found. Refusals are
counted and written once a minute, one row a kind: nobody fills the log by being refused.
"""

import threading
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from hushkey.keyboard.keys import context
from hushkey.sync.coordinator.schema import AUDIT
from hushkey.sync.coordinator.store import Store
from hushkey.sync.errors import StoreRefused, SyncError
from hushkey.sync.messages import hash_of

REFUSALS_EVERY_S = 60
_FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    number: int
    at: int
    act: str
    subject: str  # hex of a task, device, batch; or nothing
    detail: str
    previous: bytes
    digest: bytes


def note(store: Store, connection: Connection, act: str, subject: bytes, detail: str = "") -> None:
    """Append a row in the transaction that does what it tells of."""
    store.lock_audit(connection)
    query = select(AUDIT.c.number, AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)
    last = connection.execute(query).first()
    number, previous = (last.number + 1, last.digest) if last is not None else (1, _FIRST)
    at = store.clock()
    row = Entry(number, at, act, subject.hex(), detail, previous, b"")
    connection.execute(
        insert(AUDIT).values(
            number=number,
            at=at,
            act=act,
            subject=row.subject,
            detail=detail,
            previous=previous,
            digest=_digest(row),
        )
    )


def entries(store: Store, *, after: int = 0, limit: int = 1000) -> list[Entry]:
    """Return rows in order."""
    query = select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(limit)
    with store.read() as connection:
        return [Entry(*row) for row in connection.execute(query)]


def verify_log(store: Store) -> int:
    """Return how many rows there are. Raises StoreRefused at the first that does not follow the one before it."""
    count, previous = 0, _FIRST
    while rows := entries(store, after=count):
        for row in rows:
            count += 1
            if (row.number, row.previous, row.digest) != (count, previous, _digest(row)):
                raise StoreRefused(
                    f"row {count} of the audit log was changed or taken out; the rows before it hold; look at a backup"
                )
            previous = row.digest
    return count


def _digest(row: Entry) -> bytes:
    numbers = (row.number.to_bytes(8, "big"), row.at.to_bytes(8, "big"))
    texts = (each.encode() for each in (row.act, row.subject, row.detail))
    return hash_of(context(b"hushkey audit row", *numbers, *texts, row.previous))


class Refusals:
    """Counts what was refused, by task and kind, and now and then writes the counts down."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._counts: Counter[tuple[bytes, str]] = Counter()
        self._written_at = store.clock()

    def count(self, task: bytes, refused: SyncError) -> None:
        """Count one."""
        with self._lock:
            self._counts[(task, refused.problem)] += 1
            due = self._store.clock() - self._written_at >= REFUSALS_EVERY_S
        if due:
            self.write()

    def write(self) -> None:
        """Write down what was counted. What cannot be written now is kept for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._written_at = self._store.clock()
        if not counts:
            return
        try:
            with self._store.write("refusals") as connection:
                for (task, problem), times in sorted(counts.items()):
                    note(self._store, connection, "refused", task, f"{problem}: {times}")
        except StoreRefused:
            with self._lock:
                self._counts += counts
