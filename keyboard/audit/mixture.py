"""The chance of many secrets under the mixture that the engine suggests by: the network, and a person's n-grams.

The twin of SuggestionEngine for scoring: the same experts, gates and readings, but one number a secret instead of
a chance for each of the words there are.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.experts import Experts
from hushkey.keyboard.fitted import fitted_gates
from hushkey.keyboard.memory import Memory
from hushkey.keyboard.mixer import Mixer
from hushkey.keyboard.reader import Read, Reader
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.teaching import Teacher, judgement
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.audit.scoring import Pieces
from hushkey.model.base import Base
from hushkey.model.runtime import NextWord
from hushkey.model.text import fold, sentence_so_far
from hushkey.model.words import WordTable, softmax

NEVER = 1e-9  # chance of a word that neither lexicon nor person has; the engine gives it none

Floats = npt.NDArray[np.float32]


def experts_of(engine: SuggestionEngine, network: NextWord) -> Experts:
    """Return a person's experts as an engine has learned them."""
    base = engine.base
    mixer = Mixer(fitted_gates(base))
    mixer.restore(engine.trust)
    experts = Experts(Wordbook(base.lexicon), Memory(), Recency(), mixer)
    Teacher(Reader(network, base.word_table), experts).restore(engine.as_arrays())
    return experts


def nobodys_experts(base: Base) -> Experts:
    """Return the experts of somebody who has typed nothing."""
    return Experts(Wordbook(base.lexicon), Memory(), Recency(), Mixer(fitted_gates(base)))


class WordScores:
    """Adds up the log-chances of secrets' words, as an engine's experts mix them, while their pieces are walked."""

    def __init__(
        self, experts: Experts, table: WordTable, before: str, secrets: Sequence[Sequence[str]]
    ) -> None:
        self._experts = experts
        self._table = table
        self.log_chances = np.zeros(len(secrets))
        opening = [experts.book.find(fold(word)) for word in sentence_so_far(before)]
        self._folded = [[fold(word) for word in secret] for secret in secrets]
        self._context = [
            [*opening, *(experts.book.find(word) for word in words)] for words in self._folded
        ]
        self._opened = len(opening)
        self._behind = self._boundaries()

    def _boundaries(self) -> Mapping[Pieces, list[tuple[int, int]]]:
        """Return, by the pieces read before it, each (secret, place of a word in it)."""
        behind: dict[Pieces, list[tuple[int, int]]] = {}
        for number, words in enumerate(self._folded):
            read: Pieces = ()
            for place, word in enumerate(words):
                behind.setdefault(read, []).append((number, place))
                read += tuple(self._table.vocabulary.pieces_of(word))
        return behind

    def visit(self, paths: Sequence[Pieces], logits: Floats) -> None:
        """Take what the network expects behind some beginnings; only word boundaries count."""
        for row, path in enumerate(paths):
            here = self._behind.get(path)
            if here:
                by_piece = softmax(logits[row], self._table.vocabulary.starts_word)
                highest = float(by_piece.max())
                for number, place in here:
                    chance = self._chance(by_piece, highest, number, place)
                    self.log_chances[number] += math.log(max(chance, NEVER))

    def _chance(self, by_piece: Floats, highest: float, secret: int, place: int) -> float:
        here = self._opened + place
        number = self._context[secret][here]
        if number is None:
            return 0.0
        known = number < self._experts.book.known
        table = self._table
        own = float(by_piece[table.first[number]] * table.share[number]) if known else 0.0
        before = self._context[secret][:here]
        passed = own
        for gate, chance in judgement(self._experts, before, number, Read(own, highest)):
            share = self._experts.mixer.gate(gate)
            passed = (1.0 - share) * passed + share * chance
        return passed
