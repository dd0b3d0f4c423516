"""One adapter from one person's lines. Pure: the same lines, settings and seed give the same bytes.

Only the adapter takes gradients (hushkey.model.training.frozen), under the full softmax. Adam, whose
steps are alike for frequent and for rare words, overfits short histories less than plain gradients do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from hushkey.model.adapter import NAMES, Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.training.corpus import Batch, Pieces, make_batch
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.softmax import cross_entropy
from hushkey.model.vocabulary import Vocabulary

OnProgress = Callable[[int, int, float], None]  # step, steps, nats a predicted piece of its batch

_LONGEST = 64  # pieces read in one go; a longer line is cut
_CONTEXT = 8  # pieces that a cut-off part reads again, without learning them twice


class Cancelled(TrainingFailed):
    """The training was stopped as asked; there is no adapter."""


# Tuned for histories of 300, 1,000 and 4,000 words at once, on writers of the public corpora whom no
# evaluation of ours uses. Higher rates gain more on average and lose on more short histories.
_RATES = {"lstm_bias": 5e-3, "input": 4e-3, "output": 1e-2, "output_bias": 1.2e-1}
_PULLS = {"output_bias": 0.03}


@dataclass(frozen=True, slots=True)
class Settings:
    """How an adapter is trained."""

    epochs: int = 3
    pieces: int = 384  # a batch; also what bounds the memory
    rates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_RATES))
    """Adam's, at their height; a tensor that is not named rests."""
    pulls: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_PULLS))
    """Share of the way back to the start at each step: what is not confirmed fades."""
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: int = 3  # steps until the rates are at their height; they then fall to zero
    seed: int = 1  # of the order of the lines

    def share_at(self, step: int, steps: int) -> float:
        """Share of the rates and pulls that a step, counted from 0, is given."""
        return min(1.0, (step + 1) / self.warmup) * (1.0 - step / steps)


@dataclass(frozen=True, slots=True)
class _Row:
    pieces: Pieces
    known: int  # pieces at its start that are context only


def steps_of(lines: Sequence[Pieces], settings: Settings) -> int:
    """Return how many steps `finetune` will take."""
    rng = np.random.default_rng(settings.seed)
    return settings.epochs * len(_groups(_rows(lines), settings.pieces, rng))


def finetune(  # noqa: PLR0913  a training depends on no less
    network: FrozenNetwork,
    start: Adapter,
    lines: Sequence[Pieces],
    settings: Settings,
    *,
    vocabulary: Vocabulary,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
) -> Adapter:
    """Return `start` after training on lines of pieces. Raises Cancelled within a step."""
    origin, tensors = as_tensors(start), as_tensors(start)
    learned = {name: tensors[name].requires_grad_() for name in NAMES if name in settings.rates}
    optimizer = torch.optim.Adam(
        [{"params": [value], "height": settings.rates[name]} for name, value in learned.items()],
        betas=settings.betas,
    )
    steps = steps_of(lines, settings)
    for step, batch in enumerate(_batches(_rows(lines), vocabulary, settings)):
        if cancelled():
            raise Cancelled("learning was stopped; nothing was changed")
        share = settings.share_at(step, steps)
        for group in optimizer.param_groups:
            group["lr"] = group["height"] * share
        optimizer.zero_grad(set_to_none=True)
        loss = batch_loss(network, tensors, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            for name, pull in settings.pulls.items():
                tensors[name].lerp_(origin[name], pull * share)
        on_progress(step + 1, steps, loss.item())
    return start.replaced({name: value.detach().numpy() for name, value in learned.items()})


def batch_loss(network: FrozenNetwork, adapter: Mapping[str, Tensor], batch: Batch) -> Tensor:
    """Mean nats a predicted piece."""
    inputs, targets, weight = (
        torch.from_numpy(part) for part in (batch.inputs, batch.targets, batch.weight)
    )
    predicted = weight > 0
    rows = network.features(inputs, adapter)[predicted]
    bias = network.bias + adapter["output_bias"]
    return cross_entropy(rows, network.table, bias, targets[predicted])


def _rows(lines: Sequence[Pieces]) -> list[_Row]:
    """Cut long lines; each part but the first reads the end of the part before."""
    return [
        _Row(line[max(0, first - _CONTEXT) : first + _LONGEST], min(first, _CONTEXT))
        for line in lines
        for first in range(0, len(line), _LONGEST)
    ]


def _groups(rows: Sequence[_Row], pieces: int, rng: np.random.Generator) -> list[list[int]]:
    """Numbers of the rows of each batch: of like length, about `pieces` together, in random order."""
    order = sorted(rng.permutation(len(rows)), key=lambda number: len(rows[number].pieces))
    groups: list[list[int]] = []
    for number in order:
        size = len(rows[number].pieces)
        if not groups or (len(groups[-1]) + 1) * size > pieces:
            groups.append([])
        groups[-1].append(int(number))
    return [groups[number] for number in rng.permutation(len(groups))]


def _batches(rows: Sequence[_Row], vocabulary: Vocabulary, settings: Settings) -> Iterator[Batch]:
    rng = np.random.default_rng(settings.seed)
    for _ in range(settings.epochs):
        for group in _groups(rows, settings.pieces, rng):
            batch = make_batch([rows[number].pieces for number in group], vocabulary, pad_to=1)
            for column, number in enumerate(group):
                batch.weight[: rows[number].known, column] = 0.0
            yield batch
