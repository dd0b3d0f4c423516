"""The base as a device trains on it: frozen, in one precision, gradients for the adapter alone.

The same function as `Network` with an adapter (a test holds the two together), but nothing is kept
or computed for the sake of weights that never change: an LSTM's backward pass then costs as much as
its forward pass, not twice as much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hushkey.model.adapter import Adapter
from hushkey.model.training.network import Network, Shape
from hushkey.model.training.weights import open_weights


class _FrozenLstm(torch.autograd.Function):
    """One LSTM layer over (T, B, D) from a zero state, differentiable in input and bias only.

    The bias is one for all columns (4H,), or one for each (B, 4H).
    """

    @staticmethod
    def forward(ctx: Any, stream: Tensor, bias: Tensor, w_input: Tensor, w_state: Tensor) -> Tensor:
        steps, batch, _ = stream.shape
        hidden = w_state.shape[1]
        flat, added = stream.flatten(0, 1), bias.to(stream.dtype)
        if added.dim() == 1:
            gates = torch.addmm(added, flat, w_input.t())
        else:
            gates = (flat @ w_input.t()).view(steps, batch, 4 * hidden).add_(added)
        gates = gates.view(steps, batch, 4 * hidden)  # (T, B, 4H), turned into i, f, g, o in place
        ctx.by_column = added.dim() > 1
        cells = stream.new_zeros(
            steps + 1, batch, hidden
        )  # the cell before each step, and the last
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
            torch.tanh(cells[step + 1], out=out[step])
            out[step] *= let_out
        ctx.save_for_backward(gates, cells, w_input, w_state)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        gates, cells, w_input, w_state = ctx.saved_tensors
        d_out = gradients[0]
        steps, batch, _ = d_out.shape
        d_hidden = torch.zeros_like(d_out[0])  # what the next step sends back
        d_cell = torch.zeros_like(d_out[0])
        for step in range(steps - 1, -1, -1):
            # What each gate was is not asked again: its gradient takes its place.
            let_in, keep, new, let_out = gates[step].clone().chunk(4, dim=1)
            to_in, to_keep, to_new, to_out = gates[step].chunk(4, dim=1)
            squashed = torch.tanh(cells[step + 1])
            d_hidden = d_hidden + d_out[step]
            torch.mul(d_hidden * squashed, let_out * (1 - let_out), out=to_out)
            d_cell = d_cell + d_hidden * let_out * (1 - squashed * squashed)
            torch.mul(d_cell * new, let_in * (1 - let_in), out=to_in)
            torch.mul(d_cell * cells[step], keep * (1 - keep), out=to_keep)
            torch.mul(d_cell * let_in, 1 - new * new, out=to_new)
            d_cell = d_cell * keep
            if step:
                d_hidden = gates[step] @ w_state
        flat = gates.flatten(0, 1)  # (T * B, 4H), of gradients now
        d_stream = (flat @ w_input).view(steps, batch, -1)
        if ctx.by_column:
            return d_stream, gates.sum(0).float(), None, None
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

    def __init__(self, shape: Shape, table: Tensor, bias: Tensor, layers: Sequence[_Layer]) -> None:
        self.shape = shape
        self.precision = table.dtype
        self.table = table.detach()  # (V, D)
        self.bias = bias  # (V,) float32
        self._layers = layers

    @classmethod
    def of(cls, network: Network, precision: torch.dtype = torch.float32) -> "FrozenNetwork":
        """Freeze a network; in its own precision the weights are shared, not copied."""
        state = {name: value.detach() for name, value in network.state_dict().items()}
        layers = [_layer(state, number, precision) for number in range(network.shape.layers)]
        table = state["embedding.weight"].to(precision)
        return cls(network.shape, table, state["bias"].float(), layers)

    @classmethod
    def load(cls, path: Path, precision: torch.dtype = torch.float32) -> "FrozenNetwork":
        """Read the base's weights a tensor at a time: never more than one is held in two precisions.

        Raises BaseDamaged.
        """
        with open_weights(path) as held:
            shape = held.shape
            layers = [_layer(held, number, precision) for number in range(shape.layers)]
            return cls(shape, held.table(precision), held["bias"].float(), layers)

    def features(self, pieces: Tensor, adapter: Mapping[str, Tensor]) -> Tensor:
        """Features (T, B, D) of pieces (T, B) read from the start of a line."""
        stream = functional.embedding(pieces, self.table)
        stream = self._residual(stream, adapter, "input", stream)
        out = stream
        for number, layer in enumerate(self._layers):
            bias = layer.bias + adapter["lstm_bias"][number]
            out = _FrozenLstm.apply(stream, bias, layer.w_input, layer.w_state)  # type: ignore[no-untyped-call]
            stream = stream + out @ layer.projection.t()
        stream = self._residual(stream, adapter, "projection", out)
        return self._residual(stream, adapter, "output", stream)

    def _residual(
        self, stream: Tensor, adapter: Mapping[str, Tensor], name: str, source: Tensor
    ) -> Tensor:
        fixed, learned = adapter[f"{name}_fixed"], adapter[name]
        return stream + (source @ fixed.to(self.precision)) @ learned.to(self.precision)


def _layer(weights: Any, number: int, precision: torch.dtype) -> _Layer:
    lstm = f"lstms.{number}."
    return _Layer(
        weights[lstm + "weight_ih_l0"].to(precision),
        weights[lstm + "weight_hh_l0"].to(precision),
        weights[lstm + "bias_ih_l0"].float() + weights[lstm + "bias_hh_l0"].float(),
        weights[f"projections.{number}.weight"].to(precision),
    )


def as_tensors(adapter: Adapter) -> dict[str, Tensor]:
    """Return copies of all that a network takes of an adapter, fixed factors included."""
    return {name: torch.from_numpy(value.copy()) for name, value in adapter.graph_inputs().items()}
