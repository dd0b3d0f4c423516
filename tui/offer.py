"""What the strip offers for a line, and what taking it would change. Pure: no widget, no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hushkey.keyboard.types import Suggestion

CONTEXT_CHARS: Final = 2000  # characters of the line that the engine is shown, at least
_CONTEXT_STEP: Final = 500  # the window's start moves in steps, so that it rests between them
SLOTS: Final = 3
SWALLOWING: Final = frozenset(".,;:!?)]}%…»”")  # typed after an accepted word, they take its space


@dataclass(frozen=True, slots=True)
class Offer:
    """The suggestions made for `asked`, the end of the line before the cursor at that time."""

    asked: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Insertion:
    """Put `text` in the place of the `replaces` characters before the cursor."""

    text: str
    replaces: int

    @property
    def net(self) -> int:
        """By how many characters the line grows; negative where a correction shortens it."""
        return len(self.text) - self.replaces


def window(before: str) -> str:
    """Return the end of `before` that the engine is shown: all, or its last 2000 to 2499."""
    start = max(0, len(before) - CONTEXT_CHARS) // _CONTEXT_STEP * _CONTEXT_STEP
    return before[start:]


def ghost(offer: Offer, before: str) -> str:
    """Return what the first suggestion would add after the cursor, letter for letter, or ''.

    The offer may be older than the line: letters typed since, and letters taken back, move the
    ghost without asking anybody, so that it never blinks while the next answer is on its way.
    """
    if not offer.suggestions:
        return ""
    text = offer.suggestions[0].text
    typed = _typed(offer, 0, window(before))
    if typed is None or not text.startswith(typed):
        return ""
    return text[len(typed) :]


def insertion(offer: Offer, index: int, before: str) -> Insertion | None:
    """Return what taking slot `index` does to the line that ends in `before`, or None.

    None where the slot is empty, or where the line has moved on to something else. The text ends in
    the space that follows a word, as `Session.accept` promises.
    """
    if not 0 <= index < len(offer.suggestions):
        return None
    suggestion = offer.suggestions[index]
    before = window(before)
    if before == offer.asked:
        return Insertion(suggestion.text + " ", suggestion.replaces)
    typed = _typed(offer, index, before)
    if typed is None or not suggestion.text.casefold().startswith(typed.casefold()):
        return None
    return Insertion(suggestion.text + " ", len(typed))


def first_word(ghost_text: str) -> str:
    """Return the first word of a ghost, the space before it, and one space after it; or ''."""
    stripped = ghost_text.lstrip()
    if not stripped:
        return ""
    lead = ghost_text[: len(ghost_text) - len(stripped)]
    return lead + stripped.split(maxsplit=1)[0] + " "


def _typed(offer: Offer, index: int, before: str) -> str | None:
    """Return how much of the word in slot `index` is on the line already; None if unrelated."""
    anchor = len(offer.asked) - offer.suggestions[index].replaces
    if anchor < 0 or len(before) < anchor or before[:anchor] != offer.asked[:anchor]:
        return None
    return before[anchor:]
