"""Two words that ran into one: `ofthe`. Pure but for one look at what follows the first."""

from collections.abc import Callable
from math import exp

from hushkey.keyboard.correction.channel import COSTS
from hushkey.keyboard.correction.misspelling import Story
from hushkey.keyboard.prediction import Prediction
from hushkey.model.lexicon import Lexicon

_LIFT = 300.0  # by which a word may be likelier after another than anywhere
_GLUE = 1.5e-3  # share of the lexicon's text: one of two words that run on is as common as `the` or `was`
_COMPOUND = 0.02  # weight of two that are not: `datastream` is a word that is being made
_ALONE = "ai"  # the words of one letter


def two_words(
    typed: str,
    prediction: Prediction,
    after: Callable[[int], Prediction],
    lexicon: Lexicon,
    floor: float,
) -> list[Story]:
    """Return the likeliest two words of the lexicon that a token is without their blank; none below `floor`.

    `after` gives the prediction behind a word, which costs a step of the network: it is asked once, for the two
    words that are likeliest by the first word's chance here and the second's anywhere.
    """
    best, most = None, 0.0
    total = float(lexicon.counts.sum())
    for place in range(1, len(typed)):
        first, second = _number(lexicon, typed[:place]), _number(lexicon, typed[place:])
        if first is None or second is None:
            continue
        shares = (float(lexicon.counts[first]) / total, float(lexicon.counts[second]) / total)
        weight = 1.0 if max(shares) >= _GLUE else _COMPOUND
        hope = weight * float(prediction.chances[first]) * min(1.0, _LIFT * shares[1])
        if hope > most:
            best, most = (first, second, weight), hope
    slip = exp(-COSTS.left_out_blank)
    if best is None or most * slip < floor:
        return []
    first, second, weight = best
    follows = float(after(first).chances[second])
    chance = float(prediction.chances[first]) * follows
    story = Story((first, second), weight * chance * slip, chance, COSTS.left_out_blank, follows)
    return [story] if story.merit >= floor else []


def _number(lexicon: Lexicon, part: str) -> int | None:
    return None if len(part) == 1 and part not in _ALONE else lexicon.find(part)
