"""What was shown on one surface, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hushkey.keyboard.strip import Strip
from hushkey.keyboard.types import Suggestion
from hushkey.model.text import fold, split_cursor

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine

Policy = Literal["shown", "ranking"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Keys saved on this surface so far."""

    accepted: int = 0  # suggestions
    characters_given: int = 0  # letters and blanks that needed no key of their own


class Session:
    """Suggestions for one surface. Not thread-safe by itself: one surface has one typist.

    With the policy "shown" the rules of the strip hold (stable slots, confidence floor, ladder for new
    words); "ranking" is the bare ranking, which leaves out words already shown for this word and not taken.
    """

    def __init__(
        self,
        engine: "SuggestionEngine",
        surface: str,
        *,
        policy: Policy = "shown",
        on_commit: Callable[[str], None] | None = None,
    ) -> None:
        self.surface = surface
        self.policy = policy
        self.tally = Tally()
        self._engine = engine
        self._on_commit = on_commit
        self._context: str | None = None
        self._passed_over: dict[str, str] = {}  # folded word -> the letters typed when it was shown
        self._strip = Strip()
        self._places: tuple[int, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, in which each suggestion of the last answer stands; ascending.

        With the policy "shown" a slot may be empty, so that the words behind it stay where they are.
        """
        return self._places

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most k suggestions for what stands before the cursor."""
        context, prefix = split_cursor(text_before_cursor)
        if context != self._context or not prefix:
            self._context = context
            self._passed_over.clear()
            self._strip.clear()
        if self.policy == "ranking":
            return self._rank(text_before_cursor, prefix, k)
        found = self._strip.fill(self._engine, text_before_cursor, prefix, k)
        self._places = self._strip.places
        return found

    def _rank(self, text_before_cursor: str, prefix: str, k: int) -> list[Suggestion]:
        """Rank anew, without what was shown on the way to these letters and not taken.

        Letters taken back make possible again what was passed over behind them.
        """
        self._passed_over = {
            word: shown for word, shown in self._passed_over.items() if prefix.startswith(shown)
        }
        found = self._engine.candidates(text_before_cursor, k, leave_out=self._passed_over)
        for suggestion in found:
            self._passed_over.setdefault(fold(suggestion.text), prefix)
        self._places = tuple(range(len(found)))
        return found

    def accept(self, suggestion: Suggestion) -> str:
        """Take a suggestion: returns what to put in place of the `replaces` characters before the cursor."""
        given = suggestion.text + " "
        self.tally = Tally(
            self.tally.accepted + 1,
            self.tally.characters_given + max(0, len(given) - suggestion.replaces - 1),
        )
        self._passed_over.clear()
        self._strip.clear()
        self._context = None
        return given

    def commit(self, text: str) -> None:
        """Learn finished text: a line, a sentence or several lines."""
        self._passed_over.clear()
        self._strip.clear()
        self._context = None
        if self._on_commit is not None:
            self._on_commit(text)
            return
        self._engine.learn(line for line in text.splitlines() if line.strip())
