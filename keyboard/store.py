"""The encrypted database: opened, checked, shared by threads and processes. Knows no table.

What the check on opening covers: every page of the main file carries an HMAC bound to its number,
so a changed, swapped or missing byte is found. The write-ahead log carries the same page seals,
but where it ends is only what its own checksums say: somebody who can write there can cut off the
lines since the last checkpoint, as they could put back an older copy of the whole file.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hushkey.keyboard import cipher
from hushkey.keyboard.errors import (
    FileRefused,
    HistoryBusy,
    HistoryClosed,
    HistoryDamaged,
    HistoryFull,
)
from hushkey.keyboard.keys import HistoryKey, SharingKey
from hushkey.keyboard.migrations import MIGRATIONS, Migrations, migrate
from hushkey.keyboard.private_files import (
    create_private,
    make_private_directory,
    only_one,
    sync_directory,
)
from hushkey.keyboard.refusals import translated

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sqlite_utils import Database

BUSY_S = 5.0  # a write takes milliseconds; a VACUUM of the largest history about a second
_SHORTEST = 4096  # bytes, a page; SQLite would take a file of none or one for a new database
_INTEGRITY_TRIES = 3  # another process may be writing a page just as we read it
_INTEGRITY_PAUSE_S = 0.1


class Store:
    """One open database. Any thread may use it; within the process they take turns."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._open = True

    @classmethod
    def open(
        cls,
        path: Path,
        key: HistoryKey | SharingKey,
        *,
        busy_s: float = BUSY_S,
        migrations: Migrations = MIGRATIONS,
    ) -> Self:
        """Open the history, or make an empty one where there is none; check each page's seal.

        With `migrations` it is a database of another shape; the errors below then speak of a history all the same.
        Raises HistoryLocked for another key, HistoryDamaged, HistoryTooNew, HistoryBusy,
        HistoryFull, HistoryUnwritable, FileRefused. In each case the file is left as it was.
        """
        make_private_directory(path.parent)
        with only_one(path.parent):
            if not path.exists():
                _make_empty(path, key, busy_s, migrations)
        if path.stat().st_size < _SHORTEST:
            raise HistoryDamaged(_EMPTIED)
        return cls(_open_checked(path, key, busy_s, migrations))

    @classmethod
    def memory(cls, *, migrations: Migrations = MIGRATIONS) -> Self:
        """Open a store for this process only: no file, no key."""
        connection = cipher.connect_memory()
        migrate(connection, migrations)
        return cls(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator["Connection"]:
        """Hold the connection for some queries."""
        with self._lock, translated():
            self._refuse_closed()
            yield self._connection

    @contextlib.contextmanager
    def writing(self) -> Iterator["Connection"]:
        """Hold the write lock for one transaction: all of it holds at the end, or none.

        When this returns, the change is on the disk.
        """
        with self._lock, translated():
            self._refuse_closed()
            # IMMEDIATE waits for another writer; a plain BEGIN could not, once it had read.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk rolls back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def editing(self) -> Iterator["Database"]:
        """Hold a transaction as `writing` does, over the sqlite-utils view of the tables."""
        with self.writing() as connection:
            yield cipher.tables_of(connection)

    def compact(self) -> bool:
        """Rebuild the file without free pages and empty the log: nothing old is left in either.

        Give False where the disk was too full or another process was using the file just then. What
        was deleted is overwritten in its page all the same; old sealed pages stay in the log until
        the next checkpoint.
        """
        try:
            with self.reading() as database:
                database.execute("VACUUM")
                busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except (HistoryFull, HistoryBusy):
            return False
        return not busy

    def close(self) -> None:
        """Close; closing twice is fine. The last process to close empties the log."""
        with self._lock:
            self._open = False
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _refuse_closed(self) -> None:
        if not self._open:
            raise HistoryClosed("the history was closed; nothing was changed; open it again")


def _make_empty(
    path: Path, key: HistoryKey | SharingKey, busy_s: float, migrations: Migrations
) -> None:
    """Build the database under another name and rename it, so that a crash leaves none or a whole.

    An empty or short file under the real name is then always damage, never a first start.
    """
    draft = path.with_name(f".{path.name}.new")
    for name in (draft, *_companions(draft)):
        name.unlink(missing_ok=True)  # from a crash in here; we hold the folder
    try:
        create_private(draft, b"")
        with translated(), contextlib.closing(cipher.connect(draft, key, busy_s=busy_s)) as made:
            migrate(made, migrations)
        draft.rename(path)
        sync_directory(path.parent)
    except OSError as error:
        raise FileRefused(
            f"could not make {path}: {error.strerror}; nothing was made; see the disk and the folder"
        ) from error
    finally:
        for name in (draft, *_companions(draft)):
            name.unlink(missing_ok=True)


def _open_checked(
    path: Path, key: HistoryKey | SharingKey, busy_s: float, migrations: Migrations
) -> "Connection":
    with translated():
        connection = cipher.connect(path, key, busy_s=busy_s)
    try:
        with translated():
            # After a crash good pages may still wait in the log: they go home before the check.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            _check_pages(connection)
            migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_pages(connection: "Connection") -> None:
    for _ in range(_INTEGRITY_TRIES):
        if not cipher.broken_pages(connection):
            break
        time.sleep(_INTEGRITY_PAUSE_S)
    else:
        raise HistoryDamaged(_BROKEN)
    # Whole pages that are missing at the end break no seal, only the tree that refers to them.
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise HistoryDamaged(_BROKEN)


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


_BROKEN = (
    "the history file was changed or cut after it was written; nothing was changed now; put back a "
    "copy of history.db, or move it away to start anew"
)
_EMPTIED = (
    "the history file is there but cut short; nothing was changed; put back a copy of history.db, or "
    "move it away to start anew"
)
