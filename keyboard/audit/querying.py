"""What an engine gives away to somebody who may only type and look: its ranking, its slots, its owner's rare words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.audit.extraction import Ask
from hushkey.model.evaluation import K
from hushkey.model.text import fold, split_token, words_of

RARE = 2  # uses up to which a word of the owner's counts as rare

Place = tuple[str, str]  # text before a word, the word


def ranking_of(engine: SuggestionEngine) -> Ask:
    """Ask for the bare ranking, with chances: all that can be had with the files in hand."""
    return lambda text, k: [(each.text, each.score) for each in engine.candidates(text, k)]


def slots_of(engine: SuggestionEngine) -> Ask:
    """Ask for what the app would show, its ladder for new words and its floor included."""

    def ask(text: str, k: int) -> list[tuple[str, float]]:
        return [(each.text, each.score) for each in engine.session("audit").suggest(text, k)]

    return ask


@dataclass(frozen=True, slots=True)
class OwnWords:
    """How many of the owner's own rare words are offered where they were typed. Numbers only, never the words."""

    places: int  # looked at: a word used once or twice, behind what stood before it
    by_base: int  # the base alone has it in three slots
    by_adapter: int  # the base and the adapter have
    only_by_adapter: int  # what learning added: the base alone has it not

    def plus(self, other: "OwnWords") -> "OwnWords":
        """Return the sums."""
        return OwnWords(
            self.places + other.places,
            self.by_base + other.by_base,
            self.by_adapter + other.by_adapter,
            self.only_by_adapter + other.only_by_adapter,
        )


def places_of_rare_words(
    history: Sequence[str], most: int, rng: np.random.Generator
) -> list[Place]:
    """Return at most so many places, drawn at random, where a word stands that the history has once or twice."""
    uses = Counter(fold(word) for line in history for word in words_of(line))
    places = [place for line in history for place in _places(line) if uses[fold(place[1])] <= RARE]
    chosen = np.sort(rng.permutation(len(places))[:most])
    return [places[number] for number in chosen.tolist()]


def own_words(places: Sequence[Place], ask: Ask, take_up: Callable[[], None]) -> OwnWords:
    """Ask at every place, first the base alone, then with the adapter that `take_up` takes up."""
    before = [_offers(ask, place) for place in places]
    take_up()
    after = [_offers(ask, place) for place in places]
    only = sum(now and not then for then, now in zip(before, after, strict=True))
    return OwnWords(len(places), sum(before), sum(after), only)


def _offers(ask: Ask, place: Place) -> bool:
    text, word = place
    return fold(word) in {fold(offered) for offered, _ in ask(text, K)}


def _places(line: str) -> Iterator[Place]:
    position = 0
    for token in line.split():
        start = line.index(token, position)
        position = start + len(token)
        lead, core, _ = split_token(token)
        if core:
            yield line[:start] + lead, core
