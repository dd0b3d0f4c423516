"""How many threads train fastest here: measured, since more can be slower on small or shared machines."""

from collections.abc import Callable
from time import perf_counter

import torch

from hushkey.model.training.network import Network, Shape
from hushkey.model.training.softmax import cross_entropy

_ROWS = 2_048  # predicted pieces of the trial batch
_LENGTH = 16  # pieces of its messages
_WORTH = 1.15  # a doubled number of threads must bring at least this


def fastest_threads(say: Callable[[str], None]) -> int:
    """Return 1, 2, 4 … threads: the most that still brought a gain. 1 with a GPU."""
    if torch.cuda.is_available():
        return 1
    best, threads = _seconds(1), 1
    while threads * 2 <= torch.get_num_threads():
        took = _seconds(threads * 2)
        if took * _WORTH > best:
            break
        best, threads = took, threads * 2
    say(f"{threads} threads are fastest here")
    return threads


def _seconds(threads: int) -> float:
    """Seconds of one training step on made-up pieces; the best of two."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    network = Network(Shape(vocabulary=8_000))
    pieces = torch.arange(_ROWS).reshape(_LENGTH, -1) % 8_000
    took = []
    for _ in range(2):
        began = perf_counter()
        features, _ = network(pieces)
        rows = features.reshape(_ROWS, -1)
        cross_entropy(rows, network.embedding.weight, network.bias, pieces.reshape(-1)).backward()  # type: ignore[no-untyped-call]
        took.append(perf_counter() - began)
    torch.set_num_threads(before)
    return min(took)
