"""Recall@3 of a network on people who trained nothing, again and again: what does not change is read once. torch.

The measure is that of hushkey.model.training.scoring (a word counts whose first piece is among the three likeliest
that start a word), to the hit but for ties of rounding. Only places where a word starts are looked at, and only pieces
that start one compete. Whatever an adapter adds to a feature moves a piece's score by at most the length of what is
added times that of the piece's row, so pieces that the base finds unlikely are scored only where that bound does not
settle the question. An output residual leaves the base's features as they are: then nothing is read again either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hushkey.model.adapter import Adapter
from hushkey.model.training.corpus import Pieces, make_batch
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.vocabulary import Vocabulary

_SLOTS = 3
_PIECES = 4096  # read side by side, padding included
_ROWS = 256  # places whose scores are held at a time
_RIVALS = 2048  # pieces that are always scored: those that the base most often finds likely
_LIKELY = 20  # of a place's pieces, for that choice

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The places of one person where a word starts: features (n, D) and targets (n,), as numbers of pieces."""

    features: Tensor
    targets: Tensor


def _together(lines: Sequence[_Words | None], network: FrozenNetwork) -> _Words:
    held = [line for line in lines if line is not None]
    empty = network.table.new_empty(0, network.shape.width)
    return _Words(
        torch.cat([empty, *(line.features for line in held)]),
        torch.cat([torch.empty(0, dtype=torch.int64), *(line.targets for line in held)]),
    )


def alike(lines: Sequence[Pieces]) -> list[list[int]]:
    """Return the numbers of all lines in groups of like length."""
    groups: list[list[int]] = []
    for number in sorted(range(len(lines)), key=lambda number: len(lines[number])):
        if not groups or (len(groups[-1]) + 1) * len(lines[number]) > _PIECES:
            groups.append([])
        groups[-1].append(number)
    return groups


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """Hits and words of each person."""

    hits: npt.NDArray[np.int64]  # (P,)
    words: npt.NDArray[np.int64]

    @property
    def by_person(self) -> npt.NDArray[np.float64]:
        """Each person's share of words."""
        shares: npt.NDArray[np.float64] = self.hits / np.maximum(1, self.words)
        return shares

    @property
    def recall_at_3(self) -> float:
        """Mean over people."""
        return float(self.by_person.mean())


class HeldOut:
    """People to be measured on, over one frozen base."""

    def __init__(
        self,
        network: FrozenNetwork,
        vocabulary: Vocabulary,
        like: Adapter,
        people: Sequence[Sequence[Pieces]],
    ) -> None:
        """Read everybody's lines once. `like` is any adapter of the base; its numbers are not used."""
        self._network, self._vocabulary, self._people = network, vocabulary, people
        self._like = like
        self._is_start = torch.from_numpy(vocabulary.starts_word)
        self._still = as_tensors(like.scaled(0.0))
        self._fixed = self._still["output_fixed"]
        self._starts = torch.from_numpy(np.flatnonzero(vocabulary.starts_word))
        self._read = self._read_all(network, self._still)
        self._rivals: _Rivals | None = None

    def of_tensor(self, group: str, tensor: Floats) -> Recalled:
        """Measure the base with an adapter of one group alone."""
        if group == "output":
            return self.of_output(tensor)
        return self.of_adapter(self._alone(group, tensor))

    def of_tensors(self, group: str, tensors: Sequence[Floats]) -> Recalled:
        """Measure the base with an adapter of one group for each person."""
        if group == "output":
            return self.of_personal_outputs(tensors)
        return self.of_personal([self._alone(group, tensor) for tensor in tensors])

    def _alone(self, group: str, tensor: Floats) -> Adapter:
        like = self._like
        return Adapter(like.base, like.seed, like.shape, {group: tensor})

    def of_output(self, factor: Floats) -> Recalled:
        """Measure the base with an output residual's learned factor (R, D)."""
        return self.of_personal_outputs([factor] * len(self._people))

    @torch.no_grad()
    def of_personal_outputs(self, factors: Sequence[Floats]) -> Recalled:
        """Measure the base with an output residual for each person."""
        added = [
            (own.features @ self._fixed) @ torch.tensor(factor)
            for own, factor in zip(self._read, factors, strict=True)
        ]
        return self._moved(torch.cat(added))

    @torch.no_grad()
    def of_adapter(self, adapter: Adapter) -> Recalled:
        """Measure the base with any adapter whose output bias is not learned."""
        return self._moved_to(self._read_all(self._network, as_tensors(adapter)))

    @torch.no_grad()
    def of_personal(self, adapters: Sequence[Adapter]) -> Recalled:
        """Measure the base with an adapter for each person, whose output bias is not learned."""
        pairs = zip(self._people, adapters, strict=True)
        return self._moved_to(
            [
                self._read_people(self._network, as_tensors(adapter), [lines])[0]
                for lines, adapter in pairs
            ]
        )

    def _moved_to(self, read: Sequence["_Words"]) -> Recalled:
        added = [new.features - old.features for new, old in zip(read, self._read, strict=True)]
        return self._moved(torch.cat(added))

    def of_network(self, network: FrozenNetwork) -> Recalled:
        """Measure another network of the base's sizes."""
        return self._recalled(network, self._read_all(network, self._still))

    @torch.no_grad()
    def _read_all(self, network: FrozenNetwork, adapter: Mapping[str, Tensor]) -> list[_Words]:
        return self._read_people(network, adapter, self._people)

    def _read_people(
        self,
        network: FrozenNetwork,
        adapter: Mapping[str, Tensor],
        people: Sequence[Sequence[Pieces]],
    ) -> list[_Words]:
        """Read lines of like length side by side, whosoever they are; each person's come back in their order."""
        lines = [line for own in people for line in own]
        read: list[_Words | None] = [None] * len(lines)
        for group in alike(lines):
            batch = make_batch([lines[number] for number in group], self._vocabulary, pad_to=1)
            features = network.features(torch.from_numpy(batch.inputs), adapter)
            target = torch.from_numpy(batch.targets)
            asked = (torch.from_numpy(batch.weight) > 0) & self._is_start[target]
            for column, number in enumerate(group):
                at = asked[:, column]
                read[number] = _Words(features[at, column], target[at, column])
        found, first = [], 0
        for own in people:
            found.append(_together(read[first : first + len(own)], network))
            first += len(own)
        return found

    def _moved(self, added: Tensor) -> Recalled:
        if self._rivals is None:
            self._rivals = self._choose()
        return self._counted(self._rivals.hits(added), self._read)

    @torch.no_grad()
    def _recalled(self, network: FrozenNetwork, people: Sequence[_Words]) -> Recalled:
        table, bias = network.table[self._starts], network.bias[self._starts]
        features = torch.cat([own.features for own in people])
        targets = torch.searchsorted(self._starts, torch.cat([own.targets for own in people]))
        return self._counted(_hits(features, table, bias, targets), people)

    @torch.no_grad()
    def _choose(self) -> "_Rivals":
        """Score everything once, and note what need not be scored again."""
        table, bias = self._network.table[self._starts], self._network.bias[self._starts]
        features = torch.cat([own.features for own in self._read])
        targets = torch.searchsorted(self._starts, torch.cat([own.targets for own in self._read]))
        likely = torch.zeros(len(bias), dtype=torch.int64)
        for part in torch.split(features, _ROWS):
            best = torch.addmm(bias, part, table.t()).topk(min(_LIKELY, len(bias)), dim=1).indices
            likely += torch.bincount(best.flatten(), minlength=len(bias))
        order = torch.argsort(likely, descending=True, stable=True)
        chosen, rest = order[:_RIVALS].sort().values, order[_RIVALS:].sort().values
        beyond = [
            torch.addmm(bias[rest], part, table[rest].t()).amax(1)
            if len(rest)
            else part.new_full((len(part),), -torch.inf)
            for part in torch.split(features, _ROWS)
        ]
        longest = float(table[rest].norm(dim=1).max()) if len(rest) else 0.0
        return _Rivals(features, targets, table, bias, chosen, torch.cat(beyond), longest)

    def _counted(self, hits: Tensor, people: Sequence[_Words]) -> Recalled:
        words = [len(own.targets) for own in people]
        counted = [int(part.sum()) for part in torch.split(hits, words)]
        return Recalled(np.array(counted, np.int64), np.array(words, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Rivals:
    """All places under the base, and the pieces that are always scored there."""

    features: Tensor  # (n, D)
    targets: Tensor  # (n,), as places among the pieces that start a word
    table: Tensor  # (S, D) of those pieces
    bias: Tensor
    chosen: Tensor  # (C,)
    beyond: Tensor  # (n,) the best score of a piece that is not chosen
    longest: float  # row of a piece that is not chosen

    def hits(self, added: Tensor) -> Tensor:
        """Which targets are among the three likeliest once `added` (n, D) is added to the features."""
        found = torch.empty(len(self.targets), dtype=torch.bool)
        table, bias = self.table[self.chosen], self.bias[self.chosen]
        for first in range(0, len(found), _ROWS):
            part = slice(first, first + _ROWS)
            moved, target = self.features[part] + added[part], self.targets[part]
            own = (moved * self.table[target]).sum(1) + self.bias[target]
            scores = torch.addmm(bias, moved, table.t())
            scores[self.chosen == target[:, None]] = -torch.inf  # the target is no rival of itself
            above = (scores > own[:, None]).sum(1)
            reach = self.beyond[part] + added[part].norm(dim=1) * self.longest
            found[part] = above < _SLOTS
            open_ = torch.nonzero((above < _SLOTS) & (own <= reach))[:, 0]
            if len(open_):
                found[first + open_] = _hits(moved[open_], self.table, self.bias, target[open_])
        return found


def _hits(features: Tensor, table: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Which targets (n,) are among the three likeliest of all rows of the table."""
    found = torch.empty(len(targets), dtype=torch.bool)
    for first in range(0, len(targets), _ROWS):
        part = slice(first, first + _ROWS)
        scores = torch.addmm(bias, features[part], table.t())
        own = scores.gather(1, targets[part][:, None])
        found[part] = (scores > own).sum(1) < _SLOTS
    return found
