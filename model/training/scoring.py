"""Is an adapter better for its owner? Measured on lines of the history that did not train it.

What counts: nats of each predicted piece, and whether a word's first piece is among the three likeliest
that start a word. The second stands in for recall@3 of whole words, which the keyboard's own evaluation
measures with all its experts; here it is a figure for the report, and the verdict rests on the nats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch

from hushkey.model.adapter import Adapter
from hushkey.model.training.corpus import Batch, Pieces, make_batch
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.vocabulary import Vocabulary

LEAST = 180  # predicted pieces; a history of fewer cannot show a gain of a tenth of a nat
SHORT = 1_500  # predicted pieces; a tail of less than this is too small to be a test
FOLDS = 3  # of a short history
TAIL_SHARE = 0.1  # of the lines
TAIL_LEAST, TAIL_MOST = 300, 4_000  # predicted pieces

_SLOTS = 3
_LINES = 16  # read side by side
_ROWS = 256  # pieces whose scores are held at a time


@dataclass(frozen=True, slots=True)
class Score:
    """What a network did on some lines, one entry a line."""

    nats: npt.NDArray[np.float64]  # sum over the line's predicted pieces
    pieces: npt.NDArray[np.int64]  # predicted pieces
    hits: npt.NDArray[np.int64]  # words whose first piece was among the three likeliest
    words: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, scores: Sequence["Score"]) -> "Score":
        """Return the scores of several sets of lines as one."""
        parts = [(score.nats, score.pieces, score.hits, score.words) for score in scores]
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    @property
    def nats_per_piece(self) -> float:
        """Mean over all predicted pieces."""
        return float(self.nats.sum() / max(1, self.pieces.sum()))

    @property
    def recall_at_3(self) -> float:
        """Share of the words."""
        return float(self.hits.sum() / max(1, self.words.sum()))


def folds_of(lines: Sequence[Pieces], vocabulary: Vocabulary) -> list[slice]:
    """Return which lines are held out, each slice from a training of its own; none if there are too few.

    The end of the history, which is what a person types next: the last tenth, of TAIL_LEAST to TAIL_MOST
    pieces. A short history has no such end to spare; each of its thirds is judged in turn by the others.
    """
    predicted = np.array([np.count_nonzero(~vocabulary.is_mark[line]) for line in lines], dtype=int)
    total = int(predicted.sum())
    if total < LEAST:
        return []
    if total < SHORT:
        cuts = np.searchsorted(
            predicted.cumsum(), [total * part / FOLDS for part in range(1, FOLDS)]
        )
        ends = [0, *(int(cut) + 1 for cut in cuts), len(lines)]
        return [slice(first, last) for first, last in pairwise(ends) if last > first]
    from_here = predicted[::-1].cumsum()[::-1]  # pieces from a line to the end
    tenth = len(lines) - round(TAIL_SHARE * len(lines))
    first = min(tenth, int(np.flatnonzero(from_here >= TAIL_LEAST)[-1]))
    return [slice(max(first, int(np.count_nonzero(from_here > TAIL_MOST))), len(lines))]


@torch.no_grad()
def score(
    network: FrozenNetwork, adapter: Adapter, lines: Sequence[Pieces], vocabulary: Vocabulary
) -> Score:
    """Score each line from its start, in the precision of the network."""
    figures = np.zeros((4, len(lines)))  # nats, pieces, hits, words
    for first in range(0, len(lines), _LINES):
        batch = make_batch(list(lines[first : first + _LINES]), vocabulary, pad_to=1)
        predicted = batch.weight.T > 0  # (B, T)
        owner = first + np.nonzero(predicted)[0]
        for number, column in enumerate(_figures(network, adapter, batch, vocabulary)):
            np.add.at(figures[number], owner, column)
    return Score(figures[0], *(row.astype(np.int64) for row in figures[1:]))


def _figures(
    network: FrozenNetwork, adapter: Adapter, batch: Batch, vocabulary: Vocabulary
) -> Iterator[npt.NDArray[np.float64]]:
    """Nats, one, hit, is a word: four columns over the predicted pieces, line after line."""
    tensors = as_tensors(adapter)
    predicted = torch.from_numpy(batch.weight).t() > 0  # (B, T)
    features = network.features(torch.from_numpy(batch.inputs), tensors)
    rows = features.transpose(0, 1)[predicted].float()  # (N, D)
    target = torch.from_numpy(batch.targets).t()[predicted][:, None]  # (N, 1)
    starts = torch.from_numpy(vocabulary.starts_word)
    table, bias = network.table.float(), network.bias + tensors["output_bias"]
    nats, hits = [], []
    for part, aim in zip(torch.split(rows, _ROWS), torch.split(target, _ROWS), strict=True):
        logits = part @ table.t() + bias  # (C, V)
        nats.append(torch.logsumexp(logits, 1) - logits.gather(1, aim)[:, 0])
        best = logits.masked_fill(~starts, -torch.inf).topk(_SLOTS, dim=1).indices
        hits.append((best == aim).any(dim=1))
    yield torch.cat(nats).double().numpy()
    yield np.ones(len(rows))
    yield torch.cat(hits).double().numpy()
    yield starts[target[:, 0]].double().numpy()


def is_better(before: Score, after: Score) -> bool:
    """Whether `after` saves nats beyond noise: the mean saving of a line exceeds its standard error.

    The lines are paired; one standard error is a one-sided test at about one in six.
    """
    saved = before.nats - after.nats
    if len(saved) < 2:
        return False
    error = saved.std(ddof=1) / np.sqrt(len(saved))
    return bool(saved.mean() > error)
