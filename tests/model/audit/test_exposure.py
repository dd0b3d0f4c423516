"""Exposure is a rank in bits, and the joint test knows chance when it sees it."""

import numpy as np
import pytest

from hushkey.model.audit.exposure import ALPHA, chance_bits, exposures, joint_test


def drawn(rng, canaries=24, candidates=256):
    """Exposures of canaries about which nothing was learned."""
    return np.array([exposures(rng.normal(size=candidates), rng) for _ in range(canaries)])


def test_the_likeliest_of_a_thousand_and_twenty_four_is_exposed_by_ten_bits():
    scores = np.arange(1024.0)
    found = exposures(scores, np.random.default_rng(1))
    assert found[-1] == 10.0
    assert found[0] == 0.0
    assert found[-2] == pytest.approx(9.0)


def test_the_mean_over_all_candidates_is_what_chance_gives():
    rng = np.random.default_rng(2)
    for candidates in (16, 1000, 1024):
        found = exposures(rng.normal(size=candidates), rng)
        assert found.mean() == pytest.approx(chance_bits(candidates))
    assert chance_bits(1 << 20) == pytest.approx(1.0 / np.log(2.0), abs=1e-4)


def test_equal_scores_are_exposed_by_chance_alone():
    rng = np.random.default_rng(3)
    first = [exposures(np.zeros(64), rng)[0] for _ in range(4000)]
    assert np.mean(first) == pytest.approx(chance_bits(64), abs=0.1)


def test_chance_is_called_a_leak_as_rarely_as_stated():
    rng = np.random.default_rng(4)
    called = sum(joint_test(drawn(rng), rng) < 0.1 for _ in range(200))
    assert 5 <= called <= 40  # 20 expected; beyond is less than one in ten thousand


def test_a_single_canary_that_is_known_for_certain_is_not_lost_among_many():
    rng = np.random.default_rng(5)
    held = drawn(rng, canaries=4, candidates=1024)
    held[0, 0] = held[1, 0] = 10.0
    assert joint_test(held, rng) < ALPHA


def test_a_slight_shift_of_all_canaries_is_found():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(60):
        scores = rng.normal(size=512)
        scores[0] += 0.7
        held.append(exposures(scores, rng))
    assert joint_test(np.array(held), rng) < ALPHA


def test_looking_twice_at_the_same_thing_makes_no_evidence():
    rng = np.random.default_rng(7)
    held = drawn(rng)
    once = joint_test(held, np.random.default_rng(8))
    assert joint_test(3.0 * held, np.random.default_rng(8)) == pytest.approx(once)
