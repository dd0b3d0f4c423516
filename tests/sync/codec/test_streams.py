"""Order, signs and subset: the hash's bits, each size and purpose its own."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec.streams import permutation, signs, subset

seeds = st.binary(min_size=32, max_size=32)


@given(seeds, st.integers(1, 200), st.data())
def test_streams_are_what_their_seed_says(seed, size, data):
    kept = data.draw(st.integers(1, size))
    assert permutation(seed, size).tolist() == naive.order(b"permutation", seed, size)
    assert signs(seed, size).tolist() == naive.signs(seed, size)
    assert subset(seed, size, kept).tolist() == naive.kept_places(seed, size, kept)


@given(seeds, st.integers(1, 500))
def test_an_order_takes_every_place_once(seed, size):
    assert sorted(permutation(seed, size).tolist()) == list(range(size))


def test_every_place_is_kept_as_often_as_any_other():
    """Over 2,000 seeds: chi-square of 63 degrees of freedom, within five of its standard deviations."""
    counts = np.zeros(64)
    for number in range(2000):
        counts[subset(number.to_bytes(32, "big"), 64, 16)] += 1
    statistic = float(np.sum((counts - 500.0) ** 2 / 500.0)) / (1 - 16 / 64)
    assert abs(statistic - 63) < 5 * np.sqrt(2 * 63)


def test_what_is_kept_for_later_cannot_be_written_to():
    for held in (permutation(bytes(32), 8), signs(bytes(32), 8), subset(bytes(32), 8, 4)):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 0
