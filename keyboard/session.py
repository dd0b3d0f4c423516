"""What was shown on one surface, and what became of it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hushkey.keyboard.phrases import phrase_from
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.strip import Strip
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.undo import Taken, Undo, taken
from hushkey.model.text import fold, split_cursor, split_token

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine

Policy = Literal["shown", "ranking"]

_TAKEN = 8  # corrections that can be undone, the newest first


@dataclass(frozen=True, slots=True)
class Tally:
    """Keys saved on this surface so far."""

    accepted: int = 0  # suggestions
    characters_given: int = 0  # letters and blanks that needed no key of their own


class Session:
    """Suggestions for one surface. Not thread-safe by itself: one surface has one typist.

    With the policy "shown" the rules of the strip hold (stable slots, confidence floor, corrections, ladder
    for new words) as `settings` says at that moment; "ranking" is the bare ranking, which leaves out words
    already shown for this word and not taken. `on_commit` takes the place of teaching the engine, `on_keep`
    that of telling it that a word is to stay as it was typed.
    """

    def __init__(  # noqa: PLR0913  what an owner may want to say of a surface
        self,
        engine: "SuggestionEngine",
        surface: str,
        *,
        policy: Policy = "shown",
        settings: Callable[[], Settings] = Settings,
        on_commit: Callable[[str], None] | None = None,
        on_keep: Callable[[str], None] | None = None,
    ) -> None:
        self.surface = surface
        self.policy = policy
        self.tally = Tally()
        self._engine = engine
        self._settings = settings
        self._on_commit = on_commit
        self._on_keep = on_keep
        self._asked = ""
        self._context: str | None = None
        self._passed_over: dict[str, str] = {}  # folded word -> the letters typed when it was shown
        self._strip = Strip()
        self._shown: list[Suggestion] = []
        self._places: tuple[int, ...] = ()
        self._phrase: tuple[str, Suggestion] | None = None  # the context it was found in, and it
        self._taken: deque[Taken] = deque(maxlen=_TAKEN)
        self._known = self._withheld()

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, in which each suggestion of the last answer stands; ascending.

        With the policy "shown" a slot may be empty, so that the words behind it stay where they are.
        """
        return self._places

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most k suggestions for what stands before the cursor."""
        self._let_go()
        context, prefix = split_cursor(text_before_cursor)
        if text_before_cursor == self._asked:
            self._phrase = None  # asked again: something may have been set meanwhile
        self._asked = text_before_cursor
        if context != self._context or not prefix:
            self._context = context
            self._passed_over.clear()
            self._strip.clear()
        settings = self._settings()
        if not settings.suggests_in(self.surface):
            self._shown, self._places = [], ()
            return []
        if self.policy == "ranking":
            return self._rank(text_before_cursor, prefix, k)
        self._shown = self._strip.fill(self._engine, text_before_cursor, prefix, k, settings)
        self._places = self._strip.places
        return list(self._shown)

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

    def phrase(self, *, look_ahead: bool = True) -> Suggestion | None:
        """Return the likeliest word of the last answer with one or two that are likely to follow it, or None.

        Asked apart, once the answer is on the screen: looking ahead may cost two more boundaries' worth of
        the network, which no key should wait for, and a phrase takes no slot from a word. Without
        `look_ahead` it is the one found before, as long as what was typed since confirms it.
        """
        self._let_go()
        settings = self._settings()
        words = (s for s in self._shown if s.kind in {"prediction", "completion"})
        first = max(words, key=lambda word: word.score, default=None)
        if self.policy == "ranking" or not settings.phrases or first is None:
            return None
        known = self._confirmed(first)
        if look_ahead:
            found = phrase_from(self._engine, self._asked, first, settings.sightings_trusted)
            if found is not None and (known is None or len(found.text) > len(known.text)):
                known = found
        if known is not None:
            self._phrase = (split_cursor(self._asked)[0], known)
        return known

    def _confirmed(self, first: Suggestion) -> Suggestion | None:
        """Return what is left of the phrase found before, where the first word now shown goes on with it."""
        if self._phrase is None:
            return None
        context, found = self._phrase
        whole, now = context + found.text, split_cursor(self._asked)[0]
        if not whole.startswith(now + first.text + " "):
            return None
        return replace(found, text=whole[len(now) :], replaces=first.replaces)

    def accept(self, suggestion: Suggestion) -> str:
        """Take a suggestion: returns what to put in place of the `replaces` characters before the cursor."""
        given = suggestion.text + " "
        self.tally = Tally(
            self.tally.accepted + 1,
            self.tally.characters_given + max(0, len(given) - suggestion.replaces - 1),
        )
        if suggestion.kind == "correction":
            self._taken.append(taken(self._asked, suggestion.text, suggestion.replaces))
        self._asked = self._asked[: len(self._asked) - suggestion.replaces] + given
        self._begin_word()
        return given

    def undo(self, text_before_cursor: str | None = None, *, remember: bool = True) -> Undo | None:
        """Take back the newest correction that still stands before the cursor; None where none does.

        The text is that of the last question unless it is given. From then on the engine corrects that word
        no more; where `remember` is off (nothing is to be kept just now), for as long as it runs.
        """
        self._let_go()
        text = self._asked if text_before_cursor is None else text_before_cursor
        for record in reversed(self._taken):
            change = record.undone_in(text)
            if change is not None:
                self._taken.remove(record)
                self._keep_as_typed(record.typed, remember=remember)
                self._asked = text[: len(text) - change.replaces] + change.text
                self._begin_word()
                return change
        return None

    def _keep_as_typed(self, typed: str, *, remember: bool) -> None:
        word = split_token(typed)[1]
        if remember and self._on_keep is not None:
            self._on_keep(word)
        else:
            self._engine.keep_as_typed(word)

    def commit(self, text: str) -> None:
        """Learn finished text: a line, a sentence or several lines."""
        self._taken.clear()
        self._phrase = None
        self._begin_word()
        if self._on_commit is not None:
            self._on_commit(text)
            return
        self._engine.learn(line for line in text.splitlines() if line.strip())

    def _begin_word(self) -> None:
        self._passed_over.clear()
        self._strip.clear()
        self._shown = []
        self._context = None

    def _withheld(self) -> tuple[int, frozenset[str]]:
        return self._engine.forgettings, self._engine.blocked

    def _let_go(self) -> None:
        """Drop what was shown and noted where a word was forgotten or blocked since: it may be that word."""
        known, self._known = self._known, self._withheld()
        if known == self._known:
            return
        self._phrase = None
        self._begin_word()
        if known[0] != self._known[0]:
            self._taken.clear()  # taking a correction back would keep a forgotten word as typed
