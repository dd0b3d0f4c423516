"""The rules of the slots: a word that stays likely stays where it is, and nothing is shown without reason."""

from typing import TYPE_CHECKING

from hushkey.keyboard.types import Suggestion

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine

FLOOR = 0.004  # chance before a word's first letter below which it is not shown
SIGHTINGS = 2  # uses after which a word that the base does not know is offered
_TYPED_FROM = 3  # letters; a shorter unknown word is not offered as it stands


class Strip:
    """The slots as they stand. Kept by a session, cleared whenever another word begins."""

    def __init__(self) -> None:
        self._slots: list[Suggestion | None] = []

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, of each suggestion that shows; a slot between two of them may be empty."""
        return tuple(place for place, slot in enumerate(self._slots) if slot is not None)

    def clear(self) -> None:
        """Empty the slots."""
        self._slots = []

    def fill(
        self, engine: "SuggestionEngine", text_before_cursor: str, prefix: str, k: int
    ) -> list[Suggestion]:
        """Return what the k slots show now, the lowest slot first; `places` tells which slot is whose.

        A suggestion that the new letters confirm keeps its slot; the others are filled with the likeliest
        words not yet shown in this strip. An unknown word is offered as typed in the last slot that is left.
        """
        fresh = engine.candidates(text_before_cursor, 2 * k, sightings=SIGHTINGS)
        if not prefix:
            fresh = [suggestion for suggestion in fresh if suggestion.score >= FLOOR]
        by_word = {suggestion.text.lower(): suggestion for suggestion in fresh}
        slots: list[Suggestion | None] = [None] * k
        for place, old in enumerate(self._slots[:k]):
            if old is not None and old.kind != "typed":
                slots[place] = by_word.pop(old.text.lower(), None)
        waiting = [suggestion for suggestion in fresh if suggestion.text.lower() in by_word]
        for place in range(k):
            if slots[place] is None and waiting:
                slots[place] = waiting.pop(0)
        if None in slots and len(prefix) >= _TYPED_FROM and not engine.knows(prefix):
            last = max(place for place in range(k) if slots[place] is None)
            slots[last] = Suggestion(prefix, "typed", 0.0, {}, len(prefix))
        self._slots = slots
        return [slot for slot in slots if slot is not None]
