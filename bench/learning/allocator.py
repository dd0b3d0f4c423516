"""The allocator's peak of one training, from torch's profiler; a process of its own, for one figure alone.

    python -m bench.learning.allocator

A question holds `lines`, `plan` (or nothing for full fine-tuning), `part` and `rows`. The base is loaded and a step
was taken on next to nothing before the profiler starts; it then watches the making of the training and its first
epoch, and allocations and frees are summed in their order. Arrays of numpy, which the allocator does not see
(the adapter, its origin and the fixed factors), are counted by tracemalloc and added.
"""

import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch.profiler import ProfilerActivity, profile

from bench.learning.serving import serve
from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base, load_base
from hushkey.model.groups import fixed_factor
from hushkey.model.plans import preset
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Course, Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.full import finetune_fully
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.model.training.weights import load_weights

_WARM_UP = 16  # pieces


def answer(question: Mapping[str, Any]) -> dict[str, int]:
    """Return the bytes that were allocated at the most beyond what was there before."""
    base = load_base()
    settings = Settings(epochs=1, part=question["part"], rows=question["rows"])
    lines = pieces_of(question["lines"], base.vocabulary)
    trains = _adapter(base, question["plan"]) if question["plan"] else _fully(base)
    trains([lines[0][:_WARM_UP]], settings)
    fixed_factor.cache_clear()  # what is kept of them is the training's own
    tracemalloc.start()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        arrays = trains(lines, settings)
    return {"allocator_bytes": peak_of(_sizes(watched)) + arrays, "numpy_bytes": arrays}


Trains = Callable[[Sequence[Pieces], Settings], int]  # returns bytes of numpy held at the end


def _adapter(base: Base, plan: str) -> Trains:
    network = FrozenNetwork.load(base.folder / WEIGHTS)
    shape, ranks = base.runtime().shape, preset(plan).ranks

    def trains(lines: Sequence[Pieces], settings: Settings) -> int:
        start = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=ranks)
        course = Course(network, start, lines, settings, vocabulary=base.vocabulary)
        while not course.done:
            course.advance()
        return _numpy_bytes()

    return trains


def _fully(base: Base) -> Trains:
    network = load_weights(base.folder / WEIGHTS)

    def trains(lines: Sequence[Pieces], settings: Settings) -> int:
        finetune_fully(network, lines, settings, vocabulary=base.vocabulary)
        for weight in network.parameters():  # next to nothing was trained on: its gradients go
            weight.grad = None
        return _numpy_bytes()

    return trains


def _numpy_bytes() -> int:
    """Return what numpy allocated since tracemalloc started and still holds; nothing while it is off."""
    if not tracemalloc.is_tracing():
        return 0
    own = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    held = tracemalloc.take_snapshot().filter_traces([own])
    return sum(trace.size for trace in held.traces)


def _sizes(watched: profile) -> list[int]:
    """Return what was allocated, and freed, in the order of time."""
    events = watched.profiler.kineto_results.events()  # type: ignore[union-attr]
    memory = [event for event in events if event.name() == "[memory]"]
    return [int(event.nbytes()) for event in sorted(memory, key=lambda event: event.start_ns())]


def peak_of(sizes: Sequence[int]) -> int:
    """Return the highest that a running sum of allocations and (negative) frees comes to."""
    return max(0, int(np.cumsum(sizes, dtype=np.int64).max(initial=0)))


def main() -> None:
    """Serve."""
    be_a_good_neighbour()
    serve(answer)


if __name__ == "__main__":
    main()
