"""Which lines of a history are held out to judge a training by. Pure."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

LEAST = 150  # words; a history of fewer cannot show a gain of a tenth of a nat
SHORT = 1_200  # words; a tail of less than this is too small to be a test
FOLDS = 3  # of a short history
TAIL_SHARE = 0.1  # of the lines
TAIL_LEAST, TAIL_MOST = 300, 2_000  # words


def folds_of(lines: Sequence[str]) -> list[slice]:
    """Return which lines are held out, each slice from a training of its own; none if there are too few.

    The end of the history, which is what a person types next: the last tenth, of TAIL_LEAST to TAIL_MOST
    words. A short history has no such end to spare; each of its thirds is judged in turn by the others.
    """
    words = np.array([len(line.split()) for line in lines], dtype=int)
    total = int(words.sum())
    if total < LEAST:
        return []
    if total < SHORT:
        cuts = np.searchsorted(words.cumsum(), [total * part / FOLDS for part in range(1, FOLDS)])
        ends = [0, *(int(cut) + 1 for cut in cuts), len(lines)]
        return [slice(first, last) for first, last in pairwise(ends) if last > first]
    from_here = words[::-1].cumsum()[::-1]  # words from a line to the end
    tenth = len(lines) - round(TAIL_SHARE * len(lines))
    first = min(tenth, int(np.flatnonzero(from_here >= TAIL_LEAST)[-1]))
    return [slice(max(first, int(np.count_nonzero(from_here > TAIL_MOST))), len(lines))]
