"""What noise leaves of a batch, against the design's table and against a batch itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.audit.batch import noise_multiplier
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.errors import NoiseRefused
from hushkey.sync.privacy import (
    discrete_gaussian,
    require_signal,
    signal_to_noise,
    smallest_batch,
)
from hushkey.sync.privacy.prediction import ALIGNMENT, VERSIONS, alignment_along

DESIGNED = 0.236  # what the design assumed; deltas of real people have less in common


@pytest.mark.parametrize(("dimension", "batch", "least"), [(2048, 600, 592), (71_680, 3500, 3498)])
def test_the_batches_of_the_designs_table_just_pass(dimension, batch, least):
    """Lifetime epsilon 8 over 10 reports wants about 600 at d = 2,048, about 3,500 at d = 71,680."""
    z = noise_multiplier(8.0, 1e-6, 10)
    assert smallest_batch(z, dimension, DESIGNED, floor=1.0) == least
    assert require_signal(batch, z, dimension, DESIGNED) == pytest.approx(1.0, abs=0.02)
    with pytest.raises(NoiseRefused, match=f"take {least} reports"):
        require_signal(least - 1, z, dimension, DESIGNED, floor=1.0)


def test_the_floor_is_where_ten_sums_together_are_as_long_as_their_noise():
    """Ten batches that say the same, under noise of their own: signal adds up, noise by its root."""
    z, dimension = noise_multiplier(8.0, 1e-6, VERSIONS), 2048
    least = smallest_batch(z, dimension)
    whole = smallest_batch(z, dimension, floor=1.0)
    assert whole / math.sqrt(VERSIONS) == pytest.approx(least, rel=0.01)
    rng = np.random.default_rng(4)
    noise = math.sqrt(2) * z * rng.standard_normal((VERSIONS, dimension)).sum(0)
    assert np.linalg.norm(noise) == pytest.approx(VERSIONS * least * ALIGNMENT, rel=0.1)


def test_the_fewer_numbers_a_report_has_the_fewer_reports_are_heard():
    z = noise_multiplier(8.0, 1e-6, VERSIONS)
    sent = ((None, 4_096), (64, 64), (2, 2), (1, 1))
    fewest = [smallest_batch(z, numbers, alignment_along(count)) for count, numbers in sent]
    assert fewest == sorted(fewest, reverse=True)
    assert fewest[0] > 20 * fewest[1] > 40 * fewest[-1]
    assert alignment_along(2) == alignment_along(64), "fewer than were measured have no less"


@given(st.floats(0.01, 100), st.integers(1, 10**6), st.floats(0.01, 1), st.floats(0.01, 10))
def test_the_smallest_batch_is_enough_and_one_less_is_not(z, dimension, alignment, floor):
    batch = smallest_batch(z, dimension, alignment, floor)
    assert require_signal(batch, z, dimension, alignment, floor) >= floor
    assert batch == 1 or signal_to_noise(batch - 1, z, dimension, alignment) < floor


def test_the_prediction_is_what_a_batch_with_real_noise_shows():
    """Sixty unit reports of pairwise cosine 1/4, both aggregators' noise: within 5% of the predicted ratio."""
    rng, dimension, batch, sigma = np.random.default_rng(3), 4096, 60, 500
    shared = rng.standard_normal(dimension)
    shared /= np.linalg.norm(shared)
    own = rng.standard_normal((batch, dimension))
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    reports = 1000 * (0.5 * shared + math.sqrt(0.75) * own)
    total = Rotate(dimension, bytes(32)).apply(reports.sum(axis=0))
    noise = discrete_gaussian(sigma, dimension, rng.bytes) + discrete_gaussian(
        sigma, dimension, rng.bytes
    )
    alignment = float(np.linalg.norm(total)) / (1000 * batch)
    assert alignment == pytest.approx(0.5, abs=0.05)
    shown = float(np.linalg.norm(total) / np.linalg.norm(noise))
    assert shown == pytest.approx(
        signal_to_noise(batch, sigma / 1000, dimension, alignment), rel=0.05
    )


def test_without_noise_any_batch_passes():
    assert signal_to_noise(1, 0.0, 4096) == math.inf
    assert smallest_batch(0.0, 4096) == 1
    assert require_signal(1, 0.0, 4096) == math.inf


@pytest.mark.parametrize(
    "wrong",
    [(0, 1.0, 1, 0.5), (1, -1.0, 1, 0.5), (1, math.inf, 1, 0.5), (1, math.nan, 1, 0.5), (1, 1.0, 0, 0.5),
     (1, 1.0, 1, 0.0), (1, 1.0, 1, 1.5)],
)  # fmt: skip
def test_a_batch_that_is_none_is_refused(wrong):
    with pytest.raises(NoiseRefused, match="nothing was predicted"):
        signal_to_noise(*wrong)
