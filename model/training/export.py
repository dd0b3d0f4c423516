"""Turn the float network into the int8 ONNX graph that answers keystrokes. Built by hand, node by node.

A generic exporter stores a tied embedding twice and bakes biases in; here the table is stored once, as int8
rows with a scale each, and every tensor of the adapter is an input of the graph.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from hushkey.model.quantisation import quantise_rows
from hushkey.model.training.network import Network

OPSET = 17
IR_VERSION = 8  # read by every onnxruntime since 1.12

Array = npt.NDArray[Any]


class _Graph:
    """A growing list of nodes and stored tensors; each call returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []
        self._names = 0

    def name(self, hint: str) -> str:
        self._names += 1
        return f"{hint}_{self._names}"

    def store(self, hint: str, array: Array) -> str:
        name = self.name(hint)
        self.stored.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def add(
        self, op: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any
    ) -> Any:
        names = [self.name(op.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def rename(self, old: str, new: str) -> None:
        self.nodes.append(helper.make_node("Identity", [old], [new]))

    def product(self, left: str, right: str, scale: str) -> str:
        """Left (…, K) float times right (K, N) int8 with a scale a column, as an integer product."""
        quantised, step, zero = self.add("DynamicQuantizeLinear", left, outputs=3)
        total = self.add("MatMulInteger", quantised, right, zero)
        plain = self.add("Cast", total, to=TensorProto.FLOAT)
        return str(self.add("Mul", self.add("Mul", plain, step), scale))


def _onnx_gates(rows: Array) -> Array:
    """Reorder the four gate blocks of axis 0 from torch's i,f,g,o to ONNX's i,o,f,c."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])


def _lstm(
    graph: _Graph, layer: int, weights: dict[str, Array], stream: str, states: list[str]
) -> list[str]:
    """One quantised LSTM; returns names of its outputs (T, B, H), (1, B, H), (1, B, H)."""
    lstm = f"lstms.{layer}."
    parts = []
    for kind in ("weight_ih_l0", "weight_hh_l0"):
        rows, scale = quantise_rows(_onnx_gates(weights[lstm + kind]))  # (4H, K), (4H,)
        parts.append(
            (
                graph.store("weights", rows.T[None]),  # (1, K, 4H)
                graph.store("scale", scale[None]),  # (1, 4H)
                graph.store("zero", np.zeros((1, len(scale)), dtype=np.int8)),
            )
        )
    bias = _onnx_gates(weights[lstm + "bias_ih_l0"] + weights[lstm + "bias_hh_l0"])
    own = graph.store("bias", np.concatenate([bias, np.zeros_like(bias)])[None].astype(np.float32))
    learned = graph.add(
        "Gather", "lstm_bias", graph.store("layer", np.array([layer], dtype=np.int64)), axis=0
    )  # (1, 4H)
    padded = graph.add(
        "Pad", learned, graph.store("pads", np.array([0, 0, 0, len(bias)], dtype=np.int64))
    )
    total = graph.add("Add", own, padded)
    (w, w_scale, w_zero), (r, r_scale, r_zero) = parts
    out, hidden, cell = graph.add(
        "DynamicQuantizeLSTM",
        *[stream, w, r, total, "", states[0], states[1], "", w_scale, w_zero, r_scale, r_zero],
        outputs=3,
        domain="com.microsoft",
        hidden_size=len(bias) // 4,
    )
    flat = graph.add(
        "Squeeze", out, graph.store("axis", np.array([1], dtype=np.int64))
    )  # (T, B, H)
    return [flat, hidden, cell]


def _residual(graph: _Graph, stream: str, name: str, source: str | None = None) -> str:
    """Add a low-rank pair's product with `source`, the stream itself unless another is named."""
    narrow = graph.add("MatMul", source or stream, f"{name}_fixed")
    return str(graph.add("Add", stream, graph.add("MatMul", narrow, name)))


def to_onnx(network: Network) -> bytes:
    """Return the int8 graph of a network.

    Inputs: pieces (T, B) int64; hidden, cell (layers, B, H); the adapter's tensors (its LSTM bias with gates
    in ONNX order). Outputs: logits (B, V) after the last piece; hidden_out, cell_out (layers, B, H).
    """
    shape = network.shape
    weights = {
        name: tensor.detach().float().cpu().numpy() for name, tensor in network.state_dict().items()
    }
    graph = _Graph()
    rows, scale = quantise_rows(weights["embedding.weight"])
    table, row_scale = graph.store("embedding", rows), graph.store("embedding_scale", scale)

    last_axis = graph.store("axis", np.array([-1], dtype=np.int64))
    picked = graph.add("Cast", graph.add("Gather", table, "pieces", axis=0), to=TensorProto.FLOAT)
    steps = graph.add("Unsqueeze", graph.add("Gather", row_scale, "pieces", axis=0), last_axis)
    stream = _residual(graph, graph.add("Mul", picked, steps), "input")  # (T, B, D)
    ends: dict[str, list[str]] = {"hidden": [], "cell": []}
    for layer in range(shape.layers):
        which = graph.store("layer", np.array([layer], dtype=np.int64))
        states = [graph.add("Gather", name, which, axis=0) for name in ("hidden", "cell")]
        out, hidden, cell = _lstm(graph, layer, weights, stream, states)
        projection, column_scale = quantise_rows(weights[f"projections.{layer}.weight"])  # (D, H)
        moved = graph.product(
            out, graph.store("projection", projection.T), graph.store("scale", column_scale)
        )
        stream = graph.add("Add", stream, moved)
        ends["hidden"].append(hidden)
        ends["cell"].append(cell)
    stream = _residual(graph, stream, "projection", out)
    stream = _residual(graph, stream, "output")
    final = graph.add(
        "Gather", stream, graph.store("last", np.array(-1, dtype=np.int64)), axis=0
    )  # (B, D)
    scores = graph.product(final, graph.add("Transpose", table, perm=[1, 0]), row_scale)
    bias = graph.add("Add", graph.store("bias", weights["bias"]), "output_bias")
    graph.rename(graph.add("Add", scores, bias), "logits")
    for name, parts in ends.items():
        graph.rename(graph.add("Concat", *parts, axis=0), f"{name}_out")
    return _serialise(graph, network)


def _serialise(graph: _Graph, network: Network) -> bytes:
    shape = network.shape
    size, width, hidden, layers = shape.vocabulary, shape.width, shape.hidden, shape.layers
    f32, i64 = TensorProto.FLOAT, TensorProto.INT64
    inputs = [
        helper.make_tensor_value_info("pieces", i64, ["T", "B"]),
        helper.make_tensor_value_info("hidden", f32, [layers, "B", hidden]),
        helper.make_tensor_value_info("cell", f32, [layers, "B", hidden]),
        helper.make_tensor_value_info("lstm_bias", f32, [layers, 4 * hidden]),
        *(
            helper.make_tensor_value_info(f"{name}_fixed", f32, [read, f"{name}_R"])
            for name, read in (("input", width), ("projection", hidden), ("output", width))
        ),
        *(
            helper.make_tensor_value_info(name, f32, [f"{name}_R", width])
            for name in ("input", "projection", "output")
        ),
        helper.make_tensor_value_info("output_bias", f32, [size]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", f32, ["B", size]),
        helper.make_tensor_value_info("hidden_out", f32, [layers, "B", hidden]),
        helper.make_tensor_value_info("cell_out", f32, [layers, "B", hidden]),
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "hushkey", inputs, outputs, graph.stored),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)],
        ir_version=IR_VERSION,
        producer_name="hushkey",
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
