"""Cross-entropy over all pieces as a device trains on it: float32, in one buffer, a few rows of scores at a time.

The scores stand as (V, C), which lets the matrix library read the table as it lies instead of packing it anew for
each product; softmax, loss and gradient take the place of the scores one after the other.
"""

from typing import Any

import torch
from torch import Tensor

ROWS = 32  # pieces whose scores over 24,000 pieces are held at a time: 3 MB
_LEAST = 1e-30  # chance below which a target's loss is not told apart


class _LeanCrossEntropy(torch.autograd.Function):
    """Loss and its gradients in one sweep: forward already knows what backward will ask."""

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917  autograd calls it by position
        ctx: Any,
        hidden: Tensor,
        table: Tensor,
        bias: Tensor,
        target: Tensor,
        rows: int,
    ) -> Tensor:
        d_hidden = torch.empty_like(hidden)
        d_table = torch.zeros_like(table) if ctx.needs_input_grad[1] else None
        d_bias = torch.zeros_like(bias) if ctx.needs_input_grad[2] else None
        loss: Tensor = hidden.new_zeros(())
        for start in range(0, len(target), rows):
            part = slice(start, start + rows)
            at = target[part], torch.arange(len(target[part]))
            scores = torch.mm(table, hidden[part].t()).add_(bias[:, None])  # (V, C)
            scores.sub_(scores.amax(0, keepdim=True)).exp_()
            scores.div_(scores.sum(0, keepdim=True))
            loss -= scores[at].clamp_min(_LEAST).log_().sum()
            scores[at] -= 1.0
            torch.mm(scores.t(), table, out=d_hidden[part])
            if d_table is not None:
                d_table.addmm_(scores, hidden[part])
            if d_bias is not None:
                d_bias += scores.sum(1)
        ctx.save_for_backward(d_hidden, d_table, d_bias)
        ctx.total = float(len(target)) or 1.0  # nothing to predict: no loss and no gradient
        return loss / float(ctx.total)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        scale = gradients[0] / ctx.total
        # In place: nobody asks twice.
        given = [None if held is None else held.mul_(scale) for held in ctx.saved_tensors]
        return (*given, None, None)


def lean_cross_entropy(
    hidden: Tensor,
    table: Tensor,
    bias: Tensor,
    target: Tensor,
    *,
    rows: int = ROWS,
) -> Tensor:
    """Mean nats of `target` (N,) under softmax(hidden (N, D) @ table.T (D, V) + bias (V,)).

    Equals torch's cross_entropy of the full logits; a test holds the two together.
    """
    loss: Tensor = _LeanCrossEntropy.apply(hidden, table, bias, target, rows)  # type: ignore[no-untyped-call]
    return loss
