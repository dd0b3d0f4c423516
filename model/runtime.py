"""The next-word network as it answers keystrokes: int8, ONNX Runtime, no torch.

One call reads one piece and returns the scores of the next; the state is a value that the caller keeps, so
that one runtime serves any number of sessions and threads. The adapter's tensors are inputs of the graph:
a new adapter is a new set of inputs, taken up between two keystrokes.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.errors import BaseDamaged
from hushkey.model.groups import AdapterShape
from hushkey.model.onnx_runtime import onnxruntime

ADAPTER_SEED = 1  # of the fixed factors of adapters that were never trained in a task

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What the network remembers: hidden and cell, each (layers, B, H) float32."""

    hidden: Floats
    cell: Floats


class NextWord(Protocol):
    """Anything that reads pieces one by one and scores the next."""

    def initial_state(self, batch: int = 1) -> State:
        """Return the state before anything was read."""

    def advance(self, state: State, piece: int) -> tuple[State, Floats]:
        """Return the state after one piece and the logits (V,) of the next."""

    def advance_batch(self, state: State, pieces: Sequence[int]) -> tuple[State, Floats]:
        """Advance B states by a piece each; the logits are (B, V)."""


class Runtime:
    """The shipped graph on one thread. Thread-safe: it holds nothing that changes but the adapter."""

    def __init__(self, graph: bytes, *, base: str, adapter: Adapter | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a step is too small to share
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # an arena would hold on to more than a step needs
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise BaseDamaged(
                "ONNX Runtime cannot load the base's graph; no suggestions are served; reinstall hushkey"
            ) from error
        # Kept for other execution providers to fall back from, of which there are none: the size of the graph.
        vars(self._session).pop("_model_bytes", None)
        shapes = {node.name: node.shape for node in self._session.get_inputs()}
        self.base = base
        self.shape = AdapterShape(
            vocabulary=shapes["output_bias"][0],
            width=shapes["input_fixed"][0],
            hidden=shapes["hidden"][2],
            layers=shapes["hidden"][0],
        )
        self._inputs: dict[str, Any] = {}
        self.use(adapter or self.zero_adapter())

    def zero_adapter(self) -> Adapter:
        """Return the adapter that changes nothing."""
        return Adapter.zero(self.shape, base=self.base, seed=ADAPTER_SEED)

    def use(self, adapter: Adapter) -> None:
        """Take up another adapter from the next step on.

        Raises ModelMismatch where it is not for this base; the one before it then stays in use.
        """
        adapter.require(self.shape, base=self.base)
        inputs = dict(adapter.graph_inputs())
        i, f, g, o = np.split(inputs["lstm_bias"], 4, axis=1)
        inputs["lstm_bias"] = np.concatenate([i, o, f, g], axis=1)  # ONNX's order: i, o, f, c
        self._inputs = inputs

    def beside(self, adapter: Adapter | None = None) -> "Runtime":
        """Return the same network under another adapter, or none. Both hold one graph. Raises ModelMismatch."""
        twin = copy.copy(self)
        twin.use(adapter or self.zero_adapter())
        return twin

    def initial_state(self, batch: int = 1) -> State:
        """Return the state before anything was read, zeros (layers, B, H)."""
        zeros = np.zeros((self.shape.layers, batch, self.shape.hidden), dtype=np.float32)
        return State(zeros, zeros)

    def advance(self, state: State, piece: int) -> tuple[State, Floats]:
        """(state, logits (V,)) after one more piece."""
        after, logits = self.advance_batch(state, (piece,))
        return after, logits[0]

    def advance_batch(self, state: State, pieces: Sequence[int]) -> tuple[State, Floats]:
        """(state, logits (B, V)) of B states after a piece each.

        Activations are quantised over the batch, so a row may differ in the last digits from the same
        step done alone; what is shown to a person is always computed in the same batches.
        """
        logits, hidden, cell = self._session.run(
            ["logits", "hidden_out", "cell_out"],
            {
                "pieces": np.array([pieces], dtype=np.int64),  # (1, B)
                "hidden": state.hidden,
                "cell": state.cell,
                **self._inputs,
            },
        )
        return State(hidden, cell), logits
