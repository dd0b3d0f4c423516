"""Uniform integers: exact, and never from too few bytes."""

import naive_noise as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.errors import NoiseRefused
from hushkey.sync.privacy.uniform import LIMIT_MAX, below, words


def entropy(seed: int):
    return np.random.default_rng(seed).bytes


limits = st.one_of(st.integers(1, 300), st.integers(1, 2**22), st.integers(1, LIMIT_MAX))


@given(limits, st.integers(0, 40), st.integers(0, 2**32))
def test_uniform_integers_are_those_of_the_twin(limit, count, seed):
    drawn = below(limit, count, entropy(seed))
    assert drawn.dtype == np.int64
    assert drawn.tolist() == naive.below(limit, count, entropy(seed))
    assert all(0 <= each < limit for each in drawn)


@pytest.mark.parametrize("limit", [3, 255, 257, 1000])
def test_each_integer_is_as_likely(limit):
    counts = np.bincount(below(limit, 200_000, entropy(3)), minlength=limit).astype(float)
    assert abs(naive.off_by(counts, np.full(limit, 200_000 / limit))) < 5


def test_words_that_would_favour_the_first_remainders_are_drawn_anew():
    """Of 16 bits 65,535 = 3 * 21,845: the word 65,535 itself would give remainder 0 once too often."""
    sent = [b"\xff\xff", b"\x05\x00"]
    assert below(3, 1, lambda _: sent.pop(0)).tolist() == [2]
    assert sent == []


@pytest.mark.parametrize("limit", [0, -1, LIMIT_MAX + 1])
def test_limits_that_are_none_are_refused(limit):
    with pytest.raises(NoiseRefused, match="cannot be drawn"):
        below(limit, 1, entropy(1))


@pytest.mark.parametrize("change", [-1, 1])
def test_a_source_that_gives_another_number_of_bytes_is_refused(change):
    with pytest.raises(NoiseRefused, match="nothing was drawn"):
        words(lambda size: bytes(size + change), 10, np.uint64)
