"""The sharing database: encrypted, of its own, every commit on the disk before it returns. Knows no network.

It holds what was agreed to, whose keys are pinned, what was charged, the one report, records, receipts and the shared
adapter: nothing that was typed. Nobody changes or deletes a charge, this file included: the database itself refuses it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from hushkey.keyboard.errors import HistoryBusy, HistoryError, HistoryTooNew
from hushkey.keyboard.keys import SharingKey
from hushkey.keyboard.migrations import Migrations
from hushkey.keyboard.store import Store
from hushkey.sync.errors import StoreRefused

if TYPE_CHECKING:
    from sqlite3 import Connection

_FIRST = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE charges (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        report BLOB NOT NULL UNIQUE,
        agreed BLOB NOT NULL,
        rho REAL NOT NULL CHECK (rho > 0),
        at INTEGER NOT NULL
    ) STRICT""",
    *(
        f"""CREATE TRIGGER charges_before_{event.lower()} BEFORE {event} ON charges BEGIN
            SELECT RAISE(ABORT, 'a charge stays');
        END"""
        for event in ("UPDATE", "DELETE")
    ),
    """CREATE TABLE reports (
        report BLOB PRIMARY KEY,
        task BLOB NOT NULL,
        metadata BLOB NOT NULL,
        token BLOB NOT NULL,
        leader_url TEXT NOT NULL,
        helper_url TEXT NOT NULL,
        zero INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE records (
        task BLOB NOT NULL,
        sequence INTEGER NOT NULL,
        signed BLOB NOT NULL,
        PRIMARY KEY (task, sequence)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE receipts (
        report BLOB PRIMARY KEY,
        task BLOB NOT NULL,
        terms BLOB NOT NULL,
        receipt BLOB NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

MIGRATIONS: Final[Migrations] = (_FIRST,)


class SharingStore:
    """One open sharing database. Any thread and any process may use it; they take turns."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: Path, key: SharingKey) -> "SharingStore":
        """Open it, or make an empty one. Raises StoreRefused; the file is then as it was."""
        with _refusals():
            return cls(Store.open(path, key, migrations=MIGRATIONS))

    @classmethod
    def memory(cls) -> "SharingStore":
        """Open one for this process only."""
        return cls(Store.memory(migrations=MIGRATIONS))

    @contextlib.contextmanager
    def reading(self) -> Iterator["Connection"]:
        """Hold the connection for some queries. Raises StoreRefused."""
        with _refusals(), self._store.reading() as database:
            yield database

    @contextlib.contextmanager
    def writing(self) -> Iterator["Connection"]:
        """Hold one transaction, all or none of it; it is on the disk when this returns. Raises StoreRefused."""
        with _refusals(), self._store.writing() as database:
            yield database

    def close(self) -> None:
        """Close; closing twice is fine."""
        self._store.close()


def get_fact(database: "Connection", name: str) -> bytes | None:
    """Return one of the facts; None where it was never set."""
    row = database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def set_fact(database: "Connection", name: str, value: bytes | None) -> None:
    """Set one of the facts, or drop it."""
    if value is None:
        database.execute("DELETE FROM facts WHERE name = ?", (name,))
        return
    database.execute(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Say of this database what its machinery says of a history."""
    try:
        yield
    except HistoryBusy:
        raise StoreRefused(
            "another process is writing to the sharing database; this change was not made; try again"
        ) from None
    except HistoryTooNew:
        raise StoreRefused(
            "a later hushkey wrote the sharing database; nothing was changed; update hushkey"
        ) from None
    except HistoryError as error:
        raise StoreRefused(
            f"the sharing database cannot be used ({type(error).__name__}); nothing was sent, and this change was not "
            "made; put back a copy of sharing.db, never an older one: its budget would be too large"
        ) from None
    except msgspec.DecodeError:
        raise StoreRefused(
            "the sharing database holds what this version cannot read; nothing was sent; update hushkey"
        ) from None
