"""What the base would have offered by itself, asked after a suggestion was taken. It learns nothing and writes nothing.

A second engine that is never taught stands on the same network as the first: same graph, lexicon and word table, no
adapter, or that of many devices alone. It is shown the word again, letter by letter, as the strip was. No key waits
for that, and it takes memory only once something was taken: a megabyte or two of readings, and no second graph.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from hushkey.keyboard.benefit import Acceptance, Credit
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.phrases import phrase_from
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.strip import Strip
from hushkey.keyboard.types import Suggestion
from hushkey.model.adapter import Adapter
from hushkey.model.text import fold, split_cursor

SLOTS = 3
_WORDS = frozenset({"prediction", "completion"})


class Learner(Protocol):
    """The part of an engine that says what its untaught twin stands on."""

    @property
    def shared(self) -> Adapter | None:
        """What many devices learned together, where it is in use."""

    @property
    def blocked(self) -> frozenset[str]:
        """The blocked words, folded."""

    @property
    def forgettings(self) -> int:
        """How often it was told to forget."""

    def untaught(self, adapter: Adapter | None = None) -> SuggestionEngine:
        """Return an engine on the same network that learned nothing."""


class Counterfactual:
    """The base beside one engine, and the base with the shared adapter where there is one."""

    def __init__(self, engine: Learner) -> None:
        self._engine = engine
        self._base: SuggestionEngine | None = None
        self._with_shared: tuple[Adapter, SuggestionEngine] | None = None
        self._forgettings = engine.forgettings

    def credit(self, acceptance: Acceptance, settings: Settings) -> Credit:
        """Say how many of an acceptance's keys the base would have saved by itself, and with the shared adapter."""
        if self._forgettings != self._engine.forgettings:  # what was read before may be forgotten
            self._base, self._with_shared = None, None
            self._forgettings = self._engine.forgettings
        if self._base is None:
            self._base = self._engine.untaught()
        base = self._saved(self._base, acceptance, settings)
        shared = self._engine.shared
        if shared is None:
            self._with_shared = None
            return Credit(base, base)
        if self._with_shared is None or self._with_shared[0] is not shared:
            self._with_shared = shared, self._engine.untaught(shared)
        return Credit(base, self._saved(self._with_shared[1], acceptance, settings))

    def _saved(self, engine: SuggestionEngine, taken: Acceptance, settings: Settings) -> int:
        for word in self._engine.blocked ^ engine.blocked:
            (engine.unblock if word in engine.blocked else engine.block)(word)
        if taken.kind == "emoji":
            return taken.gain  # from a table that ships with the base
        if taken.kind == "correction":
            return taken.gain if _corrects(engine, taken) else 0
        settings = replace(settings, corrections=False, emoji=False)
        if taken.kind == "phrase" and _has_phrase(engine, taken, settings):
            return taken.gain
        return sum(_keys_saved(engine, *word, settings) for word in _words(taken))


def _corrects(engine: SuggestionEngine, taken: Acceptance) -> bool:
    """Whether the base corrects the same token to the same words, whatever its slot."""
    strip = Strip().fill(engine, taken.before, split_cursor(taken.before)[1], SLOTS, Settings())
    return any(s.kind == "correction" and fold(s.text) == fold(taken.text) for s in strip)


def _has_phrase(engine: SuggestionEngine, taken: Acceptance, settings: Settings) -> bool:
    """Whether the base would have shown the same phrase at once."""
    prefix = taken.before[len(taken.before) - taken.replaces :]
    shown = [s for s in _strip(engine, taken.before, prefix, settings) if s.kind in _WORDS]
    if not shown:
        return False
    first = max(shown, key=lambda word: word.score)
    phrase = phrase_from(engine, taken.before, first, settings.sightings_trusted)
    return phrase is not None and fold(phrase.text) == fold(taken.text)


def _words(taken: Acceptance) -> Iterator[tuple[str, str, int]]:
    """Yield what stood before each word of an acceptance, the word, and how many of its letters were typed."""
    context = taken.before[: len(taken.before) - taken.replaces]
    typed = taken.replaces
    lead = len(taken.text) - len(taken.text.lstrip())
    context, typed = context + taken.text[:lead], max(0, typed - lead)
    for word in taken.text.split():
        yield context, word, min(typed, len(word))
        context, typed = f"{context}{word} ", 0


def _strip(
    engine: SuggestionEngine, before: str, prefix: str, settings: Settings
) -> list[Suggestion]:
    """Show the strip each letter of a word in turn, as it was while the word was typed; return the last answer."""
    strip, start = Strip(), len(before) - len(prefix)
    shown: list[Suggestion] = []
    for end in range(start, len(before) + 1):
        shown = strip.fill(engine, before[:end], before[start:end], SLOTS, settings)
    return shown


def _keys_saved(
    engine: SuggestionEngine, context: str, word: str, typed: int, settings: Settings
) -> int:
    """Return the keys that the strip saves of a word's letters, from the one behind `typed` of them on."""
    strip, wanted = Strip(), fold(word)
    for letters in range(len(word)):
        begun = word[:letters]
        shown = strip.fill(engine, context + begun, begun, SLOTS, settings)
        offered = any(s.kind in _WORDS and fold(s.text) == wanted for s in shown)
        if offered and letters >= typed:
            return len(word) - letters
    return 0
