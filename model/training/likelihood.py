"""Nats of people's lines under adapters of one group, again and again: what does not change is read once. torch.

The measure is that of hushkey.model.training.scoring: every piece that a line predicts, marks left out of the loss as
in training. It tells versions apart that recall cannot: each piece counts, not only those near the first three.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hushkey.model.adapter import Adapter
from hushkey.model.training.corpus import Pieces, make_batch
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.held_out import alike
from hushkey.model.vocabulary import Vocabulary

_ROWS = 256  # pieces whose scores are held at a time

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Lines of like length: pieces read (T, B), where something is predicted, what (n,), and whose it is (n,)."""

    inputs: Tensor
    asked: Tensor
    targets: Tensor
    owners: npt.NDArray[np.int64]


class Likelihood:
    """Some people's lines over one frozen base."""

    def __init__(
        self,
        network: FrozenNetwork,
        vocabulary: Vocabulary,
        like: Adapter,
        people: Sequence[Sequence[Pieces]],
    ) -> None:
        """Take everybody's lines. `like` is any adapter of the base; its numbers are not used."""
        self._network, self._like, self._count = network, like, len(people)
        self._still = as_tensors(like.scaled(0.0))
        self._lines = list(_grouped(people, vocabulary))
        self._features: list[Tensor] | None = None  # under the base
        owners = np.concatenate([held.owners for held in self._lines] or [np.zeros(0, np.int64)])
        self._pieces = np.bincount(owners, minlength=self._count)

    @torch.no_grad()
    def by_person(self, group: str, tensor: Floats) -> npt.NDArray[np.float64]:
        """Return each person's nats a piece (P,) under an adapter of one group; of nobody's pieces none."""
        nats = np.zeros(self._count)
        for held, features in zip(self._lines, self._read(group, tensor), strict=True):
            parts = zip(torch.split(features, _ROWS), torch.split(held.targets, _ROWS), strict=True)
            found = torch.cat([self._nats(part, targets) for part, targets in parts])
            nats += np.bincount(held.owners, found.double().numpy(), self._count)
        shares: npt.NDArray[np.float64] = nats / np.maximum(1, self._pieces)
        return shares

    def together(self, group: str, tensor: Floats) -> float:
        """Return the nats a piece of all lines together."""
        nats = self.by_person(group, tensor) * self._pieces
        return float(nats.sum() / max(1, self._pieces.sum()))

    def _nats(self, features: Tensor, targets: Tensor) -> Tensor:
        scores = torch.addmm(self._network.bias, features, self._network.table.t())
        return torch.logsumexp(scores, 1) - scores.gather(1, targets[:, None])[:, 0]

    def _read(self, group: str, tensor: Floats) -> Iterator[Tensor]:
        """Yield the features (n, D) of each group of lines; an output residual leaves the base's as they are."""
        if group != "output":
            like = self._like
            adapter = as_tensors(Adapter(like.base, like.seed, like.shape, {group: tensor}))
            for held in self._lines:
                yield self._network.features(held.inputs, adapter)[held.asked]
            return
        if self._features is None:
            self._features = [
                self._network.features(held.inputs, self._still)[held.asked] for held in self._lines
            ]
        fixed, learned = self._still["output_fixed"], torch.tensor(tensor)
        for features in self._features:
            yield features + (features @ fixed) @ learned


def _grouped(people: Sequence[Sequence[Pieces]], vocabulary: Vocabulary) -> Iterator[_Lines]:
    lines = [(owner, line) for owner, own in enumerate(people) for line in own]
    for group in alike([line for _, line in lines]):
        batch = make_batch([lines[number][1] for number in group], vocabulary, pad_to=1)
        asked = torch.from_numpy(batch.weight) > 0
        whose = np.array([lines[number][0] for number in group], np.int64)
        owners = np.broadcast_to(whose, batch.weight.shape)[batch.weight > 0]
        targets = torch.from_numpy(batch.targets)[asked]
        yield _Lines(torch.from_numpy(batch.inputs), asked, targets, owners)
