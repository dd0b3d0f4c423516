"""One adapter from one person's lines, step by step. Pure: the same lines, settings and seed give the same bytes.

Only the groups that the starting adapter has room for take gradients (hushkey.model.training.frozen), and nothing
else has optimiser state. A batch is worked off in parts, so that what a step holds does not depend on the batch;
long lines are cut, which truncates back-propagation. Adam, whose steps are alike for frequent and for rare words,
overfits short histories less than plain gradients do.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hushkey.model.adapter import Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.groups import RANKED
from hushkey.model.training.adam import MOMENTS, Adam
from hushkey.model.training.batches import Schedule
from hushkey.model.training.corpus import Batch, Pieces
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.lean_softmax import ROWS, lean_cross_entropy
from hushkey.model.vocabulary import Vocabulary

_STEP = "step"

State = dict[
    str, npt.NDArray[np.float32]
]  # by name; arrays keep their sizes, not their shapes, on the way

# Tuned for histories of 300 to 4,000 words at once, on writers of the public corpora whom no evaluation of ours
# uses. Higher rates gain more on average and lose on more short histories. Those of low-rank pairs are for
# rank 16 and fall as the rank grows: more coordinates move together.
_RATES = {
    "lstm_bias": 3e-3,
    "input": 8e-3,
    "projection": 1.6e-2,
    "output": 1.28e-2,
    "output_bias": 3e-2,
}
_RATES_RANK = 16
_PULLS = {"output_bias": 0.01}


@dataclass(frozen=True, slots=True)
class Settings:
    """How an adapter is trained."""

    epochs: int = 3
    pieces: int = 128  # a batch
    part: int = 64  # of a batch, worked off at a time: what bounds the memory
    rows: int = ROWS  # pieces whose scores over the vocabulary are held at a time
    rates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_RATES))
    """Adam's, at their height, by group."""
    pulls: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_PULLS))
    """Share of the way back to the start at each step: what is not confirmed fades."""
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: int = 3  # steps until the rates are at their height; they then fall to zero
    share: float = 0.5
    """Of the way from the start to where training ends, what is taken up (Wortsman et al. 2022, arXiv 2109.01903)."""
    seed: int = 1  # of the order of the lines

    def share_at(self, step: int, steps: int) -> float:
        """Share of the rates and pulls that a step, counted from 0, is given."""
        return min(1.0, (step + 1) / self.warmup) * (1.0 - step / steps)

    def description(self) -> str:
        """Say every setting: another description is another training."""
        return json.dumps(
            {held.name: _plain(getattr(self, held.name)) for held in fields(self)}, sort_keys=True
        )

    def rate(self, name: str, rank: int) -> float:
        """Height of a group's rate at its rank."""
        return self.rates[name] * (_RATES_RANK / rank if name in RANKED else 1.0)


class Course:
    """One training under way. `state()` after any step and the same arguments take it up there again."""

    def __init__(  # noqa: PLR0913  a training depends on no less
        self,
        network: FrozenNetwork,
        start: Adapter,
        lines: Sequence[Pieces],
        settings: Settings,
        *,
        vocabulary: Vocabulary,
        state: State | None = None,
    ) -> None:
        """Train `start` on lines of pieces.

        Raises TrainingFailed where the adapter has room for nothing or `state` is of another training.
        """
        if not start.tensors:
            raise TrainingFailed("the starting adapter has room for no group; nothing was trained")
        self._network, self._start = network, start
        self._settings, self._vocabulary = settings, vocabulary
        self._schedule = Schedule(lines, settings.epochs, settings.pieces, settings.seed)
        self._origin, self._tensors = as_tensors(start), as_tensors(start)
        self._learned = {name: self._tensors[name].requires_grad_() for name in start.tensors}
        self._heights = {name: settings.rate(name, rank) for name, rank in start.ranks.items()}
        self._adam = Adam(self._learned, settings.betas)
        self.step = 0
        if state is not None:
            self._restore(state)

    @property
    def steps(self) -> int:
        """How many steps the whole training takes."""
        return len(self._schedule)

    @property
    def done(self) -> bool:
        """Whether every step was taken."""
        return self.step >= self.steps

    def advance(self) -> float:
        """Take one step; return its nats a predicted piece."""
        settings = self._settings
        share = settings.share_at(self.step, self.steps)
        batches = self._schedule.batches(self.step, settings.part, self._vocabulary)
        total = float(sum(batch.weight.sum() for batch in batches))
        loss = sum(self._backward(batch, total) for batch in batches)
        rates = {name: height * share for name, height in self._heights.items()}
        self._adam.step(self.step + 1, rates)
        with torch.no_grad():
            for name, pull in settings.pulls.items():
                if name in self._learned:
                    self._tensors[name].lerp_(self._origin[name], pull * share)
        self.step += 1
        return loss

    def _backward(self, batch: Batch, total: float) -> float:
        """Add a part's gradients; return its share of the batch's nats a predicted piece."""
        if not batch.weight.any():
            return 0.0
        loss = batch_loss(self._network, self._tensors, batch, rows=self._settings.rows)
        part = loss * (float(batch.weight.sum()) / total)
        part.backward()  # type: ignore[no-untyped-call]
        return part.item()

    def adapter(self) -> Adapter:
        """Return what was learned so far: the settings' share of the way from the start to where training is."""
        share = self._settings.share
        with torch.no_grad():
            between = {
                name: torch.lerp(self._origin[name], held, share)
                for name, held in self._learned.items()
            }
        return self._start.replaced({name: held.numpy() for name, held in between.items()})

    def state(self) -> State:
        """Return all that going on from here needs besides the arguments. Nothing is copied: use it at once."""
        held: State = {_STEP: np.array([self.step], dtype=np.float32)}
        for name, tensor in self._learned.items():
            parts = (tensor.detach(), *self._adam.moments[name])
            held |= {key: part.numpy() for key, part in zip(_named(name), parts, strict=True)}
        return held

    def _restore(self, state: State) -> None:
        try:
            step = int(state[_STEP][0])
            _refuse_beyond(step, self.steps)
            for name, tensor in self._learned.items():
                self._take_up(name, tensor, state)
        except (KeyError, ValueError, OverflowError, IndexError, RuntimeError):
            raise TrainingFailed(
                "the interrupted training is of another history or plan; nothing was changed; it "
                "begins anew at the next learning"
            ) from None
        self.step = step

    def _take_up(self, name: str, tensor: Tensor, state: State) -> None:
        first, second = self._adam.moments[name]
        for kept, into in zip(_named(name), (tensor, first, second), strict=True):
            with torch.no_grad():
                into.copy_(torch.tensor(state[kept].reshape(into.shape)))


def _named(name: str) -> tuple[str, ...]:
    return (name, *(f"{name}.{of}" for of in MOMENTS))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _refuse_beyond(step: int, steps: int) -> None:
    if not 0 <= step <= steps:
        raise ValueError(_STEP)


def batch_loss(
    network: FrozenNetwork, adapter: Mapping[str, Tensor], batch: Batch, *, rows: int = ROWS
) -> Tensor:
    """Mean nats a predicted piece; scores are held for `rows` pieces at a time."""
    inputs, targets, weight = (
        torch.from_numpy(part) for part in (batch.inputs, batch.targets, batch.weight)
    )
    predicted = weight > 0
    features = network.features(inputs, adapter)[predicted]
    bias = network.bias + adapter["output_bias"]
    return lean_cross_entropy(features, network.table, bias, targets[predicted], rows=rows)
