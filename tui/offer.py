"""What the strip offers for a line, and what taking it would change. Pure: no widget, no engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hushkey.keyboard.types import Suggestion

CONTEXT_CHARS: Final = 2000  # characters of the line that the engine is shown, at least
_CONTEXT_STEP: Final = 500  # the window's start moves in steps, so that it rests between them
SLOTS: Final = 3
SWALLOWING: Final = frozenset(".,;:!?)]}%…»”")  # typed after an accepted word, they take its space


@dataclass(frozen=True, slots=True)
class Offer:
    """The suggestions made for `asked`, the end of the line before the cursor at that time.

    `places` has the slot, from 0, of each suggestion, ascending; empty, they fill the slots in turn.
    `phrase` is the first word with those that are likely to follow it; it shows as ghost text alone.
    """

    asked: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    places: tuple[int, ...] = ()
    phrase: Suggestion | None = None

    @property
    def filled(self) -> tuple[int, ...]:
        """The slots that hold a suggestion, ascending."""
        return self.places or tuple(range(len(self.suggestions)))

    @property
    def first(self) -> int:
        """The slot of the likeliest word that goes on with the text; else the lowest that holds any; else 0.

        Slots keep their words in their places, so the likeliest need not stand in the lowest.
        """
        adding = [
            (suggestion.score, slot)
            for slot, suggestion in zip(self.filled, self.suggestions, strict=False)
            if suggestion.kind in {"prediction", "completion"}
        ]
        likeliest = max(adding, key=lambda one: one[0], default=None)
        return next(iter(self.filled), 0) if likeliest is None else likeliest[1]

    @property
    def leading(self) -> Suggestion | None:
        """What the ghost text shows: the phrase, else the likeliest word."""
        return self.phrase or in_slot(self, self.first)


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


def in_slot(offer: Offer, slot: int) -> Suggestion | None:
    """Return the suggestion that is shown in `slot`, from 0; None where the slot is empty."""
    return dict(zip(offer.filled, offer.suggestions, strict=True)).get(slot)


def confirmed(offer: Offer, before: str) -> Offer:
    """Return what of an offer the line that ends in `before` still confirms, each word in its slot.

    A word that can no longer be taken is not shown until the next answer; the others stay where they are.
    """
    if window(before) == offer.asked:
        return offer
    kept = [
        (slot, suggestion)
        for slot, suggestion in zip(offer.filled, offer.suggestions, strict=True)
        if insertion(offer, suggestion, before) is not None
    ]
    slots, words = zip(*kept, strict=True) if kept else ((), ())
    return replace(offer, suggestions=words, places=slots)


def ghost(offer: Offer, before: str) -> str:
    """Return what the leading suggestion would add after the cursor, letter for letter, or ''.

    The offer may be older than the line: letters typed since, and letters taken back, move the
    ghost without asking anybody, so that it never blinks while the next answer is on its way.
    """
    suggestion = offer.leading
    if suggestion is None:
        return ""
    typed = _typed(offer.asked, suggestion, window(before))
    if typed is None or not suggestion.text.startswith(typed):
        return ""
    return suggestion.text[len(typed) :]


def insertion(offer: Offer, suggestion: Suggestion | None, before: str) -> Insertion | None:
    """Return what taking a suggestion of `offer` does to the line that ends in `before`, or None.

    None where there is no suggestion, or where the line has moved on to something else. The text ends
    in the space that follows a word, as `Session.accept` promises.
    """
    if suggestion is None:
        return None
    before = window(before)
    if before == offer.asked:
        return Insertion(suggestion.text + " ", suggestion.replaces)
    typed = _typed(offer.asked, suggestion, before)
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


def _typed(asked: str, suggestion: Suggestion, before: str) -> str | None:
    """Return how much of a suggestion for `asked` is on the line already; None if unrelated."""
    anchor = len(asked) - suggestion.replaces
    if anchor < 0 or len(before) < anchor or before[:anchor] != asked[:anchor]:
        return None
    return before[anchor:]
