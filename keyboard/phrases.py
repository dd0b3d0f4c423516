"""Phrases: a suggestion and the words that are likely to follow it. It keeps nothing of its own.

The engine is asked for the word after the suggestion as if that had been taken; its answer is kept, so that
taking the suggestion makes the next boundary free.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from hushkey.keyboard.types import Suggestion
from hushkey.model.text import split_cursor

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine

LONGEST = 3  # words
# Chance of the whole below which no word is added to it: the least at which, once the first word of a phrase is right,
# the second is right more often than not, before a letter is typed (52%) and within a word (61%): bench/phrases.py.
FLOOR = 0.4
_RIVALS = 16  # completions among which the chance of one is shared out once letters are typed


def phrase_from(
    engine: "SuggestionEngine", text_before_cursor: str, first: Suggestion, trusted: int
) -> Suggestion | None:
    """Return `first` with one or two words more, or None where not even one is likely enough.

    `score` is the chance of all its words: a product along the chain. A word that only the user knows is
    part of a phrase from its `trusted`-th use on.
    """
    chance = _chance_of(engine, text_before_cursor, first)
    context, _ = split_cursor(text_before_cursor)
    text = first.text
    for _ in range(LONGEST - 1):
        if chance < FLOOR:
            break
        likeliest = engine.candidates(f"{context}{text} ", 1, sightings=trusted)
        if not likeliest or chance * likeliest[0].score < FLOOR:
            break
        chance *= likeliest[0].score
        text = f"{text} {likeliest[0].text}"
    return replace(first, text=text, kind="phrase", score=chance) if text != first.text else None


def _chance_of(engine: "SuggestionEngine", text_before_cursor: str, first: Suggestion) -> float:
    """Return the chance of the first word given the letters typed so far."""
    if not first.replaces:
        return first.score
    rivals = engine.candidates(text_before_cursor, _RIVALS)
    return first.score / max(first.score, sum(rival.score for rival in rivals))
