"""Which lines make up each step of a training on one person's lines. Pure: a seed decides.

Any step can be asked for, so that a training can go on where it was interrupted. Long lines are cut, which
truncates back-propagation. A step's batch is handed out in parts of bounded size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from hushkey.model.training.corpus import Batch, Pieces, make_batch
from hushkey.model.vocabulary import Vocabulary

_LONGEST = 64  # pieces read in one go; a longer line is cut
_CONTEXT = 8  # pieces that a cut-off part reads again, without learning them twice


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    first: int  # place in the line of the first piece that is learned
    known: int  # pieces before it that are read as context only


class Schedule:
    """The steps of all epochs: batches of about `pieces` pieces, of lines of like length, in random order."""

    def __init__(self, lines: Sequence[Pieces], epochs: int, pieces: int, seed: int) -> None:
        self._lines = lines
        rows = [
            _Row(number, first, min(first, _CONTEXT))
            for number, line in enumerate(lines)
            for first in range(0, len(line), _LONGEST)
        ]
        rng = np.random.default_rng(seed)
        self._steps = [group for _ in range(epochs) for group in self._groups(rows, pieces, rng)]

    def __len__(self) -> int:
        return len(self._steps)

    def batches(self, step: int, part: int, vocabulary: Vocabulary) -> list[Batch]:
        """Return a step's batch in parts of about `part` pieces."""
        rows = self._steps[step]
        at_once = max(1, part // max(map(self._length, rows)))
        left = iter(rows)
        parts = iter(lambda: list(islice(left, at_once)), [])
        return [self._batch(rows, vocabulary) for rows in parts]

    def _length(self, row: _Row) -> int:
        return min(len(self._lines[row.line]) - row.first, _LONGEST) + row.known

    def _groups(
        self, rows: Sequence[_Row], pieces: int, rng: np.random.Generator
    ) -> list[list[_Row]]:
        lengths = [self._length(row) for row in rows]
        groups: list[list[_Row]] = []
        for number in sorted(rng.permutation(len(rows)), key=lambda number: lengths[number]):
            if not groups or (len(groups[-1]) + 1) * lengths[number] > pieces:
                groups.append([])
            groups[-1].append(rows[number])
        return [groups[number] for number in rng.permutation(len(groups))]

    def _batch(self, rows: Sequence[_Row], vocabulary: Vocabulary) -> Batch:
        spans = [slice(row.first - row.known, row.first + _LONGEST) for row in rows]
        texts = [self._lines[row.line][span] for row, span in zip(rows, spans, strict=True)]
        batch = make_batch(texts, vocabulary, pad_to=1)
        for column, row in enumerate(rows):
            batch.weight[: row.known, column] = 0.0
        return batch
