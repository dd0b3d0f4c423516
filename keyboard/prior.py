"""What the word list alone expects, whatever stands before: the reader's place without the network, for ablation."""

from collections.abc import Sequence

import numpy as np

from hushkey.keyboard.reader import Outlook, Read, Reader, Reading
from hushkey.model.runtime import NextWord
from hushkey.model.text import GAP, fold, normalise, split_token
from hushkey.model.words import WordTable


class PriorReader(Reader):
    """Reads nothing; every outlook is the lexicon's counts, as shares."""

    def __init__(self, model: NextWord, table: WordTable) -> None:
        super().__init__(model, table)
        self._lexicon = table.lexicon
        shares = table.lexicon.counts / table.lexicon.counts.sum()
        self._outlook = Outlook(shares.astype(np.float32), float(shares.max()))

    def read(self, context: str) -> Reading:  # noqa: ARG002  no text changes what a list expects
        """Return a reading of nothing."""
        return Reading(self._model.initial_state(), np.empty(0, dtype=np.float32))

    def outlook(self, reading: Reading) -> Outlook:  # noqa: ARG002
        """Return the shares of the words in the text that trained the base."""
        return self._outlook

    def follow(self, lines: Sequence[str]) -> list[list[Read]]:
        """Return each word's share."""
        return [
            [
                self._read_word(fold(core))
                for token in normalise(line).split()
                if GAP not in token and (core := split_token(token)[1])
            ]
            for line in lines
        ]

    def _read_word(self, word: str) -> Read:
        number = self._lexicon.find(word)
        chance = float(self._outlook.chances[number]) if number is not None else 0.0
        return Read(chance, self._outlook.highest)
