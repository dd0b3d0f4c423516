"""What reports cost: against the divergence itself, exact Gaussians, published conversions and a reference figure."""

import math
from fractions import Fraction

import naive_noise as naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.model.audit.batch import epsilon_of, noise_multiplier, rho_of
from hushkey.sync.errors import NoiseRefused
from hushkey.sync.privacy import Budget, compose, report_rho, sensitivity, sigma_for
from hushkey.sync.privacy.gaussian import SIGMA_MAX

# Orders and conversion of dp-accounting 0.6 (RdpAccountant), which the reference figure below was made with.
ORDERS = [*(1 + x / 10 for x in range(1, 100)), *range(11, 64), 128, 256, 512, 1024]


def converted(divergence, delta: float, orders=ORDERS) -> float:
    """Epsilon at delta of Renyi divergences: Canonne, Kamath & Steinke 2020, Corollary 13, order by order."""
    return min(
        divergence(a) + math.log1p(-1 / a) - (math.log(delta) + math.log(a)) / (a - 1)
        for a in orders
    )


def subsampled(order: float, share: float, sigma: float) -> float:
    """Renyi divergence of a Poisson-subsampled Gaussian: the integral of its definition (Mironov et al. 2019)."""
    x = np.linspace(-60 * sigma, 60 * sigma + order, 400_001)
    ratio = np.logaddexp(math.log1p(-share), math.log(share) + (2 * x - 1) / (2 * sigma**2))
    logs = order * ratio - x**2 / (2 * sigma**2) - 0.5 * math.log(2 * math.pi * sigma**2)
    top = logs.max()
    return (top + math.log(float(np.sum(np.exp(logs - top)) * (x[1] - x[0])))) / (order - 1)


def exact_epsilon(sigma: float, delta: float) -> float:
    """The smallest epsilon of a Gaussian of sensitivity 1 (Balle & Wang 2018, arXiv 1805.06530, Theorem 8)."""

    def gap(epsilon: float) -> float:
        upper = 0.5 * math.erfc(-(0.5 / sigma - epsilon * sigma) / math.sqrt(2))
        return upper - math.exp(epsilon) * 0.5 * math.erfc(
            (0.5 / sigma + epsilon * sigma) / math.sqrt(2)
        )

    low, high = 0.0, 200.0 / sigma
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) > delta else (low, middle)
    return high


@given(st.integers(1, 2**40), st.integers(1, SIGMA_MAX))
def test_a_reports_cost_is_never_rounded_down(moved, sigma):
    exact = Fraction(moved**2, 2 * sigma**2)
    assert exact < Fraction(report_rho(moved, sigma)) <= exact * (1 + Fraction(1, 2**50))


@given(st.lists(st.floats(0, 10), max_size=30))
def test_costs_add_up_and_are_never_rounded_down(rhos):
    exact = sum(map(Fraction, rhos), Fraction())
    assert (
        exact <= Fraction(compose(rhos)) <= exact * (1 + Fraction(1, 2**50)) + Fraction(1, 10**300)
    )


@pytest.mark.parametrize(("moved", "sigma"), [(1, 1), (1, 3), (5, 3), (12, 10)])
@pytest.mark.parametrize("order", [1.5, 2, 8])
def test_no_renyi_divergence_of_shifted_noise_is_above_its_cost(moved, sigma, order):
    """Summed over the integers; it is almost equal, so that nothing is given away either."""
    y = np.arange(-400, 401)
    logs = -(y**2) / (2 * sigma**2)
    logs = logs - math.log(float(np.exp(logs).sum()))
    shifted = -((y - moved) ** 2) / (2 * sigma**2)
    shifted = shifted - math.log(float(np.exp(shifted).sum()))
    divergence = math.log(float(np.sum(np.exp(order * logs + (1 - order) * shifted)))) / (order - 1)
    cost = order * report_rho(moved, sigma)
    assert divergence <= cost * (1 + 1e-9)
    assert divergence > 0.9 * cost
    assert abs(naive.chances(sigma, 400) - np.exp(logs[:])).max() < 1e-12


def test_cost_without_noise_is_infinite_and_of_nothing_nought():
    assert report_rho(5, 0) == math.inf
    assert report_rho(0, 0) == 0.0
    assert compose([]) == 0.0
    with pytest.raises(NoiseRefused):
        report_rho(-1, 1)


@pytest.mark.parametrize("rho", [0.01, 0.125, 0.5, 1.0523, 5.0])
@pytest.mark.parametrize("delta", [1e-5, 1e-6, 1e-9])
def test_epsilon_lies_between_the_exact_gaussians_and_the_simplest_conversion(rho, delta):
    """Bun & Steinke 2016, Proposition 1.3, is above; no accountant of a Gaussian can be below its exact epsilon."""
    epsilon = epsilon_of(rho, delta)
    assert exact_epsilon(1 / math.sqrt(2 * rho), delta) <= epsilon
    assert epsilon <= rho + 2 * math.sqrt(rho * math.log(1 / delta))
    assert epsilon == pytest.approx(
        converted(lambda a: a * rho, delta, np.geomspace(1.001, 1e4, 9999)), rel=1e-4
    )


def test_the_exact_gaussian_is_that_of_the_literature():
    """Sigma 1, delta 1e-5: 4.377."""
    assert exact_epsilon(1.0, 1e-5) == pytest.approx(4.377, abs=0.001)


def test_the_conversion_gives_the_reference_accountants_figure():
    """dp-accounting 0.6, RDP: q = 0.01, sigma = 1, 1,000 rounds, delta = 1e-6 give 2.437 (the dependencies' table)."""
    orders = [order for order in ORDERS if 4 <= order <= 20]
    assert converted(lambda a: 1000 * subsampled(a, 0.01, 1.0), 1e-6, orders) == pytest.approx(
        2.437, abs=6e-4
    )
    # And without subsampling the same integral is the cost that reports are charged.
    for order in (1.5, 4.0, 20.0):
        assert subsampled(order, 1 - 1e-12, 3.0) == pytest.approx(
            order * report_rho(1, 3), rel=1e-5
        )


def test_a_lifetimes_promise_is_that_of_the_audit():
    """Epsilon 8 at delta 1e-6 over 10 reports: rho 1.0524 in all, z = 2.1797."""
    moved = sensitivity(15, 16_417)
    sigma = sigma_for(8.0, moved, 10)
    assert moved == 246_255
    assert sigma == 536_771
    assert sigma / moved == pytest.approx(noise_multiplier(), rel=1e-5)
    assert Budget(8.0).rho == pytest.approx(1.05236, abs=1e-5)
    assert epsilon_of(10 * report_rho(moved, sigma)) <= 8.0


@settings(max_examples=40)
@given(st.sampled_from([0.5, 1.0, 8.0, 20.0]), st.integers(1, 10**6), st.integers(1, 50))
def test_the_least_sigma_is_enough_and_one_less_is_not(epsilon, moved, reports):
    sigma = sigma_for(epsilon, moved, reports)
    budget = Budget(epsilon)
    assert budget.reports(report_rho(moved, sigma)) >= reports
    assert sigma == 1 or budget.reports(report_rho(moved, sigma - 1)) < reports


@settings(max_examples=40)
@given(st.sampled_from([1.0, 8.0]), st.floats(1e-3, 0.9))
def test_a_ledger_that_charges_one_by_one_takes_as_many_as_were_counted(epsilon, each):
    budget, spent, taken = Budget(epsilon), 0.0, 0
    counted = budget.reports(each)
    while budget.allows(each, spent):
        spent = compose((spent, each))
        taken += 1
    assert taken == counted
    assert budget.reports(each, spent) == 0
    assert epsilon_of(spent) <= epsilon


@pytest.mark.parametrize("reports", [1, 3, 10, 1000])
def test_a_budget_that_is_meant_for_so_many_reports_takes_them(reports):
    budget = Budget(8.0)
    each = report_rho(10**6, sigma_for(8.0, 10**6, reports))
    assert budget.reports(each) == reports
    spent = 0.0
    for _ in range(reports):
        assert budget.allows(each, spent)
        spent = compose((spent, each))
    assert not budget.allows(each, spent)


def test_what_is_spent_leaves_less():
    budget = Budget(8.0)
    assert [budget.reports(0.1, spent) for spent in (0.0, 0.5, 1.0, 2.0)] == [10, 5, 0, 0]
    assert budget.reports(math.inf) == 0
    assert not budget.allows(math.inf, 0.0)


@pytest.mark.parametrize(
    "wrong", [(0.0, 1e-6), (math.inf, 1e-6), (math.nan, 1e-6), (8.0, 0.0), (8.0, 1.0)]
)
def test_a_budget_that_promises_nothing_is_refused(wrong):
    with pytest.raises(NoiseRefused, match="no budget was made"):
        Budget(*wrong)


def test_promises_that_no_exact_noise_keeps_are_refused():
    with pytest.raises(NoiseRefused, match="smaller scale"):
        sigma_for(0.01, 2**31, 10)
    with pytest.raises(NoiseRefused):
        sigma_for(8.0, 0, 10)
    with pytest.raises(NoiseRefused):
        sigma_for(8.0, 1, 0)
    with pytest.raises(NoiseRefused, match="costs nothing"):
        Budget(8.0).reports(0.0)


def test_rho_and_epsilon_are_each_others_inverse():
    for epsilon in (0.1, 1.0, 8.0):
        assert epsilon_of(rho_of(epsilon)) == pytest.approx(epsilon, rel=1e-9)
