"""Words never suggested, never corrected, trusted at once. Kept in the encrypted database, for they were typed too."""

import time
from typing import Literal

from hushkey.keyboard.store import Store
from hushkey.model.text import fold

Table = Literal["blocked", "kept_as_typed", "vouched"]


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
        with self._store.reading() as database:
            rows = database.execute(
                f"SELECT word FROM {self._table} ORDER BY at, folded"  # noqa: S608
            ).fetchall()
        return [word for (word,) in rows]


def storable(text: str) -> str:
    """Cut what a database cannot hold as text: zero bytes, halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
