"""The groups: their sizes, and fixed factors that nest, lose nothing and are the same on every machine."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.groups import (
    NAMES,
    PERSONAL,
    RANKED,
    SHAREABLE,
    AdapterShape,
    complete,
    fixed_factor,
    source_size,
)

SHAPE = AdapterShape(vocabulary=20, width=8, hidden=12, layers=2)


def naive_factor(seed: int, name: str, size: int, rank: int) -> list[list[float]]:
    """A cosine at a time, from the hash's bytes."""
    label = f"hushkey fixed factor 2/{seed}/{name}/{size}".encode()
    stream = hashlib.shake_256(label).digest(9 * size)
    keys = [int.from_bytes(stream[size + 8 * k : size + 8 * k + 8], "little") for k in range(size)]
    order = sorted(range(size), key=lambda k: keys[k])
    rows = []
    for row in range(size):
        sign = -1.0 if stream[row] & 1 else 1.0
        rows.append([
            sign
            * np.sqrt((1 if frequency == 0 else 2) / size)
            * np.cos(np.pi / size * (row + 0.5) * frequency)
            for frequency in order[:rank]
        ])  # fmt: skip
    return rows


@given(st.integers(0, 2**63 - 1), st.sampled_from(RANKED), st.integers(1, 40), st.data())
def test_a_fixed_factor_is_what_its_seed_says(seed, name, size, data):
    rank = data.draw(st.integers(1, size))
    factor = fixed_factor(seed, name, size, rank)
    assert factor.shape == (size, rank)
    assert factor.dtype == np.float32
    assert np.allclose(factor, naive_factor(seed, name, size, rank), atol=1e-6)


@given(st.integers(0, 99), st.integers(1, 40))
def test_its_columns_are_orthonormal_and_all_together_lose_nothing(seed, size):
    factor = fixed_factor(seed, "input", size, size).astype(float)
    assert np.allclose(factor.T @ factor, np.eye(size), atol=1e-5)
    assert np.allclose(factor @ factor.T, np.eye(size), atol=1e-5)


@given(st.integers(0, 99), st.integers(2, 40), st.data())
def test_a_lower_rank_is_the_first_columns_of_a_higher_one(seed, size, data):
    low = data.draw(st.integers(1, size - 1))
    whole = fixed_factor(seed, "output", size, size)
    assert np.array_equal(fixed_factor(seed, "output", size, low), whole[:, :low])


def test_factors_are_the_same_on_every_machine():
    factor = fixed_factor(1, "input", 8, 3)
    signs = "".join("+" if value > 0 else "-" for value in factor.ravel())
    assert signs == "----+++++-++-+-++--+---+"
    assert np.allclose(factor[0], [-0.097545, -0.490393, -0.353553], atol=1e-5)
    others = [fixed_factor(2, "input", 8, 3), fixed_factor(1, "output", 8, 3)]
    assert not any(np.array_equal(factor, other) for other in others)


def test_nobody_can_write_into_a_fixed_factor():
    with pytest.raises(ValueError, match="read-only"):
        fixed_factor(1, "input", 8, 3)[0, 0] = 1.0


def test_what_may_be_shared_and_what_may_not_are_all_there_is():
    assert {*SHAREABLE, *PERSONAL} == set(NAMES)
    assert not set(SHAREABLE) & set(PERSONAL)
    assert PERSONAL == ("output_bias",)


def test_a_group_reads_vectors_of_its_own_length():
    assert [source_size(SHAPE, name) for name in RANKED] == [8, 12, 8]
    assert [SHAPE.largest(name) for name in (*RANKED, "lstm_bias", "output_bias")] == [
        8,
        12,
        8,
        1,
        1,
    ]


def test_a_network_is_given_every_group_zeros_where_nothing_was_trained():
    learned = np.ones((3, 8), np.float32)
    given_ = complete(SHAPE, 1, {"projection": learned})
    assert set(given_) == {*NAMES, "input_fixed", "projection_fixed", "output_fixed"}
    assert np.array_equal(given_["projection"], learned)
    assert given_["projection_fixed"].shape == (12, 3)
    assert given_["lstm_bias"].shape == (2, 48)
    assert given_["input"].shape == (1, 8)
    for name in set(NAMES) - {"projection"}:
        assert not given_[name].any(), name


def test_learned_numbers_are_counted_group_by_group():
    ranks = {"lstm_bias": 1, "input": 3, "projection": 5, "output_bias": 1}
    assert SHAPE.parameters(ranks) == 2 * 48 + 3 * 8 + 5 * 8 + 20
