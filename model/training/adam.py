"""Adam (Kingma & Ba 2015, algorithm 1), in place and with no more state than its two moments.

torch's own brings its compiler along, some 80 MB that a device has no use for.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

EPSILON = 1e-8
MOMENTS = ("first", "second")


class Adam:
    """Steps of tensors by their gradients; a tensor without one rests."""

    def __init__(self, tensors: Mapping[str, Tensor], betas: tuple[float, float]) -> None:
        self._tensors, self._betas = tensors, betas
        self.moments = {
            name: (torch.zeros_like(held), torch.zeros_like(held)) for name, held in tensors.items()
        }

    @torch.no_grad()
    def step(self, number: int, rates: Mapping[str, float]) -> None:
        """Take step `number`, counted from 1, each tensor at its rate."""
        decay, decay_squared = self._betas
        for name, held in self._tensors.items():
            if held.grad is None:
                continue
            first, second = self.moments[name]
            first.lerp_(held.grad, 1 - decay)
            second.mul_(decay_squared).addcmul_(held.grad, held.grad, value=1 - decay_squared)
            # In the place of the gradient, which has done its work.
            size = torch.div(second, 1 - decay_squared**number, out=held.grad).sqrt_().add_(EPSILON)
            held.addcdiv_(first, size, value=-rates[name] / (1 - decay**number))
            held.grad.zero_()
