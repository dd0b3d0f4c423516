"""From scores of pieces to a distribution over whole words, in one gather and one product. Pure.

Most words are one piece. The few that are cut are rarer than any piece: P(word) = P(first piece) · P(word | first
piece), the second taken from the corpus' counts. Reading such words' pieces with the network instead was
measured: it costs a step a word, and finds them no earlier (tests/model/test_words_on_base.py).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hushkey.model.lexicon import Lexicon
from hushkey.model.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_TOGETHER = 4096  # words cut at a time: the pieces of all at once leave megabytes of holes behind


class WordTable:
    """The first piece of each word of a lexicon, and the word's share of all words that open with it."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self.vocabulary = vocabulary
        self.lexicon = lexicon
        self.first = _first_pieces(vocabulary, lexicon.words)  # (L,)
        counts = np.maximum(lexicon.counts, 0.5)
        opened = np.bincount(self.first, weights=counts)
        self.share: Floats = (counts / opened[self.first]).astype(np.float32)  # (L,)

    def distribution(self, logits: Floats) -> Floats:
        """Chances (L,) float32 of the lexicon's words from logits (V,) at a word boundary.

        Sums to at most one: what is missing belongs to words outside the lexicon.
        """
        return self.spread(softmax(logits, self.vocabulary.starts_word))

    def spread(self, by_piece: Floats) -> Floats:
        """Chances (L,) of words from chances (V,) of the pieces that open them."""
        chances: Floats = by_piece[self.first]
        chances *= self.share
        return chances


def _first_pieces(vocabulary: Vocabulary, words: Sequence[str]) -> Ints:
    first = np.empty(len(words), dtype=np.int32)
    for begin in range(0, len(words), _TOGETHER):
        cut = vocabulary.pieces_of_all(words[begin : begin + _TOGETHER])
        first[begin : begin + len(cut)] = [pieces[0] for pieces in cut]
    return first


def softmax(logits: Floats, among: npt.NDArray[np.bool_]) -> Floats:
    """Chances (V,) float32 that sum to one over the pieces `among` (V,) bool; zero elsewhere."""
    raised = np.exp(logits - logits.max())
    raised *= among
    total = raised.sum()
    return np.asarray(raised / total if total > 0 else raised, dtype=np.float32)
