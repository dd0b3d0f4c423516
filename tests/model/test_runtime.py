"""The int8 graph against its float twin, and the promises of the runtime: pure steps, exact swaps, no torch."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from hushkey.model.adapter import Adapter
from hushkey.model.errors import BaseDamaged, ModelMismatch
from hushkey.model.groups import NAMES
from hushkey.model.runtime import ADAPTER_SEED, Runtime, State
from hushkey.model.training.export import to_onnx
from hushkey.model.training.network import Network, Shape

BASE = "the-twin"
SHAPE = Shape(vocabulary=400, width=32, hidden=48, layers=2)
LINE = [1, 17, 302, 44, 44, 399, 0, 250]
LEARNED = (  # group, deviation of its numbers, rank
    ("lstm_bias", 0.3, 1),
    ("input", 0.5, 16),
    ("projection", 0.5, 24),
    ("output", 0.3, 32),
    ("output_bias", 0.5, 1),
)


@pytest.fixture(scope="module")
def network() -> Network:
    """An untrained network, its scores spread as a trained one's are."""
    torch.manual_seed(7)
    network = Network(SHAPE).eval().requires_grad_(requires_grad=False)
    network.embedding.weight.mul_(2.0)
    network.bias.normal_()
    return network


@pytest.fixture(scope="module")
def graph(network: Network) -> bytes:
    return to_onnx(network)


@pytest.fixture
def runtime(graph: bytes) -> Runtime:
    return Runtime(graph, base=BASE)


@pytest.fixture(scope="module")
def trained(graph: bytes) -> Adapter:
    """An adapter as large as training makes them, every tensor filled."""
    shape = Runtime(graph, base=BASE).shape
    rng = np.random.default_rng(2)
    tensors = {
        name: rng.normal(0, size, shape.of(name, rank)).astype(np.float32)
        for name, size, rank in LEARNED
    }
    return Adapter(BASE, ADAPTER_SEED, shape, tensors)


def read(runtime: Runtime, pieces: list[int]) -> np.ndarray:
    """The logits (T, V) after each piece."""
    state, rows = runtime.initial_state(), []
    for piece in pieces:
        state, logits = runtime.advance(state, piece)
        rows.append(logits)
    return np.stack(rows)


def read_twin(network: Network, pieces: list[int], adapter: Adapter) -> np.ndarray:
    """The same in float, by the network that was exported."""
    tensors = {
        name: torch.from_numpy(value.copy()) for name, value in adapter.graph_inputs().items()
    }
    features, _ = network(torch.tensor(pieces).unsqueeze(1), None, tensors)
    return network.logits(features, tensors).squeeze(1).numpy()


def agree(left: np.ndarray, right: np.ndarray) -> float:
    """The mean share of the five best pieces that two readings (T, V) have in common."""
    best = [np.argsort(-rows, axis=1)[:, :5] for rows in (left, right)]
    return float(np.mean([len(set(a) & set(b)) / 5 for a, b in zip(*best, strict=True)]))


@pytest.mark.parametrize("learned", [False, True], ids=["the zero adapter", "a trained adapter"])
def test_the_graph_agrees_with_its_float_twin(learned, runtime, network, trained):
    adapter = trained if learned else runtime.zero_adapter()
    runtime.use(adapter)
    lines = np.random.default_rng(4).integers(0, SHAPE.vocabulary, (8, 12)).tolist()
    ours = np.concatenate([read(runtime, line) for line in lines])
    twin = np.concatenate([read_twin(network, line, adapter) for line in lines])
    assert agree(ours, twin) >= 0.9
    assert np.abs(ours - twin).mean() < 0.05 * twin.std()


def test_the_bytes_of_the_graph_are_not_held_once_it_is_loaded(graph):
    held = bytes(bytearray(graph))
    before = sys.getrefcount(held)
    runtime = Runtime(held, base=BASE)
    assert sys.getrefcount(held) == before
    assert runtime.advance(runtime.initial_state(), 0)[1].shape == (SHAPE.vocabulary,)


def test_the_zero_adapter_is_no_adapter_at_all(network, runtime):
    bare = network.logits(network(torch.tensor(LINE).unsqueeze(1))[0]).squeeze(1).numpy()
    assert read_twin(network, LINE, runtime.zero_adapter()) == pytest.approx(bare, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_each_tensor_of_the_adapter_reaches_the_graph_as_it_reaches_the_twin(
    name, runtime, network, trained
):
    before = read(runtime, LINE)
    only = trained.only([name])
    runtime.use(only)
    after, twin = read(runtime, LINE), read_twin(network, LINE, only)
    assert np.abs(after - before).max() > 0.1
    assert np.abs(after - twin).mean() < 0.3 * np.abs(after - before).mean()


def test_an_adapter_is_swapped_without_a_rebuild_and_taken_back_to_the_last_bit(runtime, trained):
    before = read(runtime, LINE)
    session = runtime._session
    runtime.use(trained)
    during = read(runtime, LINE)
    runtime.use(runtime.zero_adapter())
    assert not np.array_equal(before, during)
    assert np.array_equal(read(runtime, LINE), before)
    assert runtime._session is session


def test_an_adapter_given_at_the_start_is_one_taken_up_later(graph, runtime, trained):
    runtime.use(trained)
    assert np.array_equal(
        read(Runtime(graph, base=BASE, adapter=trained), LINE), read(runtime, LINE)
    )


def test_an_adapter_for_another_base_is_refused_and_the_one_in_use_stays(runtime, trained):
    runtime.use(trained)
    before = read(runtime, LINE)
    stranger = Adapter.zero(runtime.shape, base="another", seed=ADAPTER_SEED)
    with pytest.raises(ModelMismatch, match="another base"):
        runtime.use(stranger)
    assert np.array_equal(read(runtime, LINE), before)


def test_what_was_read_is_carried_in_the_state_alone(runtime):
    once = read(runtime, LINE)[-1]
    state, _ = runtime.advance(runtime.initial_state(), 5)  # a reading in between changes nothing
    runtime.advance(state, 6)
    assert np.array_equal(read(runtime, LINE)[-1], once)
    assert not np.array_equal(read(runtime, LINE[1:])[-1], once)


def test_a_step_does_not_change_the_state_it_started_from(runtime):
    start, _ = runtime.advance(runtime.initial_state(), 3)
    hidden, cell = start.hidden.copy(), start.cell.copy()
    _, first = runtime.advance(start, 9)
    _, again = runtime.advance(start, 9)
    assert np.array_equal(first, again)
    assert np.array_equal(start.hidden, hidden)
    assert np.array_equal(start.cell, cell)


def test_pieces_read_side_by_side_are_read_as_alone_up_to_quantisation(runtime):
    firsts = [3, 120, 7]
    states = [runtime.advance(runtime.initial_state(), piece)[0] for piece in firsts]
    after, together = runtime.advance_batch(
        State(
            np.concatenate([state.hidden for state in states], axis=1),
            np.concatenate([state.cell for state in states], axis=1),
        ),
        [9, 9, 300],
    )
    alone = np.stack(
        [runtime.advance(state, p)[1] for state, p in zip(states, [9, 9, 300], strict=True)]
    )
    assert together.shape == (3, SHAPE.vocabulary)
    assert after.hidden.shape == after.cell.shape == (2, 3, 48)
    assert agree(together, alone) >= 0.9
    assert np.abs(together - alone).mean() < 0.05 * alone.std()


def test_two_threads_read_what_one_reads(runtime):
    lines = np.random.default_rng(8).integers(0, SHAPE.vocabulary, (24, 10)).tolist()
    alone = [read(runtime, line) for line in lines]
    with ThreadPoolExecutor(2) as pool:
        side_by_side = list(pool.map(lambda line: read(runtime, line), lines))
    assert all(np.array_equal(a, b) for a, b in zip(alone, side_by_side, strict=True))


def test_two_runtimes_of_one_graph_give_the_same_scores(graph, runtime):
    assert np.array_equal(read(Runtime(graph, base=BASE), LINE), read(runtime, LINE))


def test_the_sizes_are_read_off_the_graph(runtime):
    shape = runtime.shape
    assert (shape.vocabulary, shape.width, shape.hidden, shape.layers) == (400, 32, 48, 2)


def test_all_numbers_of_the_network_are_counted_by_its_sizes(runtime, network):
    assert runtime.shape.all_parameters == sum(held.numel() for held in network.parameters())


@pytest.mark.parametrize("cut", [0, 10, 5000])
def test_bytes_that_are_no_graph_are_refused_as_a_damaged_base(graph, cut):
    with pytest.raises(BaseDamaged, match="reinstall hushkey"):
        Runtime(graph[:cut], base=BASE)


def test_the_runtime_loads_no_torch(tmp_path, graph):
    path = tmp_path / "graph.onnx"
    path.write_bytes(graph)
    program = (
        "import sys; from pathlib import Path; from hushkey.model.runtime import Runtime\n"
        "runtime = Runtime(Path(sys.argv[1]).read_bytes(), base='b')\n"
        "runtime.advance(runtime.initial_state(), 1)\n"
        "assert not {'torch', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
