"""The designs that a benchmark compares: each step as a graph says what the whole network says."""

import numpy as np
import pytest
import torch

from bench.architectures.candidates import SHIPPED, bytes_in_int8, multiplies, parameters
from bench.architectures.designs import Attentive, Design, Normed, Quasi, Recurrent
from bench.architectures.learning import sampled
from bench.architectures.report import Row, section
from bench.architectures.stepping import Stepper, in_int8, step_graph
from hushkey.model.training.corpus import EncodedFile, encode_file
from hushkey.model.training.network import Network, Shape

PIECES, WIDTH = 40, 16


def designs() -> dict[str, Design]:
    torch.manual_seed(0)
    shape = Shape(PIECES, WIDTH, 24, 2)
    attentive = Attentive(PIECES, WIDTH, 2, heads=2, inner=32, window=5)
    with torch.no_grad():
        attentive.distance.normal_()
    return {
        "tied": Recurrent(shape),
        "untied": Recurrent(shape, tied=False),
        "normed": Normed(shape),
        "quasi": Quasi(PIECES, WIDTH, 24, 3),
        "attentive": attentive,
    }


@pytest.fixture(params=["tied", "untied", "normed", "quasi", "attentive"])
def design(request: pytest.FixtureRequest) -> Design:
    return designs()[request.param].eval()


def whole(design: Design, pieces: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        features, _ = design(pieces)
        return design.logits(features).numpy()


def test_steps_of_the_graph_equal_the_whole_network_also_beyond_the_window(design):
    pieces = torch.randint(0, PIECES, (9, 3))  # (T, B)
    stepper = Stepper(step_graph(design), design)
    state = stepper.initial_state(3)
    for time, expected in enumerate(whole(design, pieces)):
        state, logits = stepper.advance_batch(state, pieces[time].tolist())
        np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_the_timed_graph_of_fixed_shapes_equals_the_free_one(design):
    free = Stepper(step_graph(design), design)
    fixed = Stepper(step_graph(design, past=2), design)
    rng = np.random.default_rng(0)
    state = tuple(
        rng.normal(size=part.shape).astype(np.float32) for part in free.initial_state(1, 2)
    )
    np.testing.assert_allclose(
        fixed.advance_batch(state, [7])[1], free.advance_batch(state, [7])[1], atol=1e-5
    )


def test_int8_scores_stay_near_the_float_ones(design):
    graph = step_graph(design)
    plain, small = Stepper(graph, design), Stepper(in_int8(graph), design)
    logits = plain.advance_batch(plain.initial_state(), [3])[1]
    near = small.advance_batch(small.initial_state(), [3])[1]
    assert 0 < np.abs(near - logits).max() < 0.1 * np.abs(logits).max()


def test_no_design_sees_what_comes_later(design):
    pieces = torch.randint(0, PIECES - 1, (6, 2))
    changed = pieces.clone()
    changed[4:] += 1
    np.testing.assert_allclose(
        whole(design, pieces)[:4], whole(design, changed)[:4], rtol=1e-5, atol=1e-6
    )
    assert not np.allclose(whole(design, pieces)[4], whole(design, changed)[4])


def test_the_first_candidate_is_the_shipped_network():
    network = Network(Shape(PIECES, WIDTH, 24, 2))
    design = Recurrent(network.shape)
    design.network.load_state_dict(network.state_dict())
    pieces = torch.randint(0, PIECES, (5, 2))
    with torch.no_grad():
        expected = network.logits(network(pieces)[0]).numpy()
    np.testing.assert_array_equal(whole(design, pieces), expected)


def test_an_untied_table_costs_numbers_but_no_products():
    held = designs()
    assert parameters(held["untied"]) - parameters(held["tied"]) == PIECES * WIDTH
    assert multiplies(held["untied"]) == multiplies(held["tied"])
    assert bytes_in_int8(held["tied"]) < 4 * parameters(held["tied"])


def test_a_step_of_the_shipped_design_counts_its_products():
    gates, back = 2 * (WIDTH + 24) * 4 * 24, 2 * 24 * WIDTH
    assert multiplies(designs()["tied"]) == gates + back + PIECES * WIDTH


def test_attention_costs_more_with_each_cached_position():
    attentive = designs()["attentive"]
    assert multiplies(attentive, 4) - multiplies(attentive, 3) == 2 * 2 * WIDTH


def lines_in(file: EncodedFile, *, held: bool) -> list[list[int]]:
    return [file.line(int(n)).tolist() for n in np.flatnonzero(file.held == held)]


def test_sampled_lines_keep_training_and_held_out_apart(tmp_path, vocabulary):
    path = tmp_path / "talk.txt"
    path.write_text("".join(f"the {'very ' * (n % 7)}end\n" for n in range(20_000)))
    every, some = encode_file(path, vocabulary), sampled(path, vocabulary, 10, 30)
    assert lines_in(some, held=True) == lines_in(every, held=True)[:30]
    share = len(lines_in(some, held=False)) / len(lines_in(every, held=False))
    assert 0.08 < share < 0.12


def test_every_line_is_taken_where_one_block_in_one_is(tmp_path, vocabulary):
    path = tmp_path / "talk.txt"
    path.write_text("".join(f"the {'very ' * (n % 7)}end\n" for n in range(2_000)))
    every, some = encode_file(path, vocabulary), sampled(path, vocabulary, 1, 2_000)
    np.testing.assert_array_equal(some.pieces, every.pieces)
    np.testing.assert_array_equal(some.starts, every.starts)
    np.testing.assert_array_equal(some.held, every.held)


def test_the_section_says_how_little_was_read_and_leaves_untrained_rows_open():
    figures = {
        "read": 400_000,
        "lines": 10,
        "words": 99,
        "nats_a_piece": 5.0,
        "word_perplexity": 400.0,
        "recall_at_3": 0.2,
        "agreement": 0.97,
    }
    took = {"float32": 0.002, "int8": 0.0005}
    rows = [Row(SHIPPED, 9, 9, 9, took, figures), Row("other", 9, 9, 9, took, None)]
    text = section("command", rows, 0.0005, PIECES)
    assert "0.40 M pieces" in text
    assert "rank designs" in text
    assert text.count("| – | – | – | – |") == 1


def test_a_section_without_times_says_so():
    rows = [Row(SHIPPED, 9, 9, 9, {}, None)]
    assert "Not timed in this run" in section("command", rows, None, PIECES)
