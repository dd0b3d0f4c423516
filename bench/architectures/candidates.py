"""Which networks are compared, and what can be counted of one without running it."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from bench.architectures.designs import Attentive, Design, Normed, Quasi, Recurrent
from hushkey.model.training.network import Shape

WIDTH = 256  # of every candidate's embedding, so that the output layer costs all the same
WINDOW = 64  # pieces that a transformer sees
PAST = WINDOW // 2 - 1  # cached positions while the clock runs: with the piece itself, half full
SHIPPED = "LSTM 2 x 512, tied (shipped)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the table; `make` takes the size of the vocabulary."""

    label: str
    make: Callable[[int], Design]
    rate: float = 2e-3  # Adam's at its height, as the base is trained


def _lstm(hidden: int, layers: int = 2, *, tied: bool = True) -> Callable[[int], Design]:
    return lambda size: Recurrent(Shape(size, WIDTH, hidden, layers), tied=tied)


def _normed(hidden: int) -> Callable[[int], Design]:
    return lambda size: Normed(Shape(size, WIDTH, hidden, 2))


def _quasi(hidden: int, layers: int) -> Callable[[int], Design]:
    return lambda size: Quasi(size, WIDTH, hidden, layers)


def _attentive(layers: int, inner: int = 4 * WIDTH) -> Callable[[int], Design]:
    return lambda size: Attentive(size, WIDTH, layers, heads=4, inner=inner, window=WINDOW)


# In the order in which they are trained: what matters most is there first. The QRNN and the transformer of two
# layers are sized to the shipped design's latency in int8, the rest of the rows to lie around it.
CANDIDATES = (
    Candidate(SHIPPED, _lstm(512)),
    Candidate("QRNN 3 x 640", _quasi(640, 3)),
    Candidate("transformer, 2 layers", _attentive(2, 6 * WIDTH)),
    Candidate("LSTM 2 x 512, untied", _lstm(512, tied=False)),
    Candidate("LSTM 2 x 256", _lstm(256)),
    Candidate("LSTM 2 x 768", _lstm(768)),
    Candidate("transformer, 2 layers, half the rate", _attentive(2, 6 * WIDTH), 1e-3),
    Candidate("LSTM 2 x 512, tied, norms as the transformer's", _normed(512)),
    Candidate("LSTM 1 x 768", _lstm(768, 1)),
    Candidate("transformer, 3 layers", _attentive(3)),
)


def parameters(design: Design) -> int:
    """Return how many numbers training sets."""
    return sum(weight.numel() for weight in design.parameters())


def bytes_in_int8(design: Design) -> int:
    """Return the size with matrices as int8 rows with a float scale each and all else as floats."""
    return sum(
        weight.numel() + 4 * weight.shape[0] if weight.ndim == 2 else 4 * weight.numel()
        for weight in design.parameters()
    )


def multiplies(design: Design, past: int = PAST) -> int:
    """Return the multiply-accumulates of a step in products: layers, attention, scores of all pieces."""
    layers = sum(
        weight.numel()
        for module in design.modules()
        if isinstance(module, nn.Linear | nn.LSTM)
        for weight in module.parameters()
        if weight.ndim == 2
    )
    return layers + design.attended(past) + design.embedding.weight.numel()
