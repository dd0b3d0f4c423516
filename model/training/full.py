"""Full fine-tuning: every weight of the base, embeddings too. Only to compare with; no device is asked to do it.

As lean as it can be made while it does the same sums: weights are trained in place, in float32, in the same
batches and parts as an adapter; the embedding's gradient is gathered in one table, and only Adam's two moments and
the gradients stand beside the weights.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from hushkey.model.training.adam import Adam
from hushkey.model.training.batches import Schedule
from hushkey.model.training.corpus import Batch, Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.lean_softmax import lean_cross_entropy
from hushkey.model.training.network import Network
from hushkey.model.vocabulary import Vocabulary

RATE = 5e-4  # of every weight; tuned as the adapter's are: 3e-4 and 1e-3 gain less


def finetune_fully(  # noqa: PLR0913  a training depends on no less
    network: Network,
    lines: Sequence[Pieces],
    settings: Settings,
    *,
    vocabulary: Vocabulary,
    cancelled: Callable[[], bool] = lambda: False,
    rate: float = RATE,
) -> bool:
    """Train a network in place; False where it was told to stop."""
    network.requires_grad_()
    weights = dict(network.named_parameters())
    adam = Adam(weights, settings.betas)
    steps = Schedule(lines, settings.epochs, settings.pieces, settings.seed)
    for step in range(len(steps)):
        if cancelled():
            return False
        parts = steps.batches(step, settings.part, vocabulary)
        total = sum(float(batch.weight.sum()) for batch in parts)
        for batch in parts:
            _backward(network, batch, total, settings.rows)
        now = rate * settings.share_at(step, len(steps))
        adam.step(step + 1, dict.fromkeys(weights, now))
    network.requires_grad_(requires_grad=False)
    return True


@torch.no_grad()
def interpolated(network: Network, base: Network, share: float) -> None:
    """Move a trained network to `share` of the way from the base, in place, as an adapter is."""
    for trained, start in zip(network.parameters(), base.parameters(), strict=True):
        trained.copy_(torch.lerp(start, trained, share))


def _backward(network: Network, batch: Batch, total: float, rows: int) -> None:
    inputs, targets, weight = (
        torch.from_numpy(part) for part in (batch.inputs, batch.targets, batch.weight)
    )
    table = network.embedding.weight
    read = functional.embedding(inputs, table.detach()).requires_grad_()
    features, _ = network.read(read)
    predicted = weight > 0
    loss: Tensor = lean_cross_entropy(
        features[predicted],
        table,
        network.bias,
        targets[predicted],
        rows=rows,
    ) * (float(weight.sum()) / total)
    loss.backward()  # type: ignore[no-untyped-call]
    if table.grad is not None and read.grad is not None:
        table.grad.index_add_(0, inputs.flatten(), read.grad.flatten(0, 1))
