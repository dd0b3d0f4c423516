"""From deltas to a mean: what the codec gives is what plain numbers give, but for rounding and the noise it states."""

from dataclasses import replace

import numpy as np
import pytest

from hushkey.model.directions import principal
from hushkey.sync.simulation.aggregation import Altered, Coded, Plain, aggregation_of
from hushkey.sync.simulation.algorithms import HUSHKEY, Coding, algorithm, with_epsilon

SIZE, BATCH = 150, 8  # numbers: no multiple of 64


def deltas(count=BATCH, norm=0.3, seed=5):
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((count, SIZE)).astype(np.float32)
    return list(norm * drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def coded(seed=1, age_exponent=0.0, directions=None, **changes):
    coding = replace(Coding(), **{"clip_norm": 0.65, "quiet": 0.1, "directions": 64, **changes})
    changed = replace(HUSHKEY, coding=coding, age_exponent=age_exponent)
    made = aggregation_of(changed, SIZE, BATCH, seed, directions)
    assert isinstance(made, Coded)
    return made


def found_along(count):
    rng = np.random.default_rng(3)
    return principal(rng.standard_normal((count, SIZE)), count, {"lstm_bias": 1})


def test_without_noise_directions_or_normalizing_the_codec_gives_the_plain_mean():
    ages = [0, 1, 5, 0, 2, 9, 0, 30]
    plain = aggregation_of(algorithm("fedbuff"), SIZE, BATCH, 1)
    assert isinstance(plain, Plain)
    changes = {"clip_norm": 1.0, "quiet": None, "normalized": False, "scale": 1 << 20}
    mean = coded(age_exponent=0.5, **changes).mean(deltas(), ages, 0)
    assert np.allclose(mean, plain.mean(deltas(), ages, 0), atol=1e-5)
    cut = coded(age_exponent=0.5, **{**changes, "clip_norm": 0.1}).mean(deltas(), ages, 0)
    assert np.allclose(cut, mean / 3.0, atol=1e-5)


def test_older_reports_count_less():
    plain = aggregation_of(algorithm("fedbuff"), SIZE, BATCH, 1)
    ones, zeros = np.ones(SIZE, np.float32), np.zeros(SIZE, np.float32)
    young = plain.mean([ones, zeros], [0, 8], 0)[0]
    assert young == pytest.approx(1 / (1 + 5 / 15))
    cohort = aggregation_of(algorithm("fedavg-subset"), SIZE, BATCH, 1)
    assert cohort.mean([ones, zeros], [0, 8], 0)[0] == 0.5


def test_wild_and_short_deltas_are_as_long_as_others_and_next_to_nothing_is_not():
    lengths = {
        norm: float(np.linalg.norm(coded().mean(deltas(1, norm=norm), [0], 0)))
        for norm in (50.0, 0.2, 0.01)
    }
    assert lengths[50.0] == pytest.approx(0.65, rel=0.01)
    assert lengths[0.2] == pytest.approx(0.65, rel=0.01)
    assert lengths[0.01] == pytest.approx(0.065, rel=0.05)


def test_along_directions_what_lies_in_none_of_them_is_not_there():
    directions = found_along(4)
    made = coded(directions=directions, scale=1 << 20)
    assert made.codec.terms.dimension == 4
    mean = made.mean(deltas(), [0] * BATCH, 0)
    inside = directions.back(directions.along(mean, 4))
    assert np.allclose(mean, inside, atol=1e-3)
    assert np.linalg.norm(mean) > 0.01
    assert coded().codec.terms.dimension == SIZE


def test_along_directions_the_noise_is_of_their_number_alone():
    noisy = {"epsilon": 8.0, "scale": 1 << 13}
    zeros = [np.zeros(SIZE, np.float32)] * BATCH
    every = coded(**noisy).mean(zeros, [0] * BATCH, 0)
    along = coded(directions=found_along(4), **noisy).mean(zeros, [0] * BATCH, 0)
    assert np.linalg.norm(along) < 0.5 * np.linalg.norm(every)


def test_few_bits_are_coarse_and_the_rotation_spreads_what_they_lose():
    spike = np.zeros(SIZE, np.float32)
    spike[3] = 0.6
    for rotated in (True, False):
        one = coded(clip_norm=0.65, scale=16, quiet=None, rotated=rotated)
        assert isinstance(one.codec, Altered)
        assert one.codec.rotated is rotated
        assert np.linalg.norm(one.mean([spike] * BATCH, [0] * BATCH, 0) - spike) < 0.6
    wide = coded(clip_norm=0.65, scale=1 << 20).codec.terms.bits
    narrow = coded(clip_norm=0.65, scale=16).codec.terms.bits
    assert narrow < wide - 10


def test_a_seed_draws_the_same_rounding_and_noise():
    noisy = with_epsilon(HUSHKEY, 8.0)
    first, again, other = (
        aggregation_of(noisy, SIZE, BATCH, seed).mean(deltas(), [0] * BATCH, 0)
        for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert not np.allclose(first, other)
    next_version = aggregation_of(noisy, SIZE, BATCH, 1).mean(deltas(), [0] * BATCH, 1)
    assert not np.allclose(first, next_version)


def test_the_noise_is_that_of_both_aggregators_and_shrinks_with_larger_batches():
    spreads = {}
    for larger in (1.0, 100.0):
        one = Coded.of(with_epsilon(HUSHKEY, 8.0, larger=larger), SIZE, BATCH, 1)
        mean = one.mean([np.zeros(SIZE, np.float32)] * BATCH, [0] * BATCH, 0)
        spreads[larger] = float(np.std(mean))
        weight = BATCH * max(one.weights)
        expected = np.sqrt(2) * one.sigma / larger / one.codec.terms.scale / weight
        assert spreads[larger] == pytest.approx(expected, rel=0.25)
    assert spreads[1.0] > 50 * spreads[100.0]


def test_epsilon_is_what_was_promised_over_ten_reports_and_nothing_without_noise():
    promised = aggregation_of(with_epsilon(HUSHKEY, 8.0), SIZE, BATCH, 1)
    assert promised.epsilon(10) == pytest.approx(8.0, rel=1e-3)
    assert promised.epsilon(1) < 3.0
    assert aggregation_of(HUSHKEY, SIZE, BATCH, 1).epsilon(10) is None
    assert aggregation_of(algorithm("fedbuff"), SIZE, BATCH, 1).epsilon(10) is None
    assert not with_epsilon(algorithm("fedbuff"), 8.0).is_private
