"""The default noise, recomputed by other ways of accounting."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.audit.batch import (
    DELTA,
    LIFETIME_EPSILON,
    REPORTS,
    epsilon_of,
    noise_multiplier,
    rho_of,
)


def exact_delta(epsilon: float, sensitivity: float) -> float:
    """Delta of the Gaussian mechanism with noise of one (Balle & Wang 2018, arXiv 1805.06530, Theorem 8)."""

    def below(x: float) -> float:
        return 0.5 * math.erfc(-x / math.sqrt(2.0))

    half, ratio = 0.5 * sensitivity, epsilon / sensitivity
    return below(half - ratio) - math.exp(epsilon) * below(-half - ratio)


def test_a_lifetime_of_reports_with_the_default_noise_costs_the_stated_epsilon():
    rho = REPORTS / (2.0 * noise_multiplier() ** 2)
    assert epsilon_of(rho, DELTA) == pytest.approx(LIFETIME_EPSILON, abs=1e-6)


def test_the_exact_privacy_of_that_noise_is_within_what_the_accounting_promises():
    together = math.sqrt(REPORTS) / noise_multiplier()  # ten Gaussians are one of this sensitivity
    assert exact_delta(LIFETIME_EPSILON, together) <= DELTA


def test_a_tenth_less_noise_would_break_the_promise():
    together = math.sqrt(REPORTS) / (0.9 * noise_multiplier())
    assert exact_delta(LIFETIME_EPSILON, together) > DELTA


@given(st.floats(1e-3, 20.0), st.sampled_from([1e-9, 1e-6, 1e-3]))
def test_the_conversion_is_never_looser_than_the_simple_one(rho, delta):
    simple = rho + 2.0 * math.sqrt(rho * math.log(1.0 / delta))  # Bun & Steinke, Proposition 1.3
    assert epsilon_of(rho, delta) <= simple + 1e-3


@given(st.floats(0.05, 30.0))
def test_a_budget_and_its_epsilon_are_each_others_inverse(epsilon):
    assert epsilon_of(rho_of(epsilon)) == pytest.approx(epsilon, rel=1e-3)


def test_more_reports_want_more_noise():
    assert noise_multiplier(reports=20) == pytest.approx(math.sqrt(2.0) * noise_multiplier())
