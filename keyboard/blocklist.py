"""Words that are never suggested. Kept in the encrypted database, for they were typed too."""

import time

from hushkey.keyboard.store import Store
from hushkey.model.text import fold


class Blocklist:
    """The owner's blocked words, over one store. Case does not tell two words apart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, word: str, *, at: float | None = None) -> None:
        """Block a word; blocking it again changes nothing."""
        at = time.time() if at is None else at
        with self._store.writing() as database:
            database.execute(
                "INSERT INTO blocked VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (fold(word), word, at),
            )

    def remove(self, word: str) -> bool:
        """Unblock a word; tell whether it was blocked."""
        with self._store.writing() as database:
            cursor = database.execute("DELETE FROM blocked WHERE folded = ?", (fold(word),))
            return cursor.rowcount > 0

    def words(self) -> list[str]:
        """List the words as they were spelled, oldest first."""
        with self._store.reading() as database:
            rows = database.execute("SELECT word FROM blocked ORDER BY at, folded").fetchall()
        return [word for (word,) in rows]
