"""The cheapest slips between what was typed and the beginnings of many words at once. Pure.

Damerau's four kinds of error, weighted, with letters swapped at most once (optimal string alignment; Damerau
1964, Wagner & Fischer 1974). All words are worked on side by side, one typed letter after the other.
"""

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.correction.channel import APOSTROPHE, COSTS, letters_too_many, wrong_letter

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
Lengths = npt.NDArray[np.integer]


def distances(typed: str, words: Codes, lengths: Lengths, *, finished: bool = False) -> Floats:
    """Costs (N,) in nats of having typed `typed` while at the best beginning of each word, or at its end.

    words (J, N) are codes of Latin-1, a column a word; letters from its length (N,) on count for nothing.
    Beginnings longer than J are not looked at, and neither are words where their end is asked for.
    """
    missing = _missing(words)  # (J + 1, N): all letters before this place left out
    before, row = missing, missing
    extra = letters_too_many(typed)
    for place, letter in enumerate(typed):
        wrong = wrong_letter(letter)[words]  # (J, N)
        if place == 0:
            wrong[0] += np.where(wrong[0] > 0.0, np.float32(COSTS.at_the_start), np.float32(0.0))
        best = row + np.float32(extra[place])
        np.minimum(best[1:], row[:-1] + wrong, out=best[1:])
        if place and letter != typed[place - 1]:
            swapped = (words[1:] == ord(typed[place - 1])) & (words[:-1] == ord(letter))
            given = np.where(swapped, before[:-2] + np.float32(COSTS.swapped), np.inf)
            np.minimum(best[2:], given, out=best[2:])
        # A letter left out takes one place further: the least, over all places before, of what is saved.
        best -= missing
        np.minimum.accumulate(best, axis=0, out=best)
        best += missing
        before, row = row, best
    if finished:
        reached = np.minimum(lengths, len(words))
        ends = row[reached, np.arange(row.shape[1])]
        return np.where(lengths <= len(words), ends, np.float32(np.inf))
    row[np.arange(len(row))[:, None] > lengths] = np.inf
    return np.asarray(row.min(axis=0), dtype=np.float32)


def _missing(words: Codes) -> Floats:
    costs = np.zeros((len(words) + 1, words.shape[1]), dtype=np.float32)
    each = costs[1:]
    each[:] = COSTS.left_out
    each[1:][words[1:] == words[:-1]] = COSTS.left_out_of_two
    each[words == ord(APOSTROPHE)] = COSTS.left_out_apostrophe
    each[:1] += COSTS.at_the_start
    return np.asarray(np.cumsum(costs, axis=0), dtype=np.float32)
