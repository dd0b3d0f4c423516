"""How much a report counts."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec import age_weights, variance_weight
from hushkey.sync.errors import CodecRefused

floors = st.floats(1e-12, 1e6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), floors)
def test_a_weight_is_the_deviation_by_that_of_the_floor_and_one_at_the_most(numbers, floor):
    variance = float(sum(Fraction(number) ** 2 for number in numbers) / len(numbers))
    expected = min(1.0, math.sqrt(variance / floor))
    assert variance_weight(np.array(numbers), floor) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9), floors)
def test_a_weight_is_from_nought_to_one_for_anything_finite(numbers, floor):
    assert 0.0 <= variance_weight(np.array(numbers), floor) <= 1.0


def test_a_quieter_update_than_the_floor_counts_less_and_a_wilder_one_no_more():
    update = np.random.default_rng(1).standard_normal(10_000)
    update /= np.sqrt(np.mean(update**2))
    weights = [variance_weight(update * by, 1.0) for by in (0.0, 0.1, 1.0, 10.0, 1e200)]
    assert weights[0] == 0.0
    assert weights[1] == pytest.approx(0.1)
    assert weights[2:] == pytest.approx([1.0, 1.0, 1.0])


def test_one_number_counts_as_well_as_many():
    assert variance_weight(np.array([0.3]), 0.09) == pytest.approx(1.0)
    assert variance_weight(np.array([0.03]), 0.09) == pytest.approx(0.1)


@pytest.mark.parametrize("floor", [0.0, -1.0, math.inf, math.nan])
def test_a_floor_that_is_none_is_refused(floor):
    with pytest.raises(CodecRefused, match="floor"):
        variance_weight(np.ones(3), floor)


@pytest.mark.parametrize("delta", [[], [math.nan], [1.0, math.inf]], ids=str)
def test_a_delta_that_is_none_is_refused(delta):
    with pytest.raises(CodecRefused, match="not finite"):
        variance_weight(np.array(delta), 1.0)


def test_age_weights_are_fifteenths():
    assert age_weights(3, 0.5) == (15, 11, 9, 8)  # 15 / sqrt(1, 2, 3, 4), rounded
    assert age_weights(2, 1.0) == (15, 8, 5)
    assert age_weights(0, 0.5) == (1,)


@given(st.integers(0, 50), st.floats(0, 8))
def test_age_weights_never_grow_and_are_from_one_to_fifteen(age_max, exponent):
    weights = age_weights(age_max, exponent)
    assert len(weights) == age_max + 1
    assert list(weights) == sorted(weights, reverse=True)
    assert all(1 <= weight <= 15 for weight in weights)


def test_ages_that_count_alike_cost_no_bits():
    assert age_weights(4, 0.0) == (1, 1, 1, 1, 1)


@pytest.mark.parametrize("wrong", [(-1, 0.5), (1, -0.5), (1, math.nan), (1, math.inf)])
def test_ages_that_are_none_are_refused(wrong):
    with pytest.raises(CodecRefused):
        age_weights(*wrong)
