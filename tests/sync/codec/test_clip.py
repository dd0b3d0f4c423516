"""Clip and weigh."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hushkey.sync.codec.clip import Clip
from hushkey.sync.codec.weigh import Weigh

FINITE = st.floats(allow_nan=False, allow_infinity=False)
vectors = hnp.arrays(np.float64, st.integers(1, 50), elements=FINITE)
moderate = hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6))


@given(vectors, st.floats(1e-3, 1e3))
def test_no_finite_vector_is_longer_than_the_norm(vector, norm):
    with np.errstate(over="raise"):
        clipped = Clip(norm).apply(vector)
    assert np.all(np.isfinite(clipped))
    assert np.linalg.norm(clipped) <= norm * (1 + 1e-12)


@given(moderate, st.floats(1e-3, 1e3))
def test_clipping_shortens_and_does_not_turn(vector, norm):
    clipped = Clip(norm).apply(vector)
    assert np.allclose(clipped, naive.clip(vector.tolist(), norm), rtol=1e-12, atol=1e-300)


@given(moderate)
def test_a_vector_within_the_norm_stays_to_the_bit(vector):
    norm = float(np.linalg.norm(vector)) * (1 + 1e-9) + 1e-9
    assert np.array_equal(Clip(norm).apply(vector), vector)


def test_clip_and_weigh_leave_the_vector_that_they_were_given():
    vector = np.array([3.0, 4.0])
    Clip(1.0).apply(vector)
    Weigh(0.5).apply(vector)
    assert vector.tolist() == [3.0, 4.0]


def test_a_weight_after_the_clip_is_not_lost_and_before_it_would_be():
    """Why the order is what it is."""
    long = np.array([30.0, 40.0])
    after = Weigh(0.5).apply(Clip(1.0).apply(long))
    before = Clip(1.0).apply(Weigh(0.5).apply(long))
    assert np.linalg.norm(after) == pytest.approx(0.5)
    assert np.linalg.norm(before) == pytest.approx(1.0)


@given(moderate, st.floats(0, 1), st.floats(1e-3, 1e3))
def test_a_sum_comes_back_as_it_is(vector, weight, norm):
    for step in (Clip(norm), Weigh(weight)):
        assert np.array_equal(step.undo(vector), vector)
