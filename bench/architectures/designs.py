"""The designs that are compared, as torch modules of one form: pieces and a state in, features and a state out.

They know nothing of how they are trained, exported or timed. What training and appraisal ask of a network by
name (`embedding`, the table of the output layer, `bias` and `logits`) each of them has.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from hushkey.model.training.network import Network, Shape

Carried = tuple[Tensor, ...]  # what a design remembers between two steps


class Design(nn.Module):
    """A next-word network: `forward` reads any number of pieces, one step of use reads one."""

    embedding: nn.Embedding  # (V, D), of the output layer
    bias: Tensor  # (V,)
    names: tuple[str, ...]  # of the tensors carried, in their order
    varies: dict[int, str]  # axes of those tensors whose length is not the design's: batch, past

    def logits(self, features: Tensor) -> Tensor:
        """Scores (..., V) of the next piece from features (..., D)."""
        return features @ self.embedding.weight.t() + self.bias

    def begin(self, batch: int, past: int = 0) -> Carried:
        """Return what is carried before anything was read; a cache holds `past` positions of zeros."""
        raise NotImplementedError

    def attended(self, past: int) -> int:
        """Multiply-accumulates of a step that no weight takes part in, behind `past` positions."""
        del past
        return 0


def _table(vocabulary: int, width: int) -> nn.Embedding:
    table = nn.Embedding(vocabulary, width)
    nn.init.normal_(table.weight, std=width**-0.5)
    return table


class Recurrent(Design):
    """The shipped network, or one of other sizes; untied, the output layer has a table of its own."""

    names = ("hidden", "cell")
    varies = {1: "B"}  # noqa: RUF012  never changed

    def __init__(self, shape: Shape, *, tied: bool = True) -> None:
        super().__init__()
        self.network = Network(shape)
        own = self.network.embedding
        self.embedding = own if tied else _table(shape.vocabulary, shape.width)
        self.bias = self.network.bias

    def begin(self, batch: int, past: int = 0) -> Carried:
        """Return zeros, hidden and cell, each (layers, B, H)."""
        del past
        return self.network.initial_state(batch)

    def forward(self, pieces: Tensor, state: Carried | None = None) -> tuple[Tensor, Carried]:
        """(features (T, B, D), state) of pieces (T, B)."""
        started = None if state is None else (state[0], state[1])
        features, ended = self.network(pieces, started)
        return features, ended


class Normed(Recurrent):
    """The same with inputs scaled and norms placed as in the transformer, to see what those bring."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.norms = nn.ModuleList(nn.LayerNorm(shape.width) for _ in range(shape.layers))
        self.last = nn.LayerNorm(shape.width)

    def forward(self, pieces: Tensor, state: Carried | None = None) -> tuple[Tensor, Carried]:
        """(features (T, B, D), state) of pieces (T, B)."""
        hidden, cell = state if state is not None else self.begin(pieces.shape[1])
        stream = self.embedding(pieces) * self.network.shape.width**0.5
        ended = []
        for layer, (lstm, projection) in enumerate(self.network.stack()):
            started = (hidden[layer : layer + 1], cell[layer : layer + 1])
            out, end = lstm(self.norms[layer](stream), started)
            stream = stream + projection(out)
            ended.append(end)
        return self.last(stream), tuple(torch.cat(part) for part in zip(*ended, strict=True))


class Quasi(Design):
    """A residual stack of quasi-recurrent layers, window 2, fo-pooling (Bradbury et al. 2017, section 2)."""

    varies = {0: "B"}  # noqa: RUF012  never changed

    def __init__(self, vocabulary: int, width: int, hidden: int, layers: int) -> None:
        super().__init__()
        self.embedding = _table(vocabulary, width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.gates = nn.ModuleList(nn.Linear(2 * width, 3 * hidden) for _ in range(layers))
        self.projections = nn.ModuleList(
            nn.Linear(hidden, width, bias=False) for _ in range(layers)
        )
        self.width, self.hidden = width, hidden
        self.names = tuple(f"{kind}_{n}" for n in range(layers) for kind in ("before", "cell"))
        for gate in self.gates:
            with torch.no_grad():
                gate.bias.zero_()
                gate.bias[hidden : 2 * hidden] = 1.0  # remember by default, as the LSTMs do

    def begin(self, batch: int, past: int = 0) -> Carried:
        """Return zeros: each layer's last input (B, D) and cell (B, H)."""
        del past
        pair = (self.bias.new_zeros(batch, self.width), self.bias.new_zeros(batch, self.hidden))
        return pair * len(self.gates)

    def forward(self, pieces: Tensor, state: Carried | None = None) -> tuple[Tensor, Carried]:
        """(features (T, B, D), state) of pieces (T, B)."""
        state = state if state is not None else self.begin(pieces.shape[1])
        stream = self.embedding(pieces)  # (T, B, D)
        ended: list[Tensor] = []
        for layer, (gate, projection) in enumerate(zip(self.gates, self.projections, strict=True)):
            before, cell = state[2 * layer], state[2 * layer + 1]
            late = torch.cat([before[None], stream[:-1]])  # (T, B, D), a position behind
            raw = gate(
                torch.cat([late, stream], dim=2)
            ).float()  # a sum over time is no sum of halves
            ended.append(stream[-1])
            out, cell = self._pool(raw, cell)
            ended.append(cell)
            stream = stream + projection(out)
        return stream, tuple(ended)

    def _pool(self, raw: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """(out (T, B, H), cell (B, H)): c = f c + (1 - f) z, h = o c, from raw gates (T, B, 3H)."""
        candidate, forget, output = raw.split(self.hidden, dim=2)
        candidate, forget = torch.tanh(candidate), torch.sigmoid(forget)
        cells = []
        for z, f in zip(candidate.unbind(0), forget.unbind(0), strict=True):
            cell = z + f * (cell - z)
            cells.append(cell)
        return torch.sigmoid(output) * torch.stack(cells), cell


class Attentive(Design):
    """A causal transformer with a cache of keys and values over a sliding window.

    Norms before each part (Xiong et al. 2020); a learned bias a head and distance says where things
    stand (after Raffel et al. 2020, section 2.1), so that the window may slide without end.
    """

    varies = {0: "B", 2: "P"}  # noqa: RUF012  never changed

    def __init__(  # noqa: PLR0913  a transformer has as many sizes
        self, vocabulary: int, width: int, layers: int, *, heads: int, inner: int, window: int
    ) -> None:
        super().__init__()
        self.embedding = _table(vocabulary, width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.blocks = nn.ModuleList(_Block(width, heads, inner, layers) for _ in range(layers))
        self.last = nn.LayerNorm(width)
        self.distance = nn.Parameter(torch.zeros(heads, window))
        self.width, self.heads, self.window = width, heads, window
        self.names = tuple(f"{kind}_{n}" for n in range(layers) for kind in ("keys", "values"))

    def begin(self, batch: int, past: int = 0) -> Carried:
        """Return each layer's keys and values, (B, heads, past, D / heads) each."""
        shape = (batch, self.heads, past, self.width // self.heads)
        return (self.bias.new_zeros(shape),) * (2 * len(self.blocks))

    def attended(self, past: int) -> int:
        """Scores and mixtures over the cache and the piece itself."""
        return 2 * len(self.blocks) * self.width * (past + 1)

    def forward(self, pieces: Tensor, state: Carried | None = None) -> tuple[Tensor, Carried]:
        """(features (T, B, D), state) of pieces (T, B). What left the window is masked, not dropped."""
        state = state if state is not None else self.begin(pieces.shape[1])
        stream = self.embedding(pieces).transpose(0, 1) * self.width**0.5  # (B, T, D)
        bias = self._bias(pieces.shape[0], state[0].shape[2])  # (heads, T, past + T)
        ended: list[Tensor] = []
        for layer, block in enumerate(self.blocks):
            stream, keys, values = block(stream, state[2 * layer], state[2 * layer + 1], bias)
            ended += [keys, values]
        return self.last(stream).transpose(0, 1), tuple(ended)

    def _bias(self, steps: int, past: int) -> Tensor:
        behind = torch.arange(past, past + steps)[:, None] - torch.arange(past + steps)[None]
        seen = (behind >= 0) & (behind < self.window)
        near: Tensor = self.distance[:, behind.clamp(0, self.window - 1)]
        return near.masked_fill(~seen, -torch.inf)


class _Block(nn.Module):
    """Attention and a two-layer network, each added to the stream (B, T, D)."""

    def __init__(self, width: int, heads: int, inner: int, layers: int) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.three = nn.Linear(width, 3 * width, bias=False)
        self.mixed = nn.Linear(width, width, bias=False)
        self.widened, self.narrowed = nn.Linear(width, inner), nn.Linear(inner, width)
        for matrix in (self.three, self.mixed, self.widened, self.narrowed):
            nn.init.normal_(matrix.weight, std=matrix.in_features**-0.5)
        for matrix in (self.mixed, self.narrowed):  # so that the stream does not grow with depth
            with torch.no_grad():
                matrix.weight.mul_((2 * layers) ** -0.5)

    def forward(
        self, stream: Tensor, keys: Tensor, values: Tensor, bias: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(stream, keys, values) with the new positions behind the old."""
        batch, steps, width = stream.shape
        split = self.three(self.first(stream)).reshape(batch, steps, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)  # (B, heads, T, D / heads)
        keys, values = torch.cat([keys, key], dim=2), torch.cat([values, value], dim=2)
        scores = query @ keys.transpose(2, 3) * (width // self.heads) ** -0.5 + bias
        mixed = (torch.softmax(scores, dim=3) @ values).transpose(1, 2).reshape(batch, steps, width)
        stream = stream + self.mixed(mixed)
        inner = functional.gelu(self.widened(self.second(stream)))
        return stream + self.narrowed(inner), keys, values
