"""How likely a spelling is for a word that nobody knows yet: three letters in a row, counted over the lexicon. Pure.

A name or a term of art looks like a word and costs a few nats a letter; a slip of the fingers often does not.
Interpolated as by Witten & Bell (1991), with a fixed weight.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_SIGNS = 28  # the end and begin of a word, 26 letters, all else
_OTHER = _SIGNS - 1
_TRUST = 4.0  # sightings of two letters that are worth as much as what one letter tells


def _signs() -> npt.NDArray[np.uint8]:
    signs = np.full(256, _OTHER, dtype=np.uint8)
    signs[ord("a") : ord("z") + 1] = np.arange(1, 27)
    signs[ord("\n")] = 0
    return signs


_SIGN_OF = _signs()


class Spelling:
    """Chances of the next letter after two, over the words of a lexicon, each counted once; 88 kB."""

    def __init__(self, words: Sequence[str]) -> None:
        text = "\n\n" + "\n\n".join(words) + "\n\n"
        signs = _SIGN_OF[np.frombuffer(text.encode("latin-1", errors="replace"), dtype=np.uint8)]
        first, second, third = (
            signs[place : len(signs) - 2 + place].astype(np.intp) for place in range(3)
        )
        # Two ends before the first letter; the second of them is no letter that came.
        follows = ~((second == 0) & (third == 0))
        code = (first * _SIGNS + second) * _SIGNS + third
        three = np.bincount(code[follows], minlength=_SIGNS**3).reshape((_SIGNS,) * 3)
        two = three.sum(axis=0)  # (second, third)
        one = two.sum(axis=0) + 1.0
        after_one = (two + _TRUST * one / one.sum()) / (two.sum(axis=1, keepdims=True) + _TRUST)
        after_two = (three + _TRUST * after_one) / (three.sum(axis=2, keepdims=True) + _TRUST)
        self._costs: Floats = -np.log(after_two).astype(np.float32)

    def cost(self, typed: str) -> float:
        """Return -log P in nats of an unknown word's beginning with these folded letters."""
        signs = _SIGN_OF[
            np.frombuffer(("\n\n" + typed).encode("latin-1", errors="replace"), np.uint8)
        ]
        return float(self._costs[signs[:-2], signs[1:-1], signs[2:]].sum())
