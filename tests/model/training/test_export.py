"""The graph that is built by hand: one table, eight bits, the adapter's tensors as inputs."""

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from hushkey.model.adapter import Adapter
from hushkey.model.runtime import Runtime
from hushkey.model.training.export import to_onnx
from hushkey.model.training.frozen import as_tensors
from hushkey.model.training.network import Network, Shape

SHAPE = Shape(vocabulary=500, width=16, hidden=12, layers=3)


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    return Network(SHAPE).eval()


@pytest.fixture(scope="module")
def graph(network: Network) -> bytes:
    return to_onnx(network)


@pytest.fixture(scope="module")
def model(graph: bytes) -> onnx.ModelProto:
    return onnx.load_from_string(graph)


def stored(model: onnx.ModelProto) -> list[np.ndarray]:
    return [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]


def test_the_embedding_is_stored_once_for_reading_and_for_scoring(model):
    tables = [array for array in stored(model) if array.size == SHAPE.vocabulary * SHAPE.width]
    assert [table.dtype for table in tables] == [np.dtype(np.int8)]


def test_the_file_is_one_byte_a_weight_and_little_more(network, graph):
    weights = sum(tensor.numel() for tensor in network.parameters() if tensor.dim() == 2)
    vectors = 4 * SHAPE.vocabulary * 2 + SHAPE.layers * 4 * SHAPE.hidden * 25  # scales, biases
    assert weights < len(graph) < weights + vectors + 15_000  # and the nodes


def test_every_tensor_of_the_adapter_is_an_input_and_none_is_baked_in(model):
    assert [node.name for node in model.graph.input] == [
        "pieces",
        "hidden",
        "cell",
        "lstm_bias",
        "input_fixed",
        "projection_fixed",
        "output_fixed",
        "input",
        "projection",
        "output",
        "output_bias",
    ]


def test_the_states_that_come_out_have_the_shape_of_those_that_go_in(model):
    def sizes(value: onnx.ValueInfoProto) -> list[int | str]:
        return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]

    inputs = {node.name: sizes(node) for node in model.graph.input}
    outputs = {node.name: sizes(node) for node in model.graph.output}
    assert outputs["hidden_out"] == inputs["hidden"] == [3, "B", 12]
    assert outputs["cell_out"] == inputs["cell"] == [3, "B", 12]
    assert outputs["logits"] == ["B", 500]


def test_the_ranks_of_an_adapter_are_not_baked_in(network, graph):
    """A trained adapter of other ranks is heard as the network hears it."""
    runtime = Runtime(graph, base="b")
    for ranks in (
        {"input": 1, "projection": 12, "output": 16},
        {"projection": 5, "output_bias": 1},
    ):
        zero = Adapter.zero(runtime.shape, base="b", seed=1, ranks=ranks)
        rng = np.random.default_rng(3)
        trained = zero.replaced(
            {
                name: rng.normal(0, 0.3, held.shape).astype(np.float32)
                for name, held in zero.tensors.items()
            }
        )
        runtime.use(trained)
        state, ours = runtime.initial_state(), []
        for piece in (3, 99, 7, 450):
            state, logits = runtime.advance(state, piece)
            ours.append(logits)
        tensors = as_tensors(trained)
        with torch.no_grad():
            features, _ = network(torch.tensor([[3], [99], [7], [450]]), adapter=tensors)
            twin = network.logits(features, tensors)[:, 0].numpy()
        assert np.abs(np.stack(ours) - twin).mean() < 0.05 * twin.std()


def test_exporting_twice_gives_the_same_bytes(network, graph):
    assert to_onnx(network) == graph


def test_exporting_leaves_the_network_as_it_was(network):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    to_onnx(network)
    assert all(torch.equal(before[name], now) for name, now in network.state_dict().items())


def test_a_row_of_zeros_in_the_embedding_is_scored_by_its_bias_alone(network):
    muted = Network(SHAPE)
    muted.load_state_dict(network.state_dict())
    with torch.no_grad():
        muted.embedding.weight[7] = 0.0
        muted.bias[7] = -3.0
    runtime = Runtime(to_onnx(muted), base="b")
    _, logits = runtime.advance(runtime.initial_state(), 7)
    assert np.isfinite(logits).all()
    assert logits[7] == pytest.approx(-3.0)
