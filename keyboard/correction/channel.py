"""P(typed | word): how likely each slip of the fingers is. Costs are negative logarithms, in nats. Pure.

The four kinds of error come in the order of Pollock & Zamora (1983; 50,000 misspellings): letters left out before
letters too many, wrong letters, swapped letters; most of them alone in their word (Damerau 1964). The shares are
those of Kukich's survey (1992), the last two raised so that the four make one. Doubling a letter is the first
cause of letters too many (Pollock & Zamora 1983); more than half of the wrong letters lie beside the right one
(Grudin 1983); doubling and singling, vowels for vowels are common, errors in the first letter rare (Yannakoudakis
& Fawthrop 1983).
"""

from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.correction.layout import LETTERS, VOWELS, neighbours

Floats = npt.NDArray[np.float32]

APOSTROPHE = "'"
CODES = 256  # of Latin-1: a word that needs other letters is no candidate

SLIP = 0.006  # a letter; people catch most of theirs: six keys in a hundred are Backspace (Dhakal et al. 2018)
_LEFT_OUT, _TOO_MANY, _WRONG, _SWAPPED = (SLIP * share for share in (0.34, 0.27, 0.24, 0.15))
_BESIDE = 0.58  # of wrong letters lie beside the right one (Grudin 1983)
_VOWEL = 0.25  # of wrong letters are vowels for vowels
_TWICE, _TOUCHED = (
    0.4,
    0.3,
)  # of letters too many: typed twice; a key touched along with its neighbour
_ANY = 26  # letters that an unguided finger may hit


def _cost(chance: float) -> float:
    return -log(chance)


@dataclass(frozen=True, slots=True)
class Costs:
    """What each slip costs, in nats."""

    left_out: float = _cost(_LEFT_OUT)
    left_out_of_two: float = _cost(4 * _LEFT_OUT)  # one of a doubled letter
    left_out_apostrophe: float = _cost(0.1)  # many people leave most of theirs out
    left_out_blank: float = _cost(0.002)
    twice: float = _cost(_TOO_MANY * _TWICE)
    touched: float = _cost(_TOO_MANY * _TOUCHED / 4)
    too_many: float = _cost(_TOO_MANY * (1 - _TWICE - _TOUCHED) / _ANY)
    apostrophe_too_many: float = _cost(0.002)
    swapped: float = _cost(_SWAPPED)
    at_the_start: float = _cost(0.3)  # on top, for the first letter of a word


COSTS = Costs()


@cache
def wrong_letter(typed: str) -> Floats:
    """Costs (256,) of typing a letter for each letter of Latin-1; nothing for itself."""
    chances = np.full(CODES, _WRONG * (1 - _BESIDE - _VOWEL) / _ANY, dtype=np.float64)
    for meant in neighbours(typed):
        chances[ord(meant)] += _WRONG * _BESIDE / len(neighbours(meant))
    if typed in VOWELS:
        for meant in VOWELS:
            chances[ord(meant)] += _WRONG * _VOWEL / (len(VOWELS) - 1)
    chances[ord(APOSTROPHE)] /= _ANY
    chances[ord(typed)] = 1.0
    return -np.log(chances).astype(np.float32)


def least_wrong() -> float:
    """Return the least cost of a letter that the word has nowhere: a wrong one or one too many."""
    costs = np.stack([wrong_letter(letter) for letter in LETTERS])
    return min(float(costs[costs > 0.0].min()), COSTS.touched, COSTS.twice, COSTS.too_many)


def least_lacking() -> float:
    """Return the least cost of a letter that was typed nowhere: left out, or another in its place."""
    return min(COSTS.left_out, least_wrong())


def letters_too_many(typed: str) -> list[float]:
    """Cost of each typed letter, had it no place in the word."""
    costs = []
    for place, letter in enumerate(typed):
        around = typed[max(0, place - 1) : place] + typed[place + 1 : place + 2]
        if letter == APOSTROPHE:
            cost = COSTS.apostrophe_too_many
        elif place and typed[place - 1] == letter:
            cost = COSTS.twice
        elif any(letter in neighbours(other) for other in around):
            cost = COSTS.touched
        else:
            cost = COSTS.too_many
        costs.append(cost + (COSTS.at_the_start if place == 0 else 0.0))
    return costs
