"""A person's own words on their way from seen to trusted, and those that are new since they last looked. Pure.

A word that the base does not know is first only seen, then offered and marked as new, then trusted: by its uses, as the
settings say, or at once where its owner vouches for it. All is read off the history's lines; nothing is kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hushkey.keyboard.history import Entry
from hushkey.keyboard.settings import Settings
from hushkey.model.text import GAP, fold, sentences_of

Rung = Literal["seen", "new", "trusted"]

WEEK_S = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class LearnedWord:
    """A word that was typed and that the base does not know."""

    word: str
    """As it is usually written."""
    count: int
    first: float
    """Unix time of the line in which it was typed first, seconds."""
    last: float
    surfaces: tuple[str, ...]
    """Where it was typed, sorted."""
    rung: Rung
    """`seen` is not offered yet; `new` is offered and marked as new; `trusted` is offered as any other."""
    vouched: bool
    """Whether its owner keeps it: trusted whatever its count."""
    blocked: bool
    """Whether it is never offered."""
    offered_since: int | None
    """The id of the line with which it was seen often enough to be offered; None where it was not."""


@dataclass(frozen=True, slots=True)
class Review:
    """The words to decide on: offered since the last review, neither kept nor blocked; oldest first."""

    words: tuple[LearnedWord, ...]
    at: float | None
    """Unix time of the last review; None where there was none."""
    since: int = 0
    """The id of the last line that it looked at."""

    def due(self, now: float) -> bool:
        """Whether there is something to decide and the last review is a week ago."""
        return bool(self.words) and (self.at is None or now - self.at >= WEEK_S)

    def mark(self, asked: int, at: float) -> dict[str, Any]:
        """Return what to keep of a review that asked for its first words: the others come again.

        It names a line and no word, for a word would have to be forgotten here too; so words that became new
        with the same line come again together.
        """
        if asked < len(self.words):
            reached = (self.words[asked].offered_since or 0) - 1
        else:
            reached = max((word.offered_since or 0 for word in self.words), default=0)
        return {"at": at, "entry": max(self.since, reached)}


@dataclass(slots=True)
class _Sightings:
    """What the lines say of one word."""

    forms: Counter[str] = field(default_factory=Counter)
    lines: list[Entry] = field(default_factory=list)  # one for each use


def learned_words(
    entries: Iterable[Entry],
    in_base: Callable[[str], bool],
    settings: Settings,
    *,
    vouched: Collection[str] = (),
    blocked: Collection[str] = (),
) -> list[LearnedWord]:
    """Return the words of lines that the base does not know, in the order in which they were first typed.

    `in_base`, `vouched` and `blocked` know folded words.
    """
    found: dict[str, _Sightings] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        for sentence in sentences_of(entry.text):
            for place, written in enumerate(sentence):
                word = fold(written)
                if written == GAP or in_base(word):
                    continue
                sightings = found.setdefault(word, _Sightings())
                sightings.lines.append(entry)
                if place or not _is_capitalised(written):  # else the capital may be the sentence's
                    sightings.forms[written] += 1
    return [
        _learned(word, sightings, settings, vouched=word in vouched, blocked=word in blocked)
        for word, sightings in found.items()
    ]


def review_of(words: Sequence[LearnedWord], mark: Mapping[str, Any] | None) -> Review:
    """Return what there is to decide on since a review left its mark."""
    since = int(mark["entry"]) if mark else 0
    new = [
        (word.offered_since, word)
        for word in words
        if word.offered_since is not None and not word.vouched and not word.blocked
    ]
    ordered = sorted((pair for pair in new if pair[0] > since), key=lambda pair: pair[0])
    return Review(tuple(word for _, word in ordered), float(mark["at"]) if mark else None, since)


def _learned(
    word: str, sightings: _Sightings, settings: Settings, *, vouched: bool, blocked: bool
) -> LearnedWord:
    lines, forms = sightings.lines, sightings.forms
    often = max(forms.values(), default=0)
    times = [entry.at for entry in lines]
    offered = max(1, settings.sightings_offered)
    return LearnedWord(
        word=min((form for form, count in forms.items() if count == often), default=word),
        count=len(lines),
        first=min(times),
        last=max(times),
        surfaces=tuple(sorted({entry.surface for entry in lines})),
        rung=rung_of(len(lines), settings, vouched=vouched),
        vouched=vouched,
        blocked=blocked,
        offered_since=lines[offered - 1].id if len(lines) >= offered else None,
    )


def rung_of(count: int, settings: Settings, *, vouched: bool) -> Rung:
    """Return how far a word that the base does not know has come by its uses."""
    if vouched:
        return "trusted"
    if count < settings.sightings_offered:
        return "seen"
    return "new" if count < settings.sightings_trusted else "trusted"


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() and (len(word) == 1 or word[1:].islower())
