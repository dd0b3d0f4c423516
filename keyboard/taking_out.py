"""Take lines and words out of the database in one transaction, and note that all made of them has to follow.

Two numbers stand beside the lines: how many forgettings were begun, and how many of them reached the files that
were made of the history. Where they differ, a run ended in between, and the next start goes on with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushkey.keyboard import redaction_log
from hushkey.keyboard.erasure import Forgetting, cores_of, says_something, words_before
from hushkey.keyboard.exports import Export, exports_holding
from hushkey.keyboard.portability import tombstones
from hushkey.keyboard.wordlist import storable
from hushkey.model.text import fold

if TYPE_CHECKING:
    from sqlite3 import Connection

_OWN_WORDS = ("kept_as_typed", "vouched")  # tables that hold words which a person typed

_THESE = "at >= ? AND at < ? AND (? IS NULL OR surface = ?)"


@dataclass(frozen=True, slots=True, repr=False)
class TakenOut:
    """What was taken out, as it was before: for as long as somebody asks what became of it. It prints as nothing."""

    begun: int
    """Forgettings begun until then: this one is the last of them."""
    lines: tuple[tuple[int, str], ...]
    """(id, text) of each line that was changed or deleted, as it was."""
    deleted: int
    """How many of the lines are gone."""
    reaches: bool
    """Whether what was learned may know any of it."""
    dropped: frozenset[str]
    """Folded words that were dropped from the lists of words."""
    exports: tuple[Export, ...]
    """Copies of the history that may hold one of the lines."""
    changed: bool
    """Whether anything at all is another than before."""


def take_out(database: "Connection", what: Forgetting) -> TakenOut:
    """Cut words or whole lines out of the entries, and the words that are gone with them out of the word lists."""
    rows = database.execute(f"SELECT id, text FROM entries WHERE {_THESE}", _bounds(what))  # noqa: S608
    taken = [(number, text, left) for number, text in rows if (left := what.left_of(text)) != text]
    tombstones.note(database, what, [number for number, _, _ in taken])
    gone = [number for number, _, left in taken if not says_something(left)]
    database.executemany("DELETE FROM entries WHERE id = ?", ((number,) for number in gone))
    database.executemany(
        "UPDATE entries SET text = ? WHERE id = ?",
        ((left, number) for number, _, left in taken if says_something(left)),
    )
    dropped = _clear_lists(database, what, [text for _, text, _ in taken])
    changed = bool(taken or dropped)
    exports = _copies(database, what, [number for number, _, _ in taken])
    if what.everything:
        changed |= database.execute("DELETE FROM exports").rowcount > 0
        changed |= redaction_log.drop(database) > 0
    elif not what.words and what.surface is None:
        changed |= redaction_log.drop(database, since=what.since, until=what.until) > 0
    reaches = bool(taken) or bool(_counter(database, "let_go"))
    if reaches:
        database.execute("UPDATE counters SET value = value + 1 WHERE name = 'forgettings'")
        database.execute("UPDATE counters SET value = 0 WHERE name = 'let_go'")
    lines = tuple((number, text) for number, text, _ in taken)
    return TakenOut(begun(database), lines, len(gone), reaches, dropped, exports, changed)


def begun(database: "Connection") -> int:
    """Return how many forgettings were begun."""
    return _counter(database, "forgettings")


def finished(database: "Connection") -> int:
    """Return how many of them reached every file."""
    return _counter(database, "forgettings_done")


def finish(database: "Connection", number: int) -> None:
    """Note that the forgettings up to a number reached every file."""
    database.execute(
        "UPDATE counters SET value = max(value, ?) WHERE name = 'forgettings_done'", (number,)
    )


def let_go(database: "Connection") -> None:
    """Note that lines went of which something learned may still know: the next forgetting reaches that too."""
    database.execute("UPDATE counters SET value = 1 WHERE name = 'let_go'")


def matching(database: "Connection", what: Forgetting) -> list[float]:
    """Return the times of the lines that lie in the bounds, oldest first."""
    found = database.execute(
        f"SELECT at FROM entries WHERE {_THESE} ORDER BY at",  # noqa: S608
        _bounds(what),
    )
    return [at for (at,) in found]


def _bounds(what: Forgetting) -> tuple[float | str | None, ...]:
    return what.since, what.until, what.surface, what.surface


def _copies(database: "Connection", what: Forgetting, lines: Sequence[int]) -> tuple[Export, ...]:
    if not lines and not what.everything:
        return ()
    return tuple(exports_holding(database, 0 if what.everything else min(lines)))


def _clear_lists(database: "Connection", what: Forgetting, lines: Sequence[str]) -> frozenset[str]:
    """Drop own words from the lists: those named, those noted in the time, those that no line holds any more."""
    dropped: set[str] = set()
    for table in _OWN_WORDS:
        rows = database.execute(f"SELECT folded, at FROM {table}")  # noqa: S608
        listed: dict[str, float] = dict(rows.fetchall())
        doomed = _doomed(what, listed)
        suspects = _words_in(lines, listed) - doomed
        if suspects:
            left = (text for (text,) in database.execute("SELECT text FROM entries"))
            doomed |= suspects - _words_in(left, suspects)
        doomed &= set(listed)
        database.executemany(
            f"DELETE FROM {table} WHERE folded = ?",  # noqa: S608
            ((folded,) for folded in doomed),
        )
        dropped |= doomed
    return frozenset(dropped)


def _doomed(what: Forgetting, listed: Mapping[str, float]) -> set[str]:
    """Return the listed words that go whatever the lines hold. Nobody noted on which surface they were typed."""
    if what.everything:
        return set(listed)
    named = {cores[0] for word in what.words if len(cores := cores_of(word)) == 1}
    named |= {fold(storable(word)) for word in what.words}
    if not what.bounded:
        return named
    timed = {word for word, at in listed.items() if what.timed and what.since <= at < what.until}
    return timed & named if what.words else timed


def _words_in(lines: Iterable[str], wanted: Iterable[str]) -> set[str]:
    """Return which of some folded words stand in lines."""
    missing = set(wanted)
    found: set[str] = set()
    for text in lines:
        if not missing:
            break
        here = {word for word, _ in words_before(text)} & missing
        found |= here
        missing -= here
    return found


def _counter(database: "Connection", name: str) -> int:
    (value,) = database.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(value)
