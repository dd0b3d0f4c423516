"""Words never suggested, never corrected, trusted at once. Kept in the encrypted database, for they were typed too."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hushkey.keyboard.store import Store
from hushkey.model.text import fold

Table = Literal["blocked", "kept_as_typed", "vouched"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One word of a list. Its `repr` does not hold the word."""

    word: str = field(repr=False)
    at: float
    """When it was put there: Unix time, seconds."""


class WordList:
    """Words over one table of a store. Case does not tell two words apart."""

    def __init__(self, store: Store, table: Table) -> None:
        self._store = store
        self._table = table

    def add(self, word: str, *, at: float | None = None) -> None:
        """Add a word; adding it again changes nothing."""
        at = time.time() if at is None else at
        word = storable(word)
        with self._store.writing() as database:
            database.execute(
                f"INSERT INTO {self._table} VALUES (?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608
                (fold(word), word, at),
            )

    def extend(self, listed: Iterable[Listed]) -> int:
        """Add words with their times, in one transaction; give how many were not there."""
        rows = [(fold(word), word, one.at) for one in listed if (word := storable(one.word))]
        with self._store.writing() as database:
            add = f"INSERT INTO {self._table} VALUES (?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
            return sum(database.execute(add, row).rowcount for row in rows)

    def remove(self, word: str) -> bool:
        """Remove a word; tell whether it was there. Its bytes are overwritten."""
        with self._store.writing() as database:
            removed: int = database.execute(
                f"DELETE FROM {self._table} WHERE folded = ?",  # noqa: S608
                (fold(storable(word)),),
            ).rowcount
        if removed:
            self._store.compact()
        return removed > 0

    def words(self) -> list[str]:
        """List the words as they were spelled, oldest first."""
        return [listed.word for listed in self.listed()]

    def listed(self) -> list[Listed]:
        """List the words with their times, oldest first."""
        with self._store.reading() as database:
            rows = database.execute(
                f"SELECT word, at FROM {self._table} ORDER BY at, folded"  # noqa: S608
            ).fetchall()
        return [Listed(word, at) for word, at in rows]


def storable(text: str) -> str:
    """Cut what a database cannot hold as text: zero bytes, halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
