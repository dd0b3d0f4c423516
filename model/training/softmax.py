"""Full-softmax cross-entropy in chunks: a row of V logits never outlives its chunk."""

from typing import Any

import torch
from torch import Tensor

_CHUNK = 256  # rows; 256 x 16,000 logits in bfloat16 are 8 MB and stay near the core
_LEAST = 1e-30  # chance below which a target's loss is not told apart


class _ChunkedCrossEntropy(torch.autograd.Function):
    """Loss and its gradients in one sweep: forward already knows what backward will ask."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, table: Tensor, bias: Tensor, target: Tensor) -> Tensor:
        precision = (
            torch.bfloat16 if torch.is_autocast_enabled("cpu") or hidden.is_cuda else table.dtype
        )
        rows, words = hidden.to(precision), table.to(precision)
        offset = bias.to(precision)
        d_hidden = torch.empty_like(rows)
        d_table = torch.zeros_like(table) if ctx.needs_input_grad[1] else None
        d_bias = torch.zeros_like(bias)
        loss: Tensor = hidden.new_zeros((), dtype=torch.float32)
        count = len(target)
        for start in range(0, count, _CHUNK):
            part = rows[start : start + _CHUNK]  # (C, D)
            aim = target[start : start + _CHUNK, None]  # (C, 1)
            logits = torch.addmm(offset, part, words.t())  # (C, V)
            chance = torch.softmax(logits, dim=1)
            loss -= chance.gather(1, aim).float().clamp_min_(_LEAST).log_().sum()
            chance.scatter_add_(1, aim, chance.new_full((len(part), 1), -1.0))
            d_hidden[start : start + _CHUNK] = chance @ words
            if d_table is not None:  # a frozen table saves a third of the work
                d_table += chance.t() @ part
            # A product with ones, since sums of bfloat16 are slow.
            d_bias += (chance.new_ones(1, len(part)) @ chance)[0]
        ctx.save_for_backward(d_hidden.to(hidden.dtype), d_table, d_bias)
        ctx.count = max(count, 1)  # nothing to predict: no loss and no gradient
        return loss / max(count, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None, Tensor, None]:
        d_hidden, d_table, d_bias = ctx.saved_tensors
        scale = gradients[0] / ctx.count
        to_table = None if d_table is None else d_table * scale
        return d_hidden * scale.to(d_hidden.dtype), to_table, d_bias * scale, None


def cross_entropy(hidden: Tensor, table: Tensor, bias: Tensor, target: Tensor) -> Tensor:
    """Mean nats of `target` (N,) under softmax(hidden (N, D) @ table.T (D, V) + bias (V,)).

    Equals torch's cross_entropy of the full logits; a test holds the two together.
    """
    loss: Tensor = _ChunkedCrossEntropy.apply(hidden, table, bias, target)  # type: ignore[no-untyped-call]
    return loss
