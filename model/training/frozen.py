"""The base as a device trains on it: frozen, weights cast once, gradients for the adapter alone.

The same function as `Network` with an adapter (a test holds the two together), but nothing is kept
or computed for the sake of weights that never change: an LSTM's backward pass then costs as much as
its forward pass, not twice as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hushkey.model.adapter import Adapter
from hushkey.model.training.network import Network


class _FrozenLstm(torch.autograd.Function):
    """One LSTM layer over (T, B, D) from a zero state, differentiable in input and bias only."""

    @staticmethod
    def forward(ctx: Any, stream: Tensor, bias: Tensor, w_input: Tensor, w_state: Tensor) -> Tensor:
        steps, batch, _ = stream.shape
        hidden = w_state.shape[1]
        gates = torch.addmm(bias.to(stream.dtype), stream.flatten(0, 1), w_input.t())
        gates = gates.view(steps, batch, 4 * hidden)  # (T, B, 4H), turned into i, f, g, o in place
        cells = stream.new_zeros(
            steps + 1, batch, hidden
        )  # the cell before each step, and the last
        squashed = stream.new_empty(steps, batch, hidden)  # tanh of the cell after each step
        out = stream.new_empty(steps, batch, hidden)
        for step in range(steps):
            now = gates[step]
            if step:
                now.addmm_(out[step - 1], w_state.t())
            now[:, : 2 * hidden].sigmoid_()
            now[:, 2 * hidden : 3 * hidden].tanh_()
            now[:, 3 * hidden :].sigmoid_()
            let_in, keep, new, let_out = now.chunk(4, dim=1)
            torch.addcmul(keep * cells[step], let_in, new, out=cells[step + 1])
            torch.tanh(cells[step + 1], out=squashed[step])
            torch.mul(let_out, squashed[step], out=out[step])
        ctx.save_for_backward(gates, cells, squashed, w_input, w_state)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        gates, cells, squashed, w_input, w_state = ctx.saved_tensors
        d_out = gradients[0]
        steps, batch, _ = squashed.shape
        d_gates = torch.empty_like(gates)
        d_hidden = torch.zeros_like(squashed[0])  # what the next step sends back
        d_cell = torch.zeros_like(squashed[0])
        for step in range(steps - 1, -1, -1):
            let_in, keep, new, let_out = gates[step].chunk(4, dim=1)
            to_in, to_keep, to_new, to_out = d_gates[step].chunk(4, dim=1)
            d_hidden = d_hidden + d_out[step]
            torch.mul(d_hidden * squashed[step], let_out * (1 - let_out), out=to_out)
            d_cell = d_cell + d_hidden * let_out * (1 - squashed[step] * squashed[step])
            torch.mul(d_cell * new, let_in * (1 - let_in), out=to_in)
            torch.mul(d_cell * cells[step], keep * (1 - keep), out=to_keep)
            torch.mul(d_cell * let_in, 1 - new * new, out=to_new)
            d_cell = d_cell * keep
            if step:
                d_hidden = d_gates[step] @ w_state
        flat = d_gates.flatten(0, 1)  # (T * B, 4H)
        d_stream = (flat @ w_input).view(steps, batch, -1)
        d_bias = (flat.new_ones(1, len(flat)) @ flat)[
            0
        ].float()  # a product: sums of bfloat16 are slow
        return d_stream, d_bias, None, None


@dataclass(frozen=True, slots=True)
class _Layer:
    w_input: Tensor  # (4H, D)
    w_state: Tensor  # (4H, H)
    bias: Tensor  # (4H,) float32, both of torch's biases together
    projection: Tensor  # (D, H)


class FrozenNetwork:
    """A network's weights in one precision, none of which takes a gradient."""

    def __init__(self, network: Network, precision: torch.dtype = torch.float32) -> None:
        self.shape = network.shape
        self.precision = precision
        with torch.no_grad():
            self.table = network.embedding.weight.to(precision)  # (V, D)
            self.bias = network.bias.float()  # (V,)
            self._layers = [
                _Layer(
                    lstm.get_parameter("weight_ih_l0").to(precision),
                    lstm.get_parameter("weight_hh_l0").to(precision),
                    lstm.get_parameter("bias_ih_l0") + lstm.get_parameter("bias_hh_l0"),
                    projection.weight.to(precision),
                )
                for lstm, projection in network.stack()
            ]
        self.table.requires_grad_(False)

    def features(self, pieces: Tensor, adapter: Mapping[str, Tensor]) -> Tensor:
        """Features (T, B, D) of pieces (T, B) read from the start of a line."""
        stream = functional.embedding(pieces, self.table)
        stream = stream + self._residual(stream, adapter, "input")
        for number, layer in enumerate(self._layers):
            bias = layer.bias + adapter["lstm_bias"][number]
            out: Tensor = _FrozenLstm.apply(stream, bias, layer.w_input, layer.w_state)  # type: ignore[no-untyped-call]
            stream = stream + out @ layer.projection.t()
        return stream + self._residual(stream, adapter, "output")

    def _residual(self, stream: Tensor, adapter: Mapping[str, Tensor], name: str) -> Tensor:
        fixed, learned = adapter[f"{name}_fixed"], adapter[name]
        return (stream @ fixed.to(self.precision)) @ learned.to(self.precision)


def as_tensors(adapter: Adapter) -> dict[str, Tensor]:
    """Return copies of all that a network takes of an adapter, fixed factors included."""
    return {name: torch.from_numpy(value.copy()) for name, value in adapter.graph_inputs().items()}
