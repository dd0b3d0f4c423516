"""Exact discrete Gaussian: the twin's numbers, the right distribution, and tests that notice a wrong one."""

import ast
import inspect
import math

import naive_noise as naive
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushkey.sync.errors import NoiseRefused
from hushkey.sync.privacy import discrete_gaussian, gaussian, uniform
from hushkey.sync.privacy.gaussian import COUNT_MAX, SIGMA_MAX, exp_trials

CLOSE = 4.0  # standard deviations of the statistic; the bytes are fixed, so that nothing flakes
FAR = 8.0


def entropy(seed: int):
    return np.random.default_rng(seed).bytes


sigmas = st.one_of(st.integers(1, 50), st.integers(1, SIGMA_MAX))


@settings(max_examples=60)
@given(sigmas, st.integers(0, 60), st.integers(0, 2**32))
@example(SIGMA_MAX, 60, 1)
@example(1, 60, 1)
def test_noise_is_that_of_the_twin_to_the_bit(sigma, count, seed):
    drawn = discrete_gaussian(sigma, count, entropy(seed))
    assert drawn.dtype == np.int64
    assert drawn.tolist() == naive.gaussians(sigma, count, entropy(seed))


@given(sigmas, st.integers(0, 2**31))
def test_the_trials_of_a_candidate_make_up_the_papers_exponent(sigma, amount):
    root, _, (u, _) = naive.decomposed(amount, sigma)  # asserts the sum itself
    assert 0 <= root <= sigma**2
    assert 0 <= u < sigma


@pytest.mark.parametrize(
    ("exponent", "unit"), [(0, 5), (1, 5), (4, 5), (5, 5), (1, 2), (1, 2 * SIGMA_MAX**2)]
)
def test_a_trial_succeeds_with_the_chance_of_its_exponential(exponent, unit):
    tries = 200_000
    chance = math.exp(-exponent / unit)
    found = exp_trials(np.full(tries, exponent), unit, entropy(8)).sum()
    assert abs(found - tries * chance) <= 4 * math.sqrt(tries * chance * (1 - chance)) + 1


@pytest.mark.parametrize("sigma", [1, 2, 3, 10, 40])
def test_small_noise_has_the_chances_of_its_definition(sigma):
    assert abs(naive.off_discrete(discrete_gaussian(sigma, 200_000, entropy(1)), sigma)) < CLOSE


@pytest.mark.parametrize("sigma", [300, 100_003, SIGMA_MAX])
def test_wide_noise_has_the_chances_of_its_definition(sigma):
    assert abs(naive.off_wide(discrete_gaussian(sigma, 200_000, entropy(2)), sigma)) < CLOSE


@pytest.mark.parametrize("sigma", [40, 100_000])
@pytest.mark.parametrize("by", [0.97, 1.03])
def test_a_sigma_three_hundredths_off_is_noticed(sigma, by):
    drawn = discrete_gaussian(sigma, 200_000, entropy(1))
    off = naive.off_discrete if sigma < 100 else naive.off_wide
    assert off(drawn, by * sigma) > FAR


@pytest.mark.parametrize("sigma", [1, 2])
def test_a_rounded_continuous_gaussian_is_noticed(sigma):
    rounded = np.rint(sigma * np.random.default_rng(1).standard_normal(500_000)).astype(np.int64)
    assert naive.off_discrete(rounded, sigma) > FAR
    assert abs(naive.off_discrete(discrete_gaussian(sigma, 500_000, entropy(6)), sigma)) < CLOSE


def test_a_laplace_of_the_same_deviation_is_noticed():
    u, v, negative = gaussian._laplaces(7, 200_000, entropy(1))
    drawn = np.where(negative, -(u + 7 * v), u + 7 * v)
    assert naive.off_discrete(drawn, drawn.std()) > FAR


def test_laplace_candidates_have_the_chances_of_their_definition():
    u, v, negative = gaussian._laplaces(7, 200_000, entropy(1))
    drawn = np.where(negative, -(u + 7 * v), u + 7 * v)
    most = int(np.abs(drawn).max())
    mass = np.exp(-np.abs(np.arange(-most, most + 1)) / 7)
    counts = np.bincount(drawn + most, minlength=2 * most + 1).astype(float)
    assert abs(naive.off_by(counts, 200_000 * mass / mass.sum())) < CLOSE


def test_neighbouring_numbers_have_nothing_to_do_with_each_other():
    drawn = discrete_gaussian(1000, 200_000, entropy(4)) / 1000
    for lag in (1, 2, 7):
        correlation = float(np.mean(drawn[lag:] * drawn[:-lag]))
        assert abs(correlation) < 4 / math.sqrt(len(drawn))
        squares = float(np.mean((drawn[lag:] ** 2 - 1) * (drawn[:-lag] ** 2 - 1)))
        assert abs(squares) < 4 * 2 / math.sqrt(len(drawn))


def test_the_first_and_the_last_numbers_are_of_one_distribution():
    """A draw is cut to length, and must not be cut by what was drawn."""
    drawn = np.concatenate([discrete_gaussian(1000, 100, entropy(n)) for n in range(500)])
    parts = drawn.reshape(500, 100) / 1000
    for part in (parts[:, :20], parts[:, -20:]):
        assert abs(float(np.mean(part**2)) - 1) < 4 * math.sqrt(2 / part.size)


def test_no_noise_is_zeros_and_draws_nothing():
    assert not discrete_gaussian(0, 5, lambda _: pytest.fail("drawn")).any()
    assert len(discrete_gaussian(7, 0, lambda _: pytest.fail("drawn"))) == 0


@pytest.mark.parametrize(
    ("sigma", "count"), [(-1, 1), (SIGMA_MAX + 1, 1), (1, -1), (1, COUNT_MAX + 1)]
)
def test_noise_beyond_what_is_exact_is_refused(sigma, count):
    with pytest.raises(NoiseRefused, match="exactly"):
        discrete_gaussian(sigma, count, entropy(1))


def test_a_source_that_runs_dry_gives_no_noise():
    with pytest.raises(NoiseRefused, match="nothing was drawn"):
        discrete_gaussian(5, 10, lambda size: bytes(size // 2))


@pytest.mark.parametrize("module", [gaussian, uniform])
def test_no_float_is_on_the_way_of_the_noise(module):
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Div)
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (
            isinstance(node, ast.Attribute) and node.attr.startswith(("float", "exp", "sqrt"))
        )
