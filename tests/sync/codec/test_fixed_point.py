"""Stochastic rounding within an integer norm."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hushkey.sync.codec.fixed_point import DRAWS_MAX, FixedPoint
from hushkey.sync.errors import CodecRefused, NoiseRefused

numbers = st.floats(-50, 50)
vectors = hnp.arrays(np.float64, st.integers(1, 30), elements=numbers)


class Counting:
    """Fixed bytes, and how often they were asked for."""

    def __init__(self, seed: int) -> None:
        self._bytes = np.random.default_rng(seed).bytes
        self.drawn: list[bytes] = []

    def __call__(self, size: int) -> bytes:
        self.drawn.append(self._bytes(size))
        return self.drawn[-1]


@given(vectors, st.integers(1, 2**20), st.integers(0, 2**32))
def test_each_number_goes_up_with_the_chance_of_its_fraction(vector, scale, seed):
    entropy = Counting(seed)
    rounded = FixedPoint(scale, 2**62).apply(vector, entropy)
    assert rounded.dtype == np.int64
    assert rounded.tolist() == naive.rounded(vector.tolist(), scale, entropy.drawn[0])


def test_the_mean_of_roundings_is_the_number():
    """Of 200,000 roundings, within five standard errors."""
    for number in (0.1, -0.1, 0.5, -2.75):
        rounded = FixedPoint(1, 2**62).apply(np.full(200_000, number), Counting(5))
        fraction = number - np.floor(number)
        error = np.sqrt(fraction * (1 - fraction) / 200_000)
        assert abs(rounded.mean() - number) < 5 * error


def test_whole_numbers_stay():
    vector = np.array([-3.0, 0.0, 2.0])
    assert FixedPoint(4, 2**62).apply(vector, Counting(1)).tolist() == [-12, 0, 8]


@given(st.integers(0, 2**32))
def test_roundings_beyond_the_limit_are_drawn_anew(seed):
    """Eight halves, each 0 or 1: at most four of them 1."""
    entropy = Counting(seed)
    rounded = FixedPoint(1, 4).apply(np.full(8, 0.5), entropy)
    assert int(np.sum(rounded**2)) <= 4
    every = [naive.rounded([0.5] * 8, 1, drawn) for drawn in entropy.drawn]
    assert every[-1] == rounded.tolist()
    assert all(sum(each) > 4 for each in every[:-1])


def test_a_vector_that_cannot_hold_the_limit_is_refused_after_the_stated_draws():
    entropy = Counting(2)
    with pytest.raises(CodecRefused, match=f"{DRAWS_MAX} roundings"):
        FixedPoint(1, 3).apply(np.full(4, 1.0), entropy)
    assert len(entropy.drawn) == DRAWS_MAX


def test_a_source_that_gives_too_few_bytes_is_refused():
    with pytest.raises(NoiseRefused, match="instead of 32"):
        FixedPoint(1, 100).apply(np.full(4, 0.5), lambda size: bytes(size - 1))


@given(hnp.arrays(np.int64, 5, elements=st.integers(-(2**50), 2**50)), st.integers(1, 2**20))
def test_a_sum_is_divided_by_the_scale(total, scale):
    assert FixedPoint(scale, 1).undo(total).tolist() == [int(each) / scale for each in total]
