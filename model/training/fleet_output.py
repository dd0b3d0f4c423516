"""Many devices' trainings of an output residual, over features that are read once. torch.

What an adapter adds behind the last layer does not change what the base reads, so the base's features of a device's
lines are the same in every training and are read once; what is left of a step is the softmax. Of its gradient only
what reaches the learned factor is asked: for sources u (n, R) and chances p (n, V) that is (u' p) T, where `Course`
has u' (p T), and R is far below n.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from hushkey.model.training.corpus import Batch
from hushkey.model.training.fleet import Fleet, Reading

_ROWS: Final = 128  # pieces whose scores are held at a time: 12 MB over 24,000 pieces


@dataclass(frozen=True, slots=True, eq=False)
class OutputStep:
    """What one step of a device's training predicts: features (n, D), sources (n, R), targets (n,)."""

    features: Tensor
    sources: Tensor
    targets: Tensor

    @property
    def predicted(self) -> int:
        """How many pieces it predicts."""
        return len(self.targets)


class OutputFleet(Fleet[OutputStep]):
    """Trains learned factors (R, D)."""

    group = "output"

    def pooled(
        self, readings: Sequence[Reading[OutputStep]], pieces: int, epochs: int, seed: int
    ) -> Reading[OutputStep]:
        """Return what all these devices' lines together are to one training: the pieces of all, in random order."""
        steps = [step for reading in readings for step in reading.steps]
        features, sources, targets = (
            torch.cat([getattr(step, name) for step in steps]) for name in OutputStep.__slots__
        )
        rng = np.random.default_rng(seed)
        return Reading(
            [
                OutputStep(features[part], sources[part], targets[part])
                for _ in range(epochs)
                for part in torch.split(torch.from_numpy(rng.permutation(len(targets))), pieces)
            ]
        )

    @torch.no_grad()
    def _read_step(self, parts: Sequence[Batch]) -> OutputStep:
        features, targets = [], []
        for batch in parts:
            predicted = torch.from_numpy(batch.weight) > 0
            read = self._network.features(torch.from_numpy(batch.inputs), self._still)
            features.append(read[predicted])
            targets.append(torch.from_numpy(batch.targets)[predicted])
        held = torch.cat(features)
        return OutputStep(held, held @ self._still[f"{self.group}_fixed"], torch.cat(targets))

    def _gradients(self, held: Tensor, steps: Sequence[OutputStep]) -> Tensor:
        given = torch.zeros_like(held)
        group: list[int] = []
        rows = 0
        for number, step in enumerate(steps):
            if group and rows + len(step.targets) > _ROWS:
                self._together(group, held, steps, given)
                group, rows = [], 0
            group.append(number)
            rows += len(step.targets)
        self._together(group, held, steps, given)
        return given

    def _together(
        self, group: Sequence[int], held: Tensor, steps: Sequence[OutputStep], given: Tensor
    ) -> None:
        """Fill in the gradients of a group of devices, whose scores are held together."""
        table, bias = self._network.table, self._network.bias
        moved = [steps[one].features + steps[one].sources @ held[one] for one in group]
        scores = torch.addmm(bias, torch.cat(moved), table.t())  # (n, V)
        scores.sub_(scores.amax(1, keepdim=True)).exp_()
        total = scores.sum(1, keepdim=True)
        gathered = []
        start = 0
        for one in group:
            step = steps[one]
            part = slice(start, start + len(step.targets))
            gathered.append((step.sources / total[part]).t() @ scores[part])  # (R, V)
            start = part.stop
        pushed = (torch.cat(gathered) @ table).view(len(group), -1, table.shape[1])
        for place, one in enumerate(group):
            step = steps[one]
            pulled = step.sources.t() @ table[step.targets]
            given[one] = (pushed[place] - pulled) / max(1, len(step.targets))
