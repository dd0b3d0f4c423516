"""What leaves the device: clipped, averaged and noised as the accounting says, and nothing personal in it."""

import numpy as np
import pytest

from hushkey.model.adapter import Adapter
from hushkey.model.audit.batch import BATCH, noise_multiplier
from hushkey.model.audit.sharing import batch_mean, clipped, shareable
from hushkey.model.groups import NAMES, PERSONAL, AdapterShape

SHAPE = AdapterShape(vocabulary=400, width=64, hidden=96, layers=2)


@pytest.fixture
def adapter() -> Adapter:
    rng = np.random.default_rng(1)
    ranks = {name: min(8, SHAPE.largest(name)) for name in NAMES}
    zero = Adapter.zero(SHAPE, base="a-base", seed=1, ranks=ranks)
    return zero.replaced(
        {
            name: rng.normal(size=held.shape).astype(np.float32)
            for name, held in zero.tensors.items()
        }
    )


def flat(adapter: Adapter) -> np.ndarray:
    return np.concatenate([held.ravel() for held in adapter.tensors.values()])


def test_nothing_that_is_personal_is_shareable(adapter):
    assert shareable(adapter).norm(PERSONAL) == 0.0
    assert shareable(adapter).norm() < adapter.norm()


def test_a_delta_is_cut_to_the_clip_norm_and_a_shorter_one_stays(adapter):
    assert clipped(adapter, 2.0).norm() == pytest.approx(2.0, rel=1e-5)
    assert clipped(adapter, 1e6) is adapter


def test_without_noise_the_mean_is_the_delta_over_the_batch(adapter):
    delta = shareable(adapter)
    mean = batch_mean(adapter, delta.norm(), np.random.default_rng(2), multiplier=0.0)
    assert flat(mean) == pytest.approx(flat(delta) / BATCH, rel=1e-5)


def test_the_noise_has_the_deviation_that_the_accounting_asks_for(adapter):
    clip_norm = 3.0
    quiet = batch_mean(adapter, clip_norm, np.random.default_rng(2), multiplier=0.0)
    noised = batch_mean(adapter, clip_norm, np.random.default_rng(2))
    noise = flat(noised) - flat(quiet)
    assert noise.std() == pytest.approx(clip_norm * noise_multiplier() / BATCH, rel=0.05)
    assert abs(noise.mean()) < 4 * noise.std() / np.sqrt(len(noise))


def test_noise_falls_on_every_number_that_is_shared_and_on_no_other(adapter):
    noised = batch_mean(adapter.scaled(0.0), 1.0, np.random.default_rng(3))
    assert noised.norm(PERSONAL) == 0.0
    assert np.count_nonzero(flat(noised)) == len(flat(shareable(adapter)))


def test_two_batches_never_have_the_same_noise(adapter):
    rng = np.random.default_rng(4)
    one, other = batch_mean(adapter, 1.0, rng), batch_mean(adapter, 1.0, rng)
    assert not np.array_equal(flat(one), flat(other))
