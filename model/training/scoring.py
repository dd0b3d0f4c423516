"""What a network does on some lines under an adapter: nats of each predicted piece, and hits.

A hit is a word whose first piece is among the three likeliest that start a word. It stands in for recall@3 of
whole words, which hushkey.keyboard.learning.judge measures with all experts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from hushkey.model.adapter import Adapter
from hushkey.model.training.corpus import Batch, Pieces, make_batch
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.vocabulary import Vocabulary

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
