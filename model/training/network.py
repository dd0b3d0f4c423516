"""The whole next-word network in torch: the float twin of the graph that answers keystrokes.

    piece -> embedding (+ input residual) -> [LSTM -> projection -> add] x layers
          (+ projection of the last LSTM) (+ output residual) -> logits

The output layer shares the embedding. The base is frozen once it ships; what a device learns is the
adapter, which enters here as plain tensors, each of them linear in what is trained.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import cast

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]  # hidden and cell, each (layers, B, H)


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    vocabulary: int = 16_000  # V, pieces
    width: int = 256  # D, of embeddings and of the stream between layers
    hidden: int = 512  # H, of each LSTM
    layers: int = 2

    def as_dict(self) -> dict[str, int]:
        """Return the sizes by name, for manifests."""
        return asdict(self)


class Network(nn.Module):
    """A residual stack of LSTMs over a tied embedding (after Mikolov 2010, Hard et al. 2018)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.lstms = nn.ModuleList(nn.LSTM(shape.width, shape.hidden) for _ in range(shape.layers))
        self.projections = nn.ModuleList(
            nn.Linear(shape.hidden, shape.width, bias=False) for _ in range(shape.layers)
        )
        self.bias = nn.Parameter(torch.zeros(shape.vocabulary))
        self._initialise()

    def _initialise(self) -> None:
        nn.init.normal_(self.embedding.weight, std=self.shape.width**-0.5)
        forget = slice(self.shape.hidden, 2 * self.shape.hidden)
        for lstm, _ in self.stack():
            with torch.no_grad():
                lstm.get_parameter("bias_hh_l0").zero_()
                lstm.get_parameter("bias_ih_l0").zero_()
                # Remember by default (Jozefowicz et al. 2015).
                lstm.get_parameter("bias_ih_l0")[forget] = 1.0

    def stack(self) -> Iterator[tuple[nn.LSTM, nn.Linear]]:
        """Yield each layer: its LSTM and the projection back to the stream."""
        lstms = cast("Iterable[nn.LSTM]", self.lstms)
        yield from zip(lstms, cast("Iterable[nn.Linear]", self.projections), strict=True)

    def initial_state(self, batch: int) -> State:
        """Return the state before anything was read, (layers, B, H) twice."""
        shape = (self.shape.layers, batch, self.shape.hidden)
        return self.bias.new_zeros(shape), self.bias.new_zeros(shape)

    def forward(
        self,
        pieces: Tensor,
        state: State | None = None,
        adapter: Mapping[str, Tensor] | None = None,
    ) -> tuple[Tensor, State]:
        """(features (T, B, D), state) of pieces (T, B) read from `state`."""
        return self.read(self.embedding(pieces), state, adapter)

    def read(
        self,
        stream: Tensor,
        state: State | None = None,
        adapter: Mapping[str, Tensor] | None = None,
    ) -> tuple[Tensor, State]:
        """(features (T, B, D), state) of embedded pieces (T, B, D) read from `state`."""
        hidden, cell = state if state is not None else self.initial_state(stream.shape[1])
        if adapter is not None:
            stream = stream + (stream @ adapter["input_fixed"]) @ adapter["input"]
        ends_h, ends_c = [], []
        last = stream
        for layer, (lstm, projection) in enumerate(self.stack()):
            started = (hidden[layer : layer + 1], cell[layer : layer + 1])
            if adapter is None:
                out, (end_h, end_c) = lstm(stream, started)
            else:
                out, (end_h, end_c) = _with_bias(lstm, adapter["lstm_bias"][layer], stream, started)
            stream = stream + projection(out)
            last = out
            ends_h.append(end_h)
            ends_c.append(end_c)
        if adapter is not None:
            stream = stream + (last @ adapter["projection_fixed"]) @ adapter["projection"]
            stream = stream + (stream @ adapter["output_fixed"]) @ adapter["output"]
        return stream, (torch.cat(ends_h), torch.cat(ends_c))

    def logits(self, features: Tensor, adapter: Mapping[str, Tensor] | None = None) -> Tensor:
        """Scores (..., V) of the next piece from features (..., D)."""
        bias = self.bias if adapter is None else self.bias + adapter["output_bias"]
        return features @ self.embedding.weight.t() + bias


def _with_bias(
    lstm: nn.Module, bias: Tensor, stream: Tensor, state: tuple[Tensor, Tensor]
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Run an LSTM with `bias` (4H,) added to its own, so that the bias can be trained alone."""
    weights: dict[str, Tensor] = dict(lstm.named_parameters())
    weights["bias_ih_l0"] = weights["bias_ih_l0"] + bias
    result: tuple[Tensor, tuple[Tensor, Tensor]] = torch.func.functional_call(
        lstm, weights, (stream, state)
    )
    return result
