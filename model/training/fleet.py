"""Many devices' trainings of one group of an adapter in one step: the same sums as `Course`. torch.

What all kinds have in common is here: Adam on all devices' tensors at once, each at the rate of its own place in its
own training. A kind says how a device's lines are read and what the gradients of a step are: `fleet_output` the output
residual, `fleet_biases` the gates' biases. Tests hold both to `Course`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

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

_DEVICES = 64  # stacked at a time: bounds what is gathered for their gradients

Floats = npt.NDArray[np.float32]


class Step(Protocol):
    """What one step of a device's training predicts."""

    @property
    def predicted(self) -> int:
        """How many pieces."""


S = TypeVar("S", bound=Step)


class Reading(Generic[S]):
    """A device's lines as a training takes them, step by step."""

    __slots__ = ("steps",)

    def __init__(self, steps: Sequence[S]) -> None:
        self.steps = tuple(steps)

    @property
    def pieces(self) -> int:
        """Predicted pieces over all steps."""
        return sum(step.predicted for step in self.steps)


def use_threads(count: int) -> None:
    """Train on so many cores: a simulation has nobody typing beside it."""
    torch.set_num_threads(count)


class Fleet(ABC, Generic[S]):
    """Trains one group of many devices' adapters at once. `group` is the group's name."""

    group: str

    def __init__(
        self, network: FrozenNetwork, vocabulary: Vocabulary, like: Adapter, settings: Settings
    ) -> None:
        """Train adapters such as `like`. Raises TrainingFailed where it has room for anything but the group."""
        if set(like.tensors) != {self.group}:
            raise TrainingFailed(
                f"only an adapter of the group {self.group} alone is trained so for many devices at once; "
                "nothing was trained"
            )
        self._network, self._vocabulary, self._settings = network, vocabulary, settings
        self._still = as_tensors(like.scaled(0.0))
        self._height = settings.rate(self.group, like.ranks[self.group])

    @abstractmethod
    def pooled(
        self, readings: Sequence[Reading[S]], pieces: int, epochs: int, seed: int
    ) -> Reading[S]:
        """Return what all these devices' lines together are to one training, in random order."""

    @abstractmethod
    def _read_step(self, parts: Sequence[Batch]) -> S:
        """Read the lines of one step."""

    @abstractmethod
    def _gradients(self, held: Tensor, steps: Sequence[S]) -> Tensor:
        """Gradients (N, ...) of each device's mean nats by its tensor (N, ...)."""

    def read(self, lines: Sequence[Pieces]) -> Reading[S]:
        """Read a device's lines once, for any number of trainings."""
        return Reading([self._read_step(parts) for parts in self._steps(lines)])

    def size(self, lines: Sequence[Pieces]) -> tuple[int, int]:
        """Return predicted pieces and steps of a training on a device's lines, without reading them."""
        steps = list(self._steps(lines))
        return sum(int((part.weight > 0).sum()) for parts in steps for part in parts), len(steps)

    def _steps(self, lines: Sequence[Pieces]) -> Iterator[list[Batch]]:
        settings = self._settings
        schedule = Schedule(lines, settings.epochs, settings.pieces, settings.seed)
        for step in range(len(schedule)):
            yield schedule.batches(step, settings.part, self._vocabulary)

    def train(self, starts: Sequence[Floats], readings: Sequence[Reading[S]]) -> list[Floats]:
        """Return each device's tensor after its training from where it starts."""
        trained: list[Floats] = []
        for first in range(0, len(readings), _DEVICES):
            part = slice(first, first + _DEVICES)
            trained += self._train(starts[part], readings[part])
        return trained

    @torch.no_grad()
    def _train(self, starts: Sequence[Floats], readings: Sequence[Reading[S]]) -> list[Floats]:
        held = torch.from_numpy(np.stack(starts))  # (N, ...)
        moments = torch.zeros_like(held), torch.zeros_like(held)
        begun = torch.zeros(len(readings), dtype=torch.bool)
        counts = np.array([len(reading.steps) for reading in readings])
        for number in range(int(counts.max(initial=0))):
            at = torch.from_numpy(np.flatnonzero(counts > number))
            steps = [readings[device].steps[number] for device in at.tolist()]
            begun[at] |= torch.tensor([step.predicted > 0 for step in steps])
            at = at[begun[at]]  # `Course` lets rest what no gradient ever reached
            steps = [readings[device].steps[number] for device in at.tolist()]
            if not steps:
                continue
            gradient = self._gradients(held[at], steps)
            shares = [self._settings.share_at(number, int(count)) for count in counts[at.numpy()]]
            rates = self._height * torch.tensor(shares)
            self._adam(at, held, moments, gradient, number + 1, rates)
        origin = torch.from_numpy(np.stack(starts))
        return list(torch.lerp(origin, held, self._settings.share).numpy())

    def _adam(  # noqa: PLR0913, PLR0917
        self,
        at: Tensor,
        held: Tensor,
        moments: tuple[Tensor, Tensor],
        gradient: Tensor,
        number: int,
        rates: Tensor,
    ) -> None:
        """Take step `number` of the devices `at`, each at its rate (hushkey.model.training.adam)."""
        decay, decay_squared = self._settings.betas
        first, second = (moment[at] for moment in moments)
        first.lerp_(gradient, 1 - decay)
        second.mul_(decay_squared).addcmul_(gradient, gradient, value=1 - decay_squared)
        size = (second / (1 - decay_squared**number)).sqrt_().add_(EPSILON)
        rate = rates.view(-1, *[1] * (held.dim() - 1)) / (1 - decay**number)
        held[at] = held[at] - rate * (first / size)
        moments[0][at], moments[1][at] = first, second
