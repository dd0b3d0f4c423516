"""Read text with the network: states carried from piece to piece, distributions kept for the words at hand.

It knows contexts, not users: the same reader serves every session of an engine.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.model.runtime import NextWord, State
from hushkey.model.text import GAP, fold, normalise, split_token
from hushkey.model.words import WordTable, softmax

_KEPT = 24  # readings; a line's worth of words, about 110 kB each
_BATCH = 32  # lines read side by side when many are learned at once
_LONGEST = 400  # pieces of a line that are read at most; what stands before them is left out
_BLOCK = (
    200  # pieces that are left out at a time, so that the next word of a long line is one more step
)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The network after some text: its state and the scores of the next piece."""

    state: State
    logits: Floats  # (V,)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What the network expects next: a chance for each word of the lexicon, and that of the likeliest piece."""

    chances: Floats  # (L,)
    highest: float


@dataclass(frozen=True, slots=True)
class Read:
    """One word of a learned line as the network saw it coming: its chance, and that of the likeliest piece."""

    chance: float
    highest: float


class Reader:
    """Readings by the pieces read so far; a context that grows by a word costs that word's steps only."""

    def __init__(self, model: NextWord, table: WordTable) -> None:
        self._model = model
        self._table = table
        self._kept: OrderedDict[tuple[int, ...], Reading] = OrderedDict()

    def clear(self) -> None:
        """Forget all readings: the network has changed."""
        self._kept.clear()

    def read(self, context: str) -> Reading:
        """Return the reading of one line's text up to a word boundary."""
        vocabulary = self._table.vocabulary
        pieces = (vocabulary.bos, *_within_reach(vocabulary.encode(context)))
        done = len(pieces)
        while done > 0 and pieces[:done] not in self._kept:
            done -= 1
        if done:
            self._kept.move_to_end(pieces[:done])
            reading = self._kept[pieces[:done]]
        else:
            reading = Reading(self._model.initial_state(), np.empty(0, dtype=np.float32))
        for place in range(done, len(pieces)):
            state, logits = self._model.advance(reading.state, pieces[place])
            reading = Reading(state, logits)
        self._keep(pieces, reading)
        return reading

    def _keep(self, pieces: tuple[int, ...], reading: Reading) -> None:
        self._kept[pieces] = reading
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def outlook(self, reading: Reading) -> Outlook:
        """Return what the network expects after a reading."""
        by_piece = softmax(reading.logits, self._table.vocabulary.starts_word)
        return Outlook(self._table.spread(by_piece), float(by_piece.max()))

    def follow(self, lines: Sequence[str]) -> list[list[Read]]:
        """Return, for each line, what the network thought of each of its words before it came.

        Words outside the lexicon have chance 0. Lines are read side by side, which is several times faster.
        """
        results: list[list[Read]] = [[] for _ in lines]
        order = sorted(range(len(lines)), key=lambda place: len(lines[place]))
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            for place, reads in zip(
                places, self._follow_batch([lines[p] for p in places]), strict=True
            ):
                results[place] = reads
        return results

    def _follow_batch(self, lines: Sequence[str]) -> list[list[Read]]:
        vocabulary, table = self._table.vocabulary, self._table
        rows = [self._steps(line) for line in lines]
        reads: list[list[Read]] = [[] for _ in rows]
        state = self._model.initial_state(len(rows))
        longest = max(len(pieces) for pieces, _ in rows)
        for step in range(longest):
            pieces = [row[step] if step < len(row) else vocabulary.bos for row, _ in rows]
            state, logits = self._model.advance_batch(state, pieces)
            for number, (_, words) in enumerate(rows):
                if step in words:
                    reads[number].append(self._read_of(logits[number], words[step], table))
        return reads

    def _steps(self, line: str) -> tuple[list[int], dict[int, str]]:
        """(pieces, the word that comes after each step) of a line."""
        vocabulary = self._table.vocabulary
        pieces = [vocabulary.bos]
        words: dict[int, str] = {}
        for token in normalise(line).split():
            if GAP in token:
                pieces.extend(vocabulary.encode(GAP))
                continue
            lead, core, trail = split_token(token)
            pieces.extend(vocabulary.encode(lead))
            if core:
                word = fold(core)
                words[len(pieces) - 1] = word
                pieces.extend(vocabulary.pieces_of(word))
            pieces.extend(vocabulary.encode(trail))
        return pieces, words

    @staticmethod
    def _read_of(logits: Floats, word: str, table: WordTable) -> Read:
        chance = softmax(logits, table.vocabulary.starts_word)
        number = table.lexicon.find(word)
        own = (
            float(chance[table.first[number]] * table.share[number]) if number is not None else 0.0
        )
        return Read(own, float(chance.max()))


def _within_reach(pieces: list[int]) -> list[int]:
    beyond = max(0, len(pieces) - _LONGEST)
    return pieces[-(-beyond // _BLOCK) * _BLOCK :]
