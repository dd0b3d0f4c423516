"""From scores of pieces to a distribution over whole words. Pure but for the network's own steps.

A word is its pieces: P(word) = P(first piece) · P(the rest | first piece). The rest is taken from the corpus'
counts for all words at once, which is one gather and one product; for the few words that matter it is then
replaced by what the network itself says after reading the first piece (`refine`).
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from hushkey.model.lexicon import Lexicon
from hushkey.model.runtime import NextWord, State
from hushkey.model.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_NO_PIECE = -1
_TOGETHER = (
    4096  # words cut at a time: the pieces of all at once would leave megabytes of holes behind
)


class WordTable:
    """How each word of a lexicon is cut, and which share it has of its first piece's and first two pieces' words."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self.vocabulary = vocabulary
        self.lexicon = lexicon
        self.first, self.second = _first_two(vocabulary, lexicon.words)  # (L,) each
        counts = np.maximum(lexicon.counts, 0.5)
        self.share = (counts / self._totals(self.first, counts)).astype(
            np.float32
        )  # of its first piece
        pairs = self.first.astype(np.int64) * (vocabulary.size + 1) + self.second
        _, pair = np.unique(pairs, return_inverse=True)
        self.share_of_two = (counts / self._totals(pair, counts)).astype(np.float32)
        self._by_first = np.argsort(self.first, kind="stable").astype(np.int32)
        self._begins = np.searchsorted(self.first[self._by_first], np.arange(vocabulary.size + 1))
        self._starts = vocabulary.starts_word.astype(np.float32)
        self._not_marks = (~vocabulary.is_mark).astype(np.float32)
        self.splits: npt.NDArray[np.bool_] = np.zeros(vocabulary.size, dtype=bool)
        self.splits[self.first[self.second != _NO_PIECE]] = True  # pieces that open a longer word

    @staticmethod
    def _totals(group: npt.NDArray[np.integer], counts: Floats) -> Floats:
        totals = np.bincount(group, weights=counts)
        return np.asarray(totals[group], dtype=np.float32)

    def opening_with(self, piece: int) -> Ints:
        """Return the numbers of the words whose first piece is `piece`."""
        return self._by_first[self._begins[piece] : self._begins[piece + 1]]

    def distribution(self, logits: Floats) -> Floats:
        """Chances (L,) float32 of the lexicon's words from logits (V,) at a word boundary.

        Sums to at most one: what is missing belongs to words outside the lexicon.
        """
        chance = softmax(logits, self.vocabulary.starts_word)
        return chance[self.first] * self.share

    def refine(self, chances: Floats, model: NextWord, state: State, pieces: Iterable[int]) -> None:
        """Replace, in `chances`, the words that open with `pieces` by what the network says of them.

        One batched step. The chance of a piece is the sum over its words, so it is not changed by this
        but for the share of words outside the lexicon.
        """
        chosen = [int(piece) for piece in pieces]
        if not chosen:
            return
        _, logits = model.advance_batch(State.stack([state] * len(chosen)), chosen)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))  # (P, V)
        raised /= (raised @ self._not_marks)[:, None]
        ends = raised @ self._starts  # (P,) chance that the word is over
        for row, piece in enumerate(chosen):
            words = self.opening_with(piece)
            second = self.second[words]
            given = raised[row, second] * self.share_of_two[words]
            given[second == _NO_PIECE] = ends[row]
            total, after = float(chances[words].sum()), float(given.sum())
            chances[words] = given * (total / after if after > 0 else 0.0)


def softmax(logits: Floats, among: npt.NDArray[np.bool_]) -> Floats:
    """Chances (V,) float32 that sum to one over the pieces `among` (V,) bool; zero elsewhere."""
    raised = np.exp(logits - logits.max())
    raised *= among
    total = raised.sum()
def _first_two(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[Ints, Ints]:
    """(first piece (L,), second piece (L,) or _NO_PIECE) of each word."""
    first = np.empty(len(words), dtype=np.int32)
    second = np.full(len(words), _NO_PIECE, dtype=np.int32)
    for begin in range(0, len(words), _TOGETHER):
        cut = vocabulary.pieces_of_all(words[begin : begin + _TOGETHER])
        for place, pieces in enumerate(cut, start=begin):
            first[place] = pieces[0]
            if len(pieces) > 1:
                second[place] = pieces[1]
    return first, second


    return np.asarray(raised / total if total > 0 else raised, dtype=np.float32)
