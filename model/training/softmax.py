"""Cross-entropy over a large vocabulary in chunks: a row of logits never outlives its chunk.

Two ways: over all pieces, exactly; or against the frequent pieces and a sample of the others, each sampled
piece standing for as many as it was drawn from. The second costs less than half.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_CHUNK = 256  # rows; 256 x 24,000 logits in bfloat16 are 12 MB and stay near the core
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


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """The pieces that targets compete with in one step, and how many pieces each stands for."""

    pieces: Tensor  # (C,) int64
    weight: Tensor  # (C,) at least 1
    place: Tensor  # (V,) int64, of a piece among `pieces`; C where it is none of them


def draw_rivals(
    by_frequency: npt.NDArray[np.int64],
    certain: int,
    drawn: int,
    rng: np.random.Generator,
    device: torch.device | None = None,
) -> Rivals:
    """Take the `certain` most frequent pieces, and `drawn` of the others evenly."""
    rest = by_frequency[certain:]
    drawn = min(drawn, len(rest))
    chosen = np.concatenate([by_frequency[:certain], rng.choice(rest, drawn, replace=False)])
    weight = np.ones(len(chosen), dtype=np.float32)
    weight[len(chosen) - drawn :] = len(rest) / max(drawn, 1)
    place = np.full(len(by_frequency), len(chosen))
    place[chosen] = np.arange(len(chosen))
    return Rivals(*(torch.from_numpy(part).to(device) for part in (chosen, weight, place)))


class _SampledCrossEntropy(torch.autograd.Function):
    """Loss and gradients against rivals. The target's own score is always exact."""

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917  autograd calls it by position
        ctx: Any, hidden: Tensor, table: Tensor, bias: Tensor, target: Tensor, rivals: Rivals
    ) -> Tensor:
        precision = (
            torch.bfloat16 if torch.is_autocast_enabled("cpu") or hidden.is_cuda else table.dtype
        )
        rows = hidden.to(precision)
        words = table[rivals.pieces].to(precision)  # (C, D)
        offset = (bias[rivals.pieces] + rivals.weight.log()).to(precision)
        own = table[target].to(precision)  # (N, D)
        aimed = (rows * own).sum(1, keepdim=True).float() + bias[target][:, None]  # (N, 1)
        place = rivals.place[target]
        d_hidden = torch.empty_like(rows)
        d_words = words.new_zeros(words.shape, dtype=torch.float32)
        d_offset = words.new_zeros(len(words), dtype=torch.float32)
        pulled = torch.empty_like(aimed)  # chance of the target, less one
        loss: Tensor = hidden.new_zeros((), dtype=torch.float32)
        for start in range(0, len(target), _CHUNK):
            part = slice(start, start + _CHUNK)
            logits = torch.addmm(offset, rows[part], words.t())  # (n, C)
            among = (place[part] < len(words)).nonzero()[:, 0]
            logits[among, place[part][among]] = -torch.inf  # the target is no rival of itself
            all_of_them = torch.cat([logits, aimed[part].to(precision)], dim=1)
            chance = torch.softmax(all_of_them, dim=1)
            hit = chance[:, -1:].float()
            loss -= hit.clamp_min(_LEAST).log().sum()
            pulled[part] = hit - 1.0
            against = chance[:, :-1]
            d_hidden[part] = against @ words + (pulled[part] * own[part]).to(precision)
            d_words += against.t() @ rows[part]
            d_offset += (against.new_ones(1, len(against)) @ against)[0]
        d_table, d_bias = torch.zeros_like(table), torch.zeros_like(bias)
        d_table.index_copy_(0, rivals.pieces, d_words.to(table.dtype))
        d_table.index_add_(0, target, (pulled * hidden).to(table.dtype))
        d_bias.index_copy_(0, rivals.pieces, d_offset.to(bias.dtype))
        d_bias.index_add_(0, target, pulled[:, 0].to(bias.dtype))
        ctx.save_for_backward(d_hidden.to(hidden.dtype), d_table, d_bias)
        ctx.count = max(len(target), 1)
        return loss / max(len(target), 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        d_hidden, d_table, d_bias = ctx.saved_tensors
        scale = gradients[0] / ctx.count
        return d_hidden * scale.to(d_hidden.dtype), d_table * scale, d_bias * scale, None, None


def sampled_cross_entropy(
    hidden: Tensor, table: Tensor, bias: Tensor, target: Tensor, rivals: Rivals
) -> Tensor:
    """Mean nats of `target` (N,) against `rivals` for all other pieces (after Jean et al. 2015, section 3).

    With every piece a rival of weight one it equals cross_entropy.
    """
    loss: Tensor = _SampledCrossEntropy.apply(hidden, table, bias, target, rivals)  # type: ignore[no-untyped-call]
    return loss
