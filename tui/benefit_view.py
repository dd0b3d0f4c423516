"""What suggestions saved, as rows of text: for the card and for the command. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hushkey.keyboard.benefit import Benefit
    from hushkey.keyboard.meter import Standing

HEADS: Final[tuple[str, ...]] = ("today", "7 days", "ever")
_PARTS: Final = (
    ("base", "the shipped base", 1),
    ("shared", "many devices", 1),
    ("mine", "mine", 1),
    ("spent", "taken back", -1),
)
_BASE: Final = (
    "The base: what it would have offered had nothing been learned here. Many devices: what the shared "
    "model adds to that. Mine: the rest, by your words, your recent words and your adapter."
)
_SPENT: Final = (
    "Taken back: letters of suggestions deleted again and the keys for it, corrections that save no "
    "key, marks put in the place of a blank."
)
_LEFT_OUT: Final = (
    "A word you typed out counts for nobody, whoever might have offered it. Keys are counted in this "
    "app only, and only of lines that were kept."
)
NOTES: Final = (_BASE, _SPENT, _LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is, and today's, seven days' and all time's figure."""

    name: str
    label: str
    cells: tuple[str, ...]


def rows(standing: Standing) -> tuple[Row, ...]:
    """Return the sum and its share of all keys, then who brought it: the parts add up to the sum."""
    spans = (standing.today, standing.week, standing.ever)
    parts = (
        Row(name, label, tuple(_signed(sign * getattr(span, name)) for span in spans))
        for name, label, sign in _PARTS
    )
    return (
        Row("saved", "keys saved", tuple(_signed(span.saved) for span in spans)),
        Row("share", "of all keys", tuple(_share(span) for span in spans)),
        *parts,
    )


def sentence(standing: Standing) -> str:
    """Return the head: what was saved ever, in words that a person reads."""
    ever = standing.ever
    if not ever.characters:
        return "No key was saved yet: nothing was typed and kept."
    if ever.saved <= 0:
        return "No keys saved so far: taking back cost as much as was given."
    noun = "key" if ever.saved == 1 else "keys"
    return f"{ever.saved:,} {noun} saved, {ever.share:.0%} of all."


def _share(benefit: Benefit) -> str:
    return f"{benefit.share:.1%}" if benefit.characters else "–"


def _signed(keys: int) -> str:
    return f"{keys:,}".replace("-", "\N{MINUS SIGN}")
