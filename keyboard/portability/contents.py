"""What a copy of a profile holds: lines with times and counts, words that its owner listed. Knows no file.

The lines are all there is to learn: every count and date of a word follows from them. A copy tells those of the
person's own words too, for whoever reads it; a merge passes them over.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, get_args

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.wordlist import Table

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.review import LearnedWord

LISTS: Final[tuple[Table, ...]] = get_args(Table)


class CopyRefused(KeyboardError):
    """A copy cannot be read or written as asked. Nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as often as it was typed at that time on that surface. Its `repr` does not hold the text."""

    at: float | None
    """Unix time, seconds; None where its source tells none."""
    surface: str
    text: str = field(repr=False)
    count: int = 1


@dataclass(frozen=True, slots=True)
class PortableWord:
    """A word that its owner put on a list. Its `repr` does not hold the word."""

    table: Table
    word: str = field(repr=False)
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in one copy."""

    lines: tuple[Line, ...] = ()
    words: tuple[PortableWord, ...] = ()
    learned: "tuple[LearnedWord, ...]" = ()
    """Counts and dates of the person's own words: told, and not merged, as they follow from the lines."""


def contents_of(profile: "Profile") -> Contents:
    """Return everything that a copy of a profile holds, in the order in which it is written."""
    lines = Counter((entry.at, entry.surface, entry.text) for entry in profile.history.entries())
    history = profile.history
    listed = {
        "blocked": history.blocked.listed(),
        "kept_as_typed": history.kept_as_typed.listed(),
        "vouched": history.vouched.listed(),
    }
    return Contents(
        lines=tuple(Line(*line, count) for line, count in sorted(lines.items())),
        words=tuple(
            PortableWord(table, one.word, one.at)
            for table in LISTS
            for one in sorted(listed[table], key=lambda one: (one.word, one.at))
        ),
        learned=tuple(sorted(profile.learned_words(), key=lambda learned: learned.word)),
    )
