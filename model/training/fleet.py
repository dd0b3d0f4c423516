"""Many devices' trainings of an output residual in one step: the same sums as `Course`, over features read once.

What an adapter adds behind the last layer does not change what the base reads, so the base's features of a device's
lines are the same in every training and are read once; what is left of a step is the softmax. Of its gradient only
what reaches the learned factor is asked: for sources u (n, R) and chances p (n, V) that is (u' p) T, where `Course`
has u' (p T), and R is far below n. Adam runs on all devices' factors at once. Tests hold it to `Course`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hushkey.model.adapter import Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.training.adam import EPSILON
from hushkey.model.training.batches import Schedule
from hushkey.model.training.corpus import Batch, Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.vocabulary import Vocabulary

GROUP = "output"  # the one that may be trained so
_ROWS = 128  # pieces whose scores are held at a time: 12 MB over 24,000 pieces
_DEVICES = 64  # stacked at a time: bounds the chances that are gathered for their factors

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one step of a device's training predicts: features (n, D), sources (n, R), targets (n,)."""

    features: Tensor
    sources: Tensor
    targets: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A device's lines as a training takes them, step by step."""

    steps: tuple[Step, ...]
    pieces: int  # predicted, over all steps

    @property
    def bytes(self) -> int:
        """Bytes that are held for it."""
        parts = (part for step in self.steps for part in (step.features, step.sources))
        return sum(part.numel() * part.element_size() for part in parts)


def use_threads(count: int) -> None:
    """Train on so many cores: a simulation has nobody typing beside it."""
    torch.set_num_threads(count)


def pooled(readings: Sequence[Reading], pieces: int, epochs: int, seed: int) -> Reading:
    """Return what all these devices' lines together are to one training: the pieces of all, in random order."""
    steps = [step for reading in readings for step in reading.steps]
    features, sources, targets = (
        torch.cat([getattr(step, name) for step in steps]) for name in Step.__slots__
    )
    rng = np.random.default_rng(seed)
    chosen = [
        part
        for _ in range(epochs)
        for part in torch.split(torch.from_numpy(rng.permutation(len(targets))), pieces)
    ]
    made = tuple(Step(features[part], sources[part], targets[part]) for part in chosen)
    return Reading(made, len(targets) * epochs)


class Fleet:
    """Trains the output residual of many devices at once."""

    def __init__(
        self, network: FrozenNetwork, vocabulary: Vocabulary, like: Adapter, settings: Settings
    ) -> None:
        """Train adapters such as `like`. Raises TrainingFailed for any group but the output residual."""
        if set(like.tensors) != {GROUP}:
            raise TrainingFailed(
                "only an adapter of the output residual is trained for many devices at once; nothing was trained"
            )
        self._network, self._vocabulary, self._settings = network, vocabulary, settings
        self._still = as_tensors(like.scaled(0.0))
        self._fixed = self._still[f"{GROUP}_fixed"]
        self._height = settings.rate(GROUP, like.ranks[GROUP])

    @torch.no_grad()
    def read(self, lines: Sequence[Pieces]) -> Reading:
        """Read a device's lines once, for any number of trainings."""
        settings = self._settings
        schedule = Schedule(lines, settings.epochs, settings.pieces, settings.seed)
        steps = [
            self._read_step(schedule.batches(step, settings.part, self._vocabulary))
            for step in range(len(schedule))
        ]
        return Reading(tuple(steps), sum(len(step.targets) for step in steps))

    def _read_step(self, parts: Sequence[Batch]) -> Step:
        features, targets = [], []
        for batch in parts:
            predicted = torch.from_numpy(batch.weight) > 0
            read = self._network.features(torch.from_numpy(batch.inputs), self._still)
            features.append(read[predicted])
            targets.append(torch.from_numpy(batch.targets)[predicted])
        held = torch.cat(features)
        return Step(held, held @ self._fixed, torch.cat(targets))

    def train(self, starts: Sequence[Floats], readings: Sequence[Reading]) -> list[Floats]:
        """Return each device's factor (R, D) after its training from where it starts."""
        trained: list[Floats] = []
        for first in range(0, len(readings), _DEVICES):
            part = slice(first, first + _DEVICES)
            trained += self._train(starts[part], readings[part])
        return trained

    @torch.no_grad()
    def _train(self, starts: Sequence[Floats], readings: Sequence[Reading]) -> list[Floats]:
        held = torch.from_numpy(np.stack(starts))  # (N, R, D)
        first, second = torch.zeros_like(held), torch.zeros_like(held)
        begun = torch.zeros(len(readings), dtype=torch.bool)
        counts = np.array([len(reading.steps) for reading in readings])
        for number in range(int(counts.max(initial=0))):
            at = torch.from_numpy(np.flatnonzero(counts > number))
            steps = [readings[device].steps[number] for device in at.tolist()]
            begun[at] |= torch.tensor([len(step.targets) > 0 for step in steps])
            at = at[begun[at]]  # `Course` lets rest what no gradient ever reached
            steps = [readings[device].steps[number] for device in at.tolist()]
            if not steps:
                continue
            gradient = self._gradients(held[at], steps)
            rates = [
                self._height * self._settings.share_at(number, int(count))
                for count in counts[at.numpy()]
            ]
            self._adam(at, held, (first, second), gradient, number + 1, rates)
        origin = torch.from_numpy(np.stack(starts))
        return list(torch.lerp(origin, held, self._settings.share).numpy())

    def _adam(  # noqa: PLR0913, PLR0917
        self,
        at: Tensor,
        held: Tensor,
        moments: tuple[Tensor, Tensor],
        gradient: Tensor,
        number: int,
        rates: Sequence[float],
    ) -> None:
        """Take step `number` of the devices `at` (hushkey.model.training.adam)."""
        decay, decay_squared = self._settings.betas
        first, second = (moment[at] for moment in moments)
        first.lerp_(gradient, 1 - decay)
        second.mul_(decay_squared).addcmul_(gradient, gradient, value=1 - decay_squared)
        size = (second / (1 - decay_squared**number)).sqrt_().add_(EPSILON)
        rate = torch.tensor(rates)[:, None, None] / (1 - decay**number)
        held[at] = held[at] - rate * (first / size)
        moments[0][at], moments[1][at] = first, second

    def _gradients(self, held: Tensor, steps: Sequence[Step]) -> Tensor:
        """Gradients (N, R, D) of each device's mean nats, by its factor (N, R, D)."""
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
        self, group: Sequence[int], held: Tensor, steps: Sequence[Step], given: Tensor
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
