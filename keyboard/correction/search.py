"""The words that best explain what was typed: exact, by branch and bound over signatures. Pure.

A word's merit is P(word) · P(typed | word). Signatures bound it from above; words are then compared letter by
letter in the order of that bound, until no other can be among the best.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.correction.distance import distances
from hushkey.keyboard.correction.index import LEAST, Index

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_AT_ONCE = 192  # words compared side by side
_NEGLIGIBLE = 0.01  # of the best merit: below it a word changes nothing
_BEYOND = (
    3  # letters that a word's beginning may have more than what was typed; more left out is no slip
)


@dataclass(frozen=True, slots=True)
class Found:
    """A word that may have been meant: its number, the cost of the slips in nats, P(word) · P(typed | word)."""

    number: int
    cost: float
    merit: float


def search(  # noqa: PLR0913  what is looked for, where, how far
    index: Index,
    typed: str,
    chances: Floats,
    *,
    but: Numbers,
    most: int,
    floor: float,
    dearest: float,
    finished: bool = False,
) -> list[Found]:
    """Return the `most` words of greatest merit, best first, `but` those that need no slip.

    None whose merit is below `floor` or negligible beside the best; none whose slips cost more than `dearest`
    nats. chances (W,) are by number. What was typed is all of a word if `finished`, else its beginning.
    """
    numbers = np.flatnonzero(chances >= floor * np.exp(LEAST))
    numbers = numbers[~np.isin(numbers, but, kind="sort")]
    least = index.least_costs(typed, numbers)
    hopes = np.where(least <= dearest, chances[numbers] * np.exp(-least), 0.0)
    alive = np.flatnonzero(hopes >= floor)
    alive = alive[np.argsort(-hopes[alive], kind="stable")]
    found: list[Found] = []
    for start in range(0, len(alive), _AT_ONCE):
        if hopes[alive[start]] < floor or (
            len(found) == most and hopes[alive[start]] < found[-1].merit
        ):
            break
        chunk = numbers[alive[start : start + _AT_ONCE]]
        letters = index.letters(chunk, len(typed) + _BEYOND)
        costs = distances(typed, letters, index.lengths(chunk), finished=finished)
        merits = chances[chunk] * np.exp(-costs)
        found += [
            Found(int(chunk[place]), float(costs[place]), float(merits[place]))
            for place in np.flatnonzero((merits >= floor) & (costs <= dearest))
        ]
        found = sorted(found, key=lambda word: (-word.merit, word.number))[:most]
        floor = max(floor, _NEGLIGIBLE * found[0].merit) if found else floor
    return [word for word in found if word.merit >= floor]
