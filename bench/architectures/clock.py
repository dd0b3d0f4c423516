"""Time one step of every design in turns on one core, so that whatever else runs disturbs all alike."""

from collections.abc import Mapping, Sequence
from statistics import median
from time import thread_time
from typing import Any, Protocol

from bench.architectures.candidates import PAST, Candidate
from bench.architectures.stepping import Stepper, in_int8, step_graph
from bench.typing.clock import one_core
from hushkey.model.runtime import Runtime
from hushkey.model.training.export import to_onnx
from hushkey.model.training.network import Network, Shape

Label = tuple[str, str]  # of a candidate, of a precision

_IN_A_ROW = (
    5  # steps before the next graph's turn; the first finds the caches cold and is not counted
)


class Steps(Protocol):
    """A graph that reads pieces one by one."""

    def advance_batch(self, state: Any, pieces: Sequence[int]) -> tuple[Any, Any]:
        """(state, logits (B, V)) of B states after a piece each."""


def time_candidates(
    candidates: Sequence[Candidate], vocabulary: int, rounds: int
) -> tuple[dict[str, dict[str, float]], float]:
    """(median seconds of a step by label and precision, of the shipped shape by the base's own exporter).

    The weights are untrained ones: a product costs the same whatever its numbers.
    """
    graphs: dict[Label, tuple[Steps, Any]] = {}
    for candidate in candidates:
        design = candidate.make(vocabulary).eval()
        plain = step_graph(design, past=PAST)
        for precision, graph in (("float32", plain), ("int8", in_int8(plain))):
            stepper = Stepper(graph, design)
            graphs[candidate.label, precision] = stepper, stepper.initial_state(1, PAST)
    own = Runtime(to_onnx(Network(Shape(vocabulary))), base="untrained")
    graphs["", "own"] = own, own.initial_state()
    took = median_steps_s(graphs, rounds)
    labels = [candidate.label for candidate in candidates]
    return {n: {p: took[n, p] for p in ("float32", "int8")} for n in labels}, took["", "own"]


def median_steps_s(graphs: Mapping[Label, tuple[Steps, Any]], rounds: int) -> dict[Label, float]:
    """Return the median seconds of a step from the given state, of each graph.

    Processor time: the step runs on the thread that asks, and what it waits for a core is not its own.
    """
    took: dict[Label, list[float]] = {label: [] for label in graphs}
    with one_core():
        for number in range(rounds):
            for label, (graph, state) in graphs.items():
                for turn in range(_IN_A_ROW):
                    piece = 100 + (7 * number + turn) % 200  # any pieces: a step costs the same
                    began = thread_time()
                    graph.advance_batch(state, (piece,))
                    if turn:
                        took[label].append(thread_time() - began)
    return {label: median(each) for label, each in took.items()}
