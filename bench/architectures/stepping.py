"""A design's step as an ONNX graph, float or int8, and the same graph as appraisal drives the shipped one.

All designs take one way, torch's own exporter and ONNX Runtime's own quantiser, so that none gains by a
graph made for it by hand. Embeddings are looked up as floats; every product is quantised, a scale a column.
"""

import io
import logging
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from bench.architectures.designs import Carried, Design
from hushkey.model.onnx_runtime import onnxruntime

Floats = npt.NDArray[np.float32]
State = tuple[Floats, ...]

_OPSET = 17
_PRODUCTS = ["MatMul", "Gemm", "LSTM"]


class _Step(nn.Module):
    """Pieces (1, B) and what is carried in; logits (B, V) and what is carried out."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design

    def forward(self, pieces: Tensor, *state: Tensor) -> tuple[Tensor, Carried]:
        features, ended = self.design(pieces, state)
        return self.design.logits(features[0]), ended


def step_graph(design: Design, *, past: int | None = None) -> bytes:
    """Return the float graph of one step.

    With `past` its shapes are fixed, batch 1 behind so many cached positions, so that all that depends on
    shapes alone is computed beforehand: each design at its fastest. Without, batch and cache may vary.
    """
    batch, outs = 1 if past is not None else 2, [f"{name}_out" for name in design.names]
    state = design.begin(batch, past if past is not None else 3)
    free = dict.fromkeys([*design.names, *outs], design.varies)
    written = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter(
            "ignore"
        )  # of the exporter's age, and of batches, which are inputs here
        torch.onnx.export(
            _Step(design).eval(),
            (torch.zeros(1, batch, dtype=torch.int64), *state),
            written,
            input_names=["pieces", *design.names],
            output_names=["logits", *outs],
            dynamic_axes=None
            if past is not None
            else {"pieces": {1: "B"}, "logits": {0: "B"}, **free},
            opset_version=_OPSET,
            dynamo=False,
        )
    return written.getvalue()


def in_int8(graph: bytes) -> bytes:
    """Return a graph with its products in int8, activations quantised as they come."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        before.write_bytes(graph)
        logging.getLogger().setLevel(logging.ERROR)  # the quantiser advises on the root logger
        # Here, for it must not be imported before its telemetry is off.
        from onnxruntime.quantization import quantize_dynamic  # noqa: PLC0415

        quantize_dynamic(before, after, op_types_to_quantize=_PRODUCTS, per_channel=True)
        return after.read_bytes()


class Stepper:
    """One step at a time on one thread; the state is the caller's, as with hushkey.model.runtime."""

    def __init__(self, graph: bytes, design: Design) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self._design = design

    def initial_state(self, batch: int = 1, past: int = 0) -> State:
        """Return what is carried before anything was read."""
        return tuple(tensor.numpy() for tensor in self._design.begin(batch, past))

    def advance_batch(self, state: State, pieces: Sequence[int]) -> tuple[State, Floats]:
        """(state, logits (B, V)) of B states after a piece each."""
        carried = dict(zip(self._design.names, state, strict=True))
        logits, *after = self._session.run(None, {"pieces": np.array([pieces]), **carried})
        return tuple(after), logits
