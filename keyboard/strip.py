"""The rules of the slots: a word that stays likely stays where it is, and nothing is shown without reason.

It knows no person and no network: the engine says how likely a word is, the settings what the owner wants.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from hushkey.keyboard.emoji import emoji_after
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.types import Suggestion
from hushkey.model.text import fold, split_token

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine

_TYPED_FROM = 3  # letters; a shorter unknown word is not offered as it stands
_DISPLACING = 0.5  # chance of having been meant from which a correction may take a word's slot
_WORDS = frozenset({"prediction", "completion"})

Slots = list[Suggestion | None]


class Strip:
    """The slots as they stand. Kept by a session, cleared whenever another word begins."""

    def __init__(self) -> None:
        self._slots: Slots = []

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, of each suggestion that shows; a slot between two of them may be empty."""
        return tuple(place for place, slot in enumerate(self._slots) if slot is not None)

    def clear(self) -> None:
        """Empty the slots."""
        self._slots = []

    def fill(
        self,
        engine: "SuggestionEngine",
        text_before_cursor: str,
        prefix: str,
        k: int,
        settings: Settings,
    ) -> list[Suggestion]:
        """Return what the k slots show now, the lowest slot first; `places` tells which slot is whose.

        A suggestion that the new letters confirm keeps its slot; the others are filled with the likeliest
        words not yet shown in this strip. A correction, an unknown word as it was typed, and an emoji come
        last: see _correct, _echo and _adorn.
        """
        meant = _meant(engine, text_before_cursor, prefix) if settings.corrections else []
        waiting = _words(engine, text_before_cursor, prefix, 2 * k, settings)
        for correction in meant:
            waiting.pop(fold(split_token(correction.text)[1]), None)  # none stands in two slots
        slots = self._kept(waiting, meant, k)
        likeliest = iter(waiting.values())
        for place in range(k):
            if slots[place] is None:
                slots[place] = next(likeliest, None)
        for correction in meant:
            _correct(slots, correction)
        unknown = len(prefix) >= _TYPED_FROM and not engine.knows(prefix)
        if unknown and fold(prefix) not in engine.blocked:
            _echo(slots, prefix)
        if settings.emoji and not prefix:
            _adorn(slots, emoji_after(text_before_cursor), engine.blocked)
        self._slots = slots
        return [slot for slot in slots if slot is not None]

    def _kept(self, waiting: dict[str, Suggestion], meant: list[Suggestion], k: int) -> Slots:
        """Return k slots with what the new letters confirm where it stood; it waits no longer."""
        offered = {correction.text: correction for correction in meant}
        slots: Slots = [None] * k
        for place, old in enumerate(self._slots[:k]):
            if old is not None and old.kind in _WORDS:
                slots[place] = waiting.pop(old.text.lower(), None)
            elif old is not None and old.kind == "correction":
                slots[place] = offered.get(old.text)
        return slots


def _meant(engine: "SuggestionEngine", text_before_cursor: str, prefix: str) -> list[Suggestion]:
    """Return the correction, if any, of the word under way, or of the one that was finished with the last blank.

    Punctuation between a finished word and its blank stays where it is.
    """
    if prefix:
        return engine.corrections(text_before_cursor, 1)[:1]
    token = text_before_cursor[:-1].rpartition(" ")[2]
    if not text_before_cursor.endswith(" ") or not token:
        return []
    _, _, trail = split_token(token)
    behind = len(trail) + 1
    return [
        replace(correction, text=correction.text + trail, replaces=correction.replaces + behind)
        for correction in engine.corrections(text_before_cursor[:-behind], 1, finished=True)[:1]
    ]


def _words(
    engine: "SuggestionEngine", text_before_cursor: str, prefix: str, most: int, settings: Settings
) -> dict[str, Suggestion]:
    """Return the likeliest words by their folded text, likeliest first, those still on trial marked as new."""
    fresh = engine.candidates(
        text_before_cursor,
        most,
        sightings=settings.sightings_offered,
        trusted=settings.sightings_trusted,
    )
    return {word.text.lower(): word for word in fresh if prefix or word.score >= settings.floor}


def _correct(slots: Slots, correction: Suggestion) -> None:
    """Offer a correction in the last slot that is left, else in the last word's place if it is likely enough."""
    if correction in slots:
        return
    place = _last_free(slots)
    if place is None and slots and correction.score >= _DISPLACING:
        place = len(slots) - 1
    if place is not None:
        slots[place] = correction


def _echo(slots: Slots, prefix: str) -> None:
    """Offer an unknown word as it was typed in the last slot that is left; it displaces nothing."""
    place = _last_free(slots)
    if place is not None:
        slots[place] = Suggestion(prefix, "typed", 0.0, {}, len(prefix))


def _adorn(slots: Slots, emoji: str, blocked: frozenset[str]) -> None:
    """Offer an emoji in the last slot, in the place of a word: whoever turned emoji on wants to see them."""
    last = slots[-1] if slots else None
    if emoji and emoji not in blocked and slots and (last is None or last.kind in _WORDS):
        slots[-1] = Suggestion(emoji, "emoji", 0.0, {}, 0)


def _last_free(slots: Slots) -> int | None:
    return max((place for place, slot in enumerate(slots) if slot is None), default=None)
