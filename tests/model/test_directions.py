"""Public directions: what they keep, what their file says, and what is refused."""

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.directions import Directions, principal
from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import AdapterShape

SHAPE = AdapterShape(vocabulary=20, width=8, hidden=12, layers=2)
RANKS = {"lstm_bias": 1}
SIZE = SHAPE.parameters(RANKS)


def deltas(count: int = 40, seed: int = 1) -> np.ndarray:
    """Deltas that have one direction in common, and lengths that have nothing to do with it."""
    rng = np.random.default_rng(seed)
    common = np.zeros(SIZE)
    common[3] = 1.0
    found = 0.7 * common + rng.standard_normal((count, SIZE)) / np.sqrt(SIZE)
    return found * 10.0 ** rng.uniform(-3, 3, (count, 1))


def test_the_first_direction_is_what_deltas_of_any_length_have_in_common():
    found = principal(deltas(), 4, RANKS)
    assert abs(float(found.rows[0, 3])) > 0.9
    assert found.suit(SHAPE, RANKS)
    assert not found.suit(SHAPE, {"output": 16})
    assert not found.suit(AdapterShape(20, 8, 13, 2), RANKS)


def test_directions_are_of_length_one_and_square_to_one_another():
    rows = principal(deltas(), 8, RANKS).rows.astype(np.float64)
    assert np.allclose(rows @ rows.T, np.eye(8), atol=2e-3)


def test_a_way_is_the_first_and_the_others_lie_beside_it():
    way = np.zeros(SIZE)
    way[[5, 9]] = 3.0, 4.0
    rows = principal(deltas(), 8, RANKS, [way]).rows.astype(np.float64)
    assert abs(rows[0] @ way / 5.0) > 0.999
    assert np.allclose(rows @ rows.T, np.eye(8), atol=2e-3)
    without = principal(deltas(), 8, RANKS).rows.astype(np.float64)
    beside = without[0] - rows[0] * (without[0] @ rows[0])
    assert np.linalg.norm(rows @ beside) > 0.95 * np.linalg.norm(beside)
    none = principal(deltas(), 8, RANKS, [np.zeros(SIZE)])
    assert none.digest == principal(deltas(), 8, RANKS).digest, "one that goes nowhere is none"


def test_further_ways_follow_in_their_order_as_far_as_they_lie_beside_those_before():
    first, second = np.zeros(SIZE), np.zeros(SIZE)
    first[5], second[[5, 9]] = 2.0, (30.0, 0.3)
    rows = principal(deltas(), 8, RANKS, [first, 5.0 * first, second]).rows.astype(np.float64)
    assert abs(rows[0, 5]) > 0.999
    assert abs(rows[1, 9]) > 0.999, "one that lies in those before is none"
    assert np.allclose(rows @ rows.T, np.eye(8), atol=2e-3)


@given(st.integers(1, 8), st.integers(0, 2**32))
def test_what_lies_in_them_comes_back_and_nothing_else(count, seed):
    found = principal(deltas(), 8, RANKS)
    rng = np.random.default_rng(seed)
    inside = found.rows[:count].astype(np.float64).T @ rng.standard_normal(count)
    assert np.allclose(found.back(found.along(inside, count)), inside, atol=1e-2)
    vector = rng.standard_normal(SIZE)
    back = found.back(found.along(vector, count))
    assert np.linalg.norm(back) <= np.linalg.norm(vector) * 1.01


def test_coming_back_is_a_sum_in_a_fixed_order():
    found = principal(deltas(), 3, RANKS)
    rows = found.rows.astype(np.float64)
    coordinates = np.array([0.1, -0.7, 1e-3])
    expected = ((0.0 + 0.1 * rows[0]) + -0.7 * rows[1]) + 1e-3 * rows[2]
    assert found.back(coordinates).tobytes() == expected.tobytes()


def test_a_file_gives_the_same_directions_and_the_same_digest():
    found = principal(deltas(), 5, RANKS)
    again = Directions.from_bytes(found.to_bytes())
    assert again.rows.tobytes() == found.rows.tobytes()
    assert (again.ranks, again.digest) == (found.ranks, found.digest)
    assert principal(deltas(seed=2), 5, RANKS).digest != found.digest


@pytest.mark.parametrize("cut", [0, 1, 60, -1])
def test_bytes_that_are_none_are_refused(cut):
    data = principal(deltas(), 2, RANKS).to_bytes()
    with pytest.raises(ModelMismatch, match="no directions"):
        Directions.from_bytes(data[:cut])


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xff" * 64, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"], ids=range(4)
)
def test_other_bytes_are_refused(data):
    with pytest.raises(ModelMismatch, match="no directions"):
        Directions.from_bytes(data)


def test_other_tensors_are_refused():
    said = {"hushkey directions": "1;lstm_bias:1"}
    for name, held in (
        ("directions", np.ones((2, 4), np.float32)),
        ("others", np.ones((2, 4), np.float16)),
    ):
        with pytest.raises(ModelMismatch):
            Directions.from_bytes(safetensors.numpy.save({name: held}, metadata=said))
    with pytest.raises(ModelMismatch):
        Directions.from_bytes(
            safetensors.numpy.save(
                {"directions": np.ones((2, 4), np.float16)},
                metadata={"hushkey directions": "1;nothing:1"},
            )
        )


@pytest.mark.parametrize(
    "rows",
    [
        np.ones((2, 4), np.float32),
        np.ones(4, np.float16),
        np.ones((5, 4), np.float16),
        np.full((2, 4), np.nan, np.float16),
    ],
    ids=["not halves", "no matrix", "more than numbers", "none"],
)
def test_what_is_no_matrix_of_directions_is_refused(rows):
    with pytest.raises(ModelMismatch):
        Directions(RANKS, rows)


def test_more_directions_than_deltas_are_refused_with_how_many_there_are():
    with pytest.raises(ModelMismatch, match="3 deltas have no 4 directions"):
        principal(np.vstack([deltas(3), np.zeros(SIZE)]), 4, RANKS)
