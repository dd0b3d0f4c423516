"""What was forgotten, told to one's other devices without saying it: names of lines and words under a shared key.

A name is a keyed hash. Whoever has the key can try words against it, and whoever has the key can read the lines
anyway; nobody else sees either. Noted only where a profile shares a folder with other devices, in the very
transaction that forgets; without such a folder nothing of what was forgotten is kept in any form.
"""

import hashlib
import json
import math
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.erasure import Forgetting, cores_of, cut_out_all, words_before
from hushkey.keyboard.key_record import key_from_text
from hushkey.keyboard.keys import NamingKey, context

if TYPE_CHECKING:
    from sqlite3 import Connection

    from hushkey.keyboard.history import History

MEMBERSHIP: Final = "sync"  # setting: which key and name this profile has among the owner's devices
FORGOTTEN: Final = "sync_forgotten"  # setting: the tombstones

_NAME_BYTES: Final = 16  # two lines of a lifetime share one with a chance of 2**-90


@dataclass(frozen=True, slots=True)
class WordTombstone:
    """A word or phrase that was forgotten in the lines of some time and surface."""

    name: str
    size: int
    """Words in it."""
    until: float
    """Unix time, seconds: lines of this moment and later stay, so a word typed anew is learned anew."""
    since: float = -math.inf
    surface: str | None = None

    def reaches(self, line: Dated) -> bool:
        """Whether a line lies in its bounds."""
        return self.since <= line.at < self.until and self.surface in {None, line.surface}

    def as_json(self) -> dict[str, Any]:
        """Give what is kept of it."""
        since = None if self.since == -math.inf else self.since
        fields = {"name": self.name, "size": self.size, "until": self.until}
        return fields | {"since": since, "surface": self.surface}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError, TypeError or ValueError where it is none."""
        since, surface = record["since"], record["surface"]
        return cls(
            str(record["name"]),
            int(record["size"]),
            float(record["until"]),
            -math.inf if since is None else float(since),
            None if surface is None else str(surface),
        )


class Names:
    """Names lines and words under one key."""

    __slots__ = ("_key",)

    def __init__(self, key: NamingKey) -> None:
        self._key = key

    def line(self, line: Dated) -> str:
        """Name a line by its time, surface and text, as they are kept."""
        return self._name(
            b"line", struct.pack(">d", line.at), _bytes(line.surface), _bytes(line.text)
        )

    def words(self, cores: Sequence[str]) -> str:
        """Name a folded word, or the folded words of a phrase."""
        return self._name(b"words", *map(_bytes, cores))

    def _name(self, *parts: bytes) -> str:
        return hashlib.blake2b(
            context(*parts), key=self._key.reveal(), digest_size=_NAME_BYTES
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What was forgotten on any of the owner's devices. Without names it is empty and finds nothing."""

    names: Names | None = None
    lines: frozenset[str] = frozenset()
    words: frozenset[WordTombstone] = frozenset()
    _known: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, history: "History") -> Self:
        """Return those of a profile; none where it shares no folder."""
        names = names_of(history.settings.get(MEMBERSHIP))
        kept = history.settings.get(FORGOTTEN, {})
        return cls(
            names,
            frozenset(kept.get("lines", ())),
            frozenset(map(WordTombstone.from_json, kept.get("words", ()))),
        )

    def as_json(self) -> dict[str, Any]:
        """Give what is kept of them, sorted."""
        words = sorted(self.words, key=lambda word: (word.until, word.name, word.since))
        return {"lines": sorted(self.lines), "words": [word.as_json() for word in words]}

    def with_those_of(self, others: Iterable["Tombstones"]) -> "Tombstones":
        """Return them with others' too."""
        lines, words = set(self.lines), set(self.words)
        for other in others:
            lines |= other.lines
            words |= other.words
        return Tombstones(self.names, frozenset(lines), frozenset(words), self._known)

    def left_of(self, line: Dated) -> str:
        """Return what stays of a line's text: '' where the line was forgotten, else the text without the words."""
        if self.names is None or not (self.lines or self.words):
            return line.text
        if self.lines and self.names.line(line) in self.lines:
            return ""
        phrases = {phrase for phrase, _ in self.found_in(line)}
        return cut_out_all(sorted(phrases), line.text) if phrases else line.text

    def found_in(self, line: Dated) -> list[tuple[str, WordTombstone]]:
        """Return each forgotten word or phrase that stands in a line which its forgetting reaches."""
        near: dict[str, list[WordTombstone]] = {}
        for word in self.words:
            if word.reaches(line):
                near.setdefault(word.name, []).append(word)
        if not near:
            return []
        cores = [core for core, _ in words_before(line.text)]
        found: list[tuple[str, WordTombstone]] = []
        for size in {word.size for words in near.values() for word in words}:
            for start in range(len(cores) - size + 1):
                here = tuple(cores[start : start + size])
                found += ((" ".join(here), word) for word in near.get(self._named(here), ()))
        return found

    def _named(self, cores: tuple[str, ...]) -> str:
        if self.names is None:
            return ""
        if cores not in self._known:
            self._known[cores] = self.names.words(cores)
        return self._known[cores]


def names_of(membership: Any) -> Names | None:
    """Return what names lines in the folder that a profile shares; None where it shares none."""
    if not isinstance(membership, dict):
        return None
    return Names(key_from_text(membership.get("key")).naming_key())


def note(database: "Connection", what: Forgetting, lines: Iterable[int]) -> None:
    """Note what is about to be taken out of the entries with these ids, where the profile shares a folder."""
    names = names_of(_setting(database, MEMBERSHIP))
    if names is None:
        return
    kept = _setting(database, FORGOTTEN) or {}
    now = time.time()
    gone = set(kept.get("lines", ()))
    for number in lines:
        row = database.execute(
            "SELECT at, surface, text FROM entries WHERE id = ?", (number,)
        ).fetchone()
        gone.add(names.line(Dated(*row)))
    words = [*kept.get("words", ())]
    for phrase in what.words:
        if cores := cores_of(phrase):
            until = min(what.until, now)
            stone = WordTombstone(names.words(cores), len(cores), until, what.since, what.surface)
            words.append(stone.as_json())
    database.execute(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET json = excluded.json",
        (FORGOTTEN, json.dumps({"lines": sorted(gone), "words": words})),
    )


def _setting(database: "Connection", name: str) -> Any:
    row = database.execute("SELECT json FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else json.loads(row[0])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
