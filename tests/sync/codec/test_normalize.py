"""Normalize and weigh."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hushkey.sync.codec.normalize import Normalize
from hushkey.sync.codec.weigh import Weigh

FINITE = st.floats(allow_nan=False, allow_infinity=False)
vectors = hnp.arrays(np.float64, st.integers(1, 50), elements=FINITE)
moderate = hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6))


@given(vectors, st.floats(1e-3, 1e3))
def test_no_finite_vector_is_longer_than_the_norm(vector, norm):
    with np.errstate(over="raise"):
        made = Normalize(norm).apply(vector)
    assert np.all(np.isfinite(made))
    assert np.linalg.norm(made) <= norm * (1 + 1e-12)


@given(moderate, st.floats(1e-3, 1e3))
def test_it_scales_and_does_not_turn(vector, norm):
    made = Normalize(norm).apply(vector)
    assert np.allclose(made, naive.normalize(vector.tolist(), norm), rtol=1e-12, atol=1e-300)


def test_short_and_long_come_to_the_same_and_nothing_stays_nothing():
    short, long = (Normalize(2.0).apply(by * np.array([3.0, 4.0])) for by in (1e-9, 1e9))
    assert np.allclose(short, [1.2, 1.6])
    assert np.allclose(long, [1.2, 1.6])
    assert not Normalize(2.0).apply(np.zeros(3)).any()


def test_normalize_and_weigh_leave_the_vector_that_they_were_given():
    vector = np.array([3.0, 4.0])
    Normalize(1.0).apply(vector)
    Weigh(0.5).apply(vector)
    assert vector.tolist() == [3.0, 4.0]


def test_a_weight_afterwards_is_not_lost_and_before_it_would_be():
    """Why the order is what it is."""
    long = np.array([30.0, 40.0])
    after = Weigh(0.5).apply(Normalize(1.0).apply(long))
    before = Normalize(1.0).apply(Weigh(0.5).apply(long))
    assert np.linalg.norm(after) == pytest.approx(0.5)
    assert np.linalg.norm(before) == pytest.approx(1.0)


@given(moderate, st.floats(0, 1), st.floats(1e-3, 1e3))
def test_a_sum_comes_back_as_it_is(vector, weight, norm):
    for step in (Normalize(norm), Weigh(weight)):
        assert np.array_equal(step.undo(vector), vector)
