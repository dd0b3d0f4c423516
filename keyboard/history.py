"""What was typed, line by line, redacted before it is kept. Knows no model and no screen."""

import contextlib
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from hushkey.keyboard import redaction_log, retention, taking_out
from hushkey.keyboard.dated import Dated
from hushkey.keyboard.erasure import Forgetting, says_something
from hushkey.keyboard.exports import Exports
from hushkey.keyboard.notes import LearnLog, SavedSettings
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.redaction_log import Cuts, RedactionLog, cuts_of
from hushkey.keyboard.retention import Bounds, Expiring
from hushkey.keyboard.snapshot import Cursor
from hushkey.keyboard.store import Store
from hushkey.keyboard.taking_out import TakenOut
from hushkey.keyboard.wordlist import WordList, storable

if TYPE_CHECKING:
    import sqlite3

_READ = 10_000  # lines read at a time: about a megabyte
_BATCH = 500  # lines a transaction when many come at once: one wait for the disk for all of them

_TABLES = (
    "entries",
    "blocked",
    "kept_as_typed",
    "vouched",
    "settings",
    "learn_runs",
    "exports",
    "redactions",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished line as it is kept."""

    id: int
    at: float
    """Unix time, seconds."""
    surface: str
    """Where it was typed: `app`, `shell`, `import`, ..."""
    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of many lines."""

    entries: tuple[Entry, ...]
    redacted: Mapping[str, int]
    """Secrets cut out, by kind."""


class History:
    """The typing history over one store. Every change is on the disk when its method returns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.blocked = WordList(store, "blocked")
        self.kept_as_typed = WordList(store, "kept_as_typed")
        self.vouched = WordList(store, "vouched")
        self.exports = Exports(store)
        self.redactions = RedactionLog(store)
        self.settings = SavedSettings(store)
        self.learn_runs = LearnLog(store)

    def append(self, text: str, *, surface: str, at: float | None = None) -> Entry | None:
        """Redact a line and keep it; None where nothing is left. `at` is now unless given."""
        entries = self.extend((text,), surface=surface, at=at).entries
        return entries[0] if entries else None

    def extend(self, texts: Iterable[str], *, surface: str, at: float | None = None) -> Recorded:
        """Redact and keep many lines, in few transactions: those of a full one hold at once."""
        at = time.time() if at is None else at
        if not math.isfinite(at):
            raise ValueError("a time is a finite number of seconds")
        entries: list[Entry] = []
        redacted: Counter[str] = Counter()
        lines = iter(texts)
        while batch := list(islice(lines, _BATCH)):
            clean = [redact(storable(text)) for text in batch]
            cuts = cuts_of(at, (kind for redaction in clean for kind in redaction.kinds))
            kept = [redaction.text for redaction in clean if says_something(redaction.text)]
            entries += self._insert([(at, storable(surface), text) for text in kept], cuts)
            redacted.update(_by_kind(cuts))
        return Recorded(tuple(entries), redacted)

    def merge(self, lines: Iterable[Dated]) -> Recorded:
        """Redact and keep lines of other times and surfaces, in few transactions."""
        entries: list[Entry] = []
        redacted: Counter[str] = Counter()
        remaining = iter(lines)
        while batch := list(islice(remaining, _BATCH)):
            rows: list[tuple[float, str, str]] = []
            cuts: Cuts = Counter()
            for line in batch:
                clean = redact(storable(line.text))
                cuts.update(cuts_of(line.at, clean.kinds))
                if says_something(clean.text):
                    rows.append((line.at, storable(line.surface), clean.text))
            entries += self._insert(rows, cuts)
            redacted.update(_by_kind(cuts))
        return Recorded(tuple(entries), redacted)

    def entries(
        self,
        limit: int | None = None,
        *,
        newest_first: bool = False,
        since: float | None = None,
    ) -> list[Entry]:
        """List entries, oldest first unless asked; at most `limit`; none before `since`."""
        order = "DESC" if newest_first else "ASC"
        with self._store.reading() as database:
            rows = database.execute(
                "SELECT id, at, surface, text FROM entries WHERE at >= ? "  # noqa: S608
                f"ORDER BY at {order}, id {order} LIMIT ?",
                (-math.inf if since is None else since, -1 if limit is None else limit),
            ).fetchall()
        return [Entry(*row) for row in rows]

    def search(self, query: str, limit: int | None = None) -> list[Entry]:
        """List the entries, newest first, that hold each word of the query, in any case.

        The lines are read one by one: an index of words would be a second thing to forget from.
        """
        terms = [term.casefold() for term in query.split()]
        found = (
            entry
            for entry in self.entries(newest_first=True)
            if all(term in entry.text.casefold() for term in terms)
        )
        return list(islice(found, limit)) if terms else []

    def count(self) -> int:
        """Count the entries."""
        with self._store.reading() as database:
            return _number(database, "SELECT count(*) FROM entries")

    @property
    def revision(self) -> int:
        """A number that grows with every change of the entries, and outlives a wipe."""
        with self._store.reading() as database:
            return _number(database, "SELECT value FROM counters WHERE name = 'revision'")

    @property
    def changes_elsewhere(self) -> int:
        """A number that changes whenever another process, and only another, wrote anything here: a cheap question."""
        with self._store.reading() as database:
            return _number(database, "PRAGMA data_version")

    def cursor(self) -> Cursor:
        """Return where the history ends now."""
        with self._store.reading() as database:
            row = database.execute(
                "SELECT value, id, at FROM counters LEFT JOIN entries "
                "ON id = (SELECT max(id) FROM entries) WHERE name = 'revision'"
            ).fetchone()
        return Cursor(row[0], row[1] or 0, row[2] or 0.0)

    def only_grew_since(self, cursor: Cursor) -> bool:
        """Whether every line up to a cursor is there, and as it was: lines were added since, and nothing else done.

        Each change counts one revision, so only as many lines behind the cursor as revisions since leaves no
        room for another.
        """
        with self._store.reading() as database:
            revision, later = database.execute(
                "SELECT value, (SELECT count(*) FROM entries WHERE id > ?) FROM counters "
                "WHERE name = 'revision'",
                (cursor.id,),
            ).fetchone()
            there = database.execute("SELECT at FROM entries WHERE id = ?", (cursor.id,)).fetchone()
        at = there[0] if there else 0.0
        return bool(revision - cursor.revision == later and at == cursor.at)

    def texts(self, *, after: int = 0, until: int) -> Iterator[list[str]]:
        """Yield the lines with ids above `after` and up to `until`, as they were written, some hundreds at a time."""
        while after < until:
            with self._store.reading() as database:
                rows = database.execute(
                    "SELECT id, text FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                    (after, until, _READ),
                ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield [text for _, text in rows]

    def between(self, after: int, until: int) -> list[Entry]:
        """List the entries with ids above `after` and up to `until`, in the order in which they were written."""
        with self._store.reading() as database:
            rows = database.execute(
                "SELECT id, at, surface, text FROM entries WHERE id > ? AND id <= ? ORDER BY id",
                (after, until),
            ).fetchall()
        return [Entry(*row) for row in rows]

    def delete(self, ids: Iterable[int]) -> int:
        """Delete entries; give how many were there."""
        delete = "DELETE FROM entries WHERE id = ?"
        return self._remove(
            lambda database: sum(database.execute(delete, (i,)).rowcount for i in ids)
        )

    def forget(self, word: str) -> int:
        """Cut a word out of every entry, whole and in any case; give the number of entries changed.

        In its place stands the break mark. An entry of which nothing else is left goes. The bytes
        are overwritten in the file and gone from the log.
        """
        return len(self.take_out(Forgetting((word,))).lines)

    def take_out(self, what: Forgetting) -> TakenOut:
        """Take lines and words out, from the lists of words too, in one transaction that says so.

        Whoever keeps something made of the history calls `forgotten` once that has followed.
        """
        with self._store.writing() as database:
            taken = taking_out.take_out(database, what)
        if taken.changed:
            self._store.compact()
        return taken

    def matching(self, what: Forgetting) -> list[float]:
        """Return the times, oldest first, of the lines that lie in the bounds of a forgetting."""
        with self._store.reading() as database:
            return taking_out.matching(database, what)

    @property
    def forgettings(self) -> int:
        """How often anything was forgotten, by this process or another."""
        with self._store.reading() as database:
            return taking_out.begun(database)

    @property
    def half_forgotten(self) -> bool:
        """Whether a run ended between taking something out and reaching all that was made of it."""
        with self._store.reading() as database:
            return taking_out.begun(database) > taking_out.finished(database)

    def forgotten(self, number: int) -> None:
        """Note that the forgettings up to a number reached every file."""
        with self._store.writing() as database:
            taking_out.finish(database, number)

    @contextlib.contextmanager
    def held(self) -> Iterator[int]:
        """Keep every process from forgetting meanwhile; give how often anything was forgotten until now."""
        with self._store.writing() as database:
            yield taking_out.begun(database)

    def expire(
        self,
        *,
        older_than_s: float | None = None,
        max_bytes: int | None = None,
        now: float | None = None,
    ) -> int:
        """Delete what is older than an age, then the oldest until the text fits; give how many.

        `max_bytes` counts the text in UTF-8, which the file exceeds by about a fifth.
        """
        bounds = self._bounds(older_than_s, max_bytes, now)

        def let_go(database: "sqlite3.Connection") -> int:
            if bounds.before is not None:
                redaction_log.drop(database, until=bounds.before)
            return retention.let_go(database, bounds)

        return self._remove(let_go)

    def expiring(
        self,
        *,
        older_than_s: float | None = None,
        max_bytes: int | None = None,
        now: float | None = None,
    ) -> Expiring:
        """Tell what `expire` would delete, and delete nothing."""
        bounds = self._bounds(older_than_s, max_bytes, now)
        with self._store.reading() as database:
            return retention.expiring(database, bounds)

    def export(self, file: TextIO) -> int:
        """Write every entry as a line of JSON, oldest first; give their number."""
        entries = self.entries()
        for entry in entries:
            line = {"at": entry.at, "surface": entry.surface, "text": entry.text}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return len(entries)

    def wipe(self) -> None:
        """Empty every table. The revision goes on from where it was."""
        with self._store.editing() as database:
            for table in _TABLES:
                database.table(table).delete_where()
        self._store.compact()

    def _insert(self, rows: Sequence[tuple[float, str, str]], cuts: Cuts) -> list[Entry]:
        if not rows and not cuts:
            return []
        with self._store.writing() as database:
            redaction_log.note(database, cuts)
            add = "INSERT INTO entries (at, surface, text) VALUES (?, ?, ?)"
            ids = [_row_id(database.execute(add, row)) for row in rows]
        return [Entry(number, *row) for number, row in zip(ids, rows, strict=True)]

    def _file_bytes(self) -> int:
        with self._store.reading() as database:
            return _number(database, "PRAGMA page_count") * _number(database, "PRAGMA page_size")

    def _bounds(
        self, older_than_s: float | None, max_bytes: int | None, now: float | None
    ) -> Bounds:
        now = time.time() if now is None else now
        if max_bytes is not None and self._file_bytes() <= max_bytes:
            max_bytes = None  # the text is smaller still: no need to measure each line
        return Bounds(None if older_than_s is None else now - older_than_s, max_bytes)

    def _remove(self, remove: Callable[["sqlite3.Connection"], int]) -> int:
        with self._store.writing() as database:
            removed = remove(database)
            if removed:
                taking_out.let_go(database)
        if removed:
            self._store.compact()
        return removed


def _by_kind(cuts: Cuts) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, kind), count in cuts.items():
        found[kind] += count
    return found


def _row_id(inserted: "sqlite3.Cursor") -> int:
    if inserted.lastrowid is None:
        raise TypeError("the table of entries has integer keys")
    return inserted.lastrowid


def _number(database: "sqlite3.Connection", query: str) -> int:
    (number,) = database.execute(query).fetchone()
    return int(number)
