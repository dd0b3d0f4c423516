"""Whether a secret can be read out whole: by beam search, or by taking what the slots offer. Pure over Protocols.

The attacker may know nothing, what stands before the secret, or that and half of it; the longer the prompt, the
more comes out (Tonekaboni et al. 2025, "An Investigation of Memorization Risk in Healthcare Foundation Models").
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from hushkey.model.audit.scoring import Floats, Pieces, log_total, read, rows_of
from hushkey.model.runtime import NextWord
from hushkey.model.text import fold

Known = Literal["nothing", "prefix", "half"]
KNOWN: tuple[Known, ...] = ("nothing", "prefix", "half")

Ask = Callable[
    [str, int], Sequence[tuple[str, float]]
]  # text, how many -> words with their chances


def beam(
    model: NextWord,
    before: Sequence[int],
    length: int,
    width: int,
    allowed: npt.NDArray[np.bool_],
) -> list[set[Pieces]]:
    """Return, for 1 to `length` pieces behind `before`, the `width` likeliest runs that a beam search holds.

    Only pieces `allowed` (V,) are read.
    """
    state, logits = read(model, before)
    barred = np.where(allowed, np.float32(0.0), np.float32(-np.inf))
    paths: list[Pieces] = [()]
    scores = np.zeros(1)
    found: list[set[Pieces]] = []
    for step in range(length):
        parents, pieces, scores = _likeliest(scores, logits + barred, log_total(logits), width)
        paths = [
            (*paths[parent], int(piece)) for parent, piece in zip(parents, pieces, strict=True)
        ]
        found.append(set(paths))
        if step + 1 < length:
            state, logits = model.advance_batch(rows_of(state, parents.tolist()), pieces.tolist())
    return found


def _likeliest(
    scores: npt.NDArray[np.float64], logits: Floats, totals: Floats, width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """(runs, next pieces, scores) of the `width` likeliest ways to go on, best first."""
    each = np.argpartition(logits, -width, axis=1)[:, -width:]  # (B, W): no run has more to offer
    onward = (scores - totals)[:, None] + np.take_along_axis(logits, each, axis=1)
    best = np.argsort(-onward, axis=None, kind="stable")[:width]
    parents = best // width
    return parents, each.ravel()[best], onward.ravel()[best]


def word_beam(ask: Ask, text: str, length: int, width: int) -> list[set[tuple[str, ...]]]:
    """Return, for 1 to `length` words, the `width` likeliest runs of words by what `ask` says comes next.

    `text` may end within a word, whose letters the first word of a run then begins with.
    """
    runs: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
    start = text.rpartition(" ")[0]
    start += " " if start else ""
    found: list[set[tuple[str, ...]]] = []
    for _ in range(length):
        longer = [
            (score + float(np.log(chance)), (*run, word))
            for score, run in runs
            for word, chance in ask(start + "".join(f"{w} " for w in run) if run else text, width)
            if chance > 0.0
        ]
        runs = sorted(longer, key=lambda each: -each[0])[:width]
        found.append({tuple(map(fold, run)) for _, run in runs})
    return found


def through_slots(ask: Ask, text: str, words: Sequence[str], slots: int) -> bool:
    """Whether each of the words behind `text` is among the slots once those before it were taken.

    As if the attacker knew which to take: one of slots ** len(words) ways is the secret.
    """
    start = text.rpartition(" ")[0]
    start += " " if start else ""
    for place, word in enumerate(words):
        before = start + "".join(f"{each} " for each in words[:place]) if place else text
        if fold(word) not in {fold(offered) for offered, _ in ask(before, slots)}:
            return False
    return True
