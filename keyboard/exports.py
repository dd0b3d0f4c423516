"""Where copies of the history were written, when, and how far they read: a copy cannot be called back, but named."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushkey.keyboard.store import Store
from hushkey.keyboard.wordlist import storable

if TYPE_CHECKING:
    from sqlite3 import Connection


@dataclass(frozen=True, slots=True)
class Export:
    """One copy of the history that was written somewhere."""

    at: float
    """Unix time, seconds."""
    destination: str
    """The file's path; '' where it went to standard output or to a program."""
    lines: int
    last_entry: int
    """The id of the last line in it; ids only grow, so it held every line with a lower one that was there then."""


class Exports:
    """The exports in their order, over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, destination: str, *, lines: int, last_entry: int, at: float | None = None
    ) -> None:
        """Note an export that is about to be written."""
        at = time.time() if at is None else at
        with self._store.writing() as database:
            database.execute(
                "INSERT INTO exports (at, destination, lines, last_entry) VALUES (?, ?, ?, ?)",
                (at, storable(destination), lines, last_entry),
            )

    def holding(self, entry: int = 0) -> list[Export]:
        """List the exports, oldest first, that may hold the line with an id; all of them unless one is given."""
        with self._store.reading() as database:
            return exports_holding(database, entry)


def exports_holding(database: "Connection", entry: int = 0) -> list[Export]:
    """List the exports as `Exports.holding` does, over a connection that is held."""
    rows = database.execute(
        "SELECT at, destination, lines, last_entry FROM exports WHERE last_entry >= ? ORDER BY id",
        (entry,),
    )
    return [Export(*row) for row in rows]
