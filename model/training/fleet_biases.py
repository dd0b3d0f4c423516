"""Many devices' trainings of the gates' biases: all lines side by side, each under its own device's biases. torch.

The weights are the same for everybody, so one product serves all columns; columns of like length are read together.
A device's gradient is the sum over its columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from hushkey.model.training.corpus import Batch
from hushkey.model.training.fleet import Fleet, Reading
from hushkey.model.training.lean_softmax import lean_cross_entropy

_PIECES: Final = 4096  # read at a time, padding included: what a backward pass keeps is some 60 MB
_ROWS: Final = 128  # pieces whose scores are held at a time: 12 MB over 24,000 pieces


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One line: inputs (T,), targets (T,), and which of them are predicted (T,)."""

    inputs: Tensor
    targets: Tensor
    asked: Tensor

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, slots=True, eq=False)
class BiasStep:
    """The lines of one step of a device's training."""

    columns: tuple[Column, ...]
    predicted: int  # pieces


class BiasFleet(Fleet[BiasStep]):
    """Trains biases (L, 4H)."""

    group = "lstm_bias"

    def pooled(
        self, readings: Sequence[Reading[BiasStep]], pieces: int, epochs: int, seed: int
    ) -> Reading[BiasStep]:
        """Return what all these devices' lines together are to one training: the lines of all, in random order."""
        columns = [
            column for reading in readings for step in reading.steps for column in step.columns
        ]
        rng = np.random.default_rng(seed)
        steps = []
        for _ in range(epochs):
            group: list[Column] = []
            for number in rng.permutation(len(columns)):
                group.append(columns[number])
                if _predicted(group) >= pieces:
                    steps.append(_step(group))
                    group = []
            if group:
                steps.append(_step(group))
        return Reading(steps)

    def _read_step(self, parts: Sequence[Batch]) -> BiasStep:
        return _step([column for batch in parts for column in _columns(batch)])

    def _gradients(self, held: Tensor, steps: Sequence[BiasStep]) -> Tensor:
        given = torch.zeros_like(held)
        lines = [(number, column) for number, step in enumerate(steps) for column in step.columns]
        lines.sort(key=lambda line: len(line[1]))
        totals = torch.tensor([float(max(1, step.predicted)) for step in steps])
        group: list[tuple[int, Column]] = []
        for line in lines:
            if group and (len(group) + 1) * len(line[1]) > _PIECES:
                self._together(group, held, totals, given)
                group = []
            group.append(line)
        if group:
            self._together(group, held, totals, given)
        return given

    def _together(
        self, group: Sequence[tuple[int, Column]], held: Tensor, totals: Tensor, given: Tensor
    ) -> None:
        """Add the gradients of a group of lines to those of their devices."""
        owners = torch.tensor([number for number, _ in group])
        inputs, targets, asked = _padded([column for _, column in group])
        if not asked.any():
            return
        with torch.enable_grad():
            biases = held[owners].transpose(0, 1).contiguous().requires_grad_()  # (L, B, 4H)
            adapter = {**self._still, self.group: biases}
            features = self._network.features(inputs, adapter)[asked]  # (n, D)
            leaf = features.detach().requires_grad_()
            loss = lean_cross_entropy(
                leaf, self._network.table, self._network.bias, targets[asked], rows=_ROWS
            )
            (pushed,) = torch.autograd.grad(loss, leaf)
            columns = owners.expand(len(inputs), -1)[asked]  # whose each predicted piece is
            scaled = pushed * (len(features) / totals[columns])[:, None]
            (gradient,) = torch.autograd.grad(features, biases, scaled)
        given.index_add_(0, owners, gradient.transpose(0, 1))


def _columns(batch: Batch) -> list[Column]:
    """Take a batch apart into its lines, without the padding behind them."""
    inputs, targets, weight = map(torch.from_numpy, (batch.inputs, batch.targets, batch.weight))
    asked = weight > 0
    found = []
    for number in range(inputs.shape[1]):
        last = int(asked[:, number].nonzero().max()) + 1 if asked[:, number].any() else 0
        if last:  # what is read behind the last predicted piece changes nothing
            part = slice(0, last)
            found.append(Column(inputs[part, number], targets[part, number], asked[part, number]))
    return found


def _step(columns: Sequence[Column]) -> BiasStep:
    return BiasStep(tuple(columns), _predicted(columns))


def _predicted(columns: Sequence[Column]) -> int:
    return sum(int(column.asked.sum()) for column in columns)


def _padded(columns: Sequence[Column]) -> tuple[Tensor, Tensor, Tensor]:
    """Put lines side by side (T, B): inputs, targets, and which are predicted."""
    parts = zip(*((column.inputs, column.targets, column.asked) for column in columns), strict=True)
    inputs, targets, asked = (torch.nn.utils.rnn.pad_sequence(list(part)) for part in parts)
    return inputs, targets, asked
