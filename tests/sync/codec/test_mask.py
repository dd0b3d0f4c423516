"""The public coordinate mask."""

import naive_codec as naive
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec.mask import Mask


@given(st.integers(1, 120), st.binary(min_size=32, max_size=32), st.data())
def test_kept_coordinates_come_back_scaled_and_the_others_as_zeros(padded, seed, data):
    kept = data.draw(st.integers(1, padded))
    step = Mask(padded, kept, seed)
    vector = np.arange(1.0, padded + 1)
    places = naive.kept_places(seed, padded, kept)
    taken = step.apply(vector)
    assert taken.tolist() == [vector[place] for place in places]
    expected = [vector[k] * (padded / kept) if k in places else 0.0 for k in range(padded)]
    assert np.allclose(step.undo(taken), expected)


def test_a_mask_that_keeps_all_changes_nothing():
    vector = np.arange(64.0)
    step = Mask(64, 64, bytes(32))
    assert np.array_equal(step.apply(vector), vector)
    assert np.array_equal(step.undo(vector), vector)


def test_over_all_seeds_the_sum_is_unbiased():
    """The mean over 4,000 seeds lies within five of its standard errors of the truth, at each coordinate."""
    vector = np.linspace(-1.0, 1.0, 64)
    mean = np.zeros(64)
    for number in range(4000):
        step = Mask(64, 24, number.to_bytes(32, "big"))
        mean += step.undo(step.apply(vector)) / 4000
    error = np.abs(vector) * np.sqrt((64 / 24 - 1) / 4000)
    assert np.all(np.abs(mean - vector) < 5 * error + 1e-12)
