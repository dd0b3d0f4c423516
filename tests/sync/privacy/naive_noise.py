"""The noise once more, candidate by candidate in Python's integers, fed by the same bytes; and its distribution."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

Entropy = Callable[[int], bytes]


def below(limit: int, count: int, entropy: Entropy) -> list[int]:
    width = 2 if limit <= 2**8 else 4 if limit <= 2**21 else 8
    fair = 256**width // limit * limit

    def words(number: int) -> list[int]:
        drawn = entropy(number * width)
        return [int.from_bytes(drawn[k * width : (k + 1) * width], "little") for k in range(number)]

    held = words(count)
    while unfair := [k for k, word in enumerate(held) if word >= fair]:
        for k, word in zip(unfair, words(len(unfair)), strict=True):
            held[k] = word
    return [word % limit for word in held]


def exp_trials(exponents: list[int], unit: int, entropy: Entropy) -> list[bool]:
    stopped = [0] * len(exponents)
    alive, k = list(range(len(exponents))), 1
    while alive:
        drawn = below(unit * k, len(alive), entropy)
        failed = [n for n, u in zip(alive, drawn, strict=True) if u >= exponents[n]]
        for n in failed:
            stopped[n] = k
        alive = [n for n in alive if n not in set(failed)]
        k += 1
    return [k % 2 == 1 for k in stopped]


def geometric(count: int, entropy: Entropy) -> list[int]:
    successes, alive = [0] * count, list(range(count))
    while alive:
        passed = exp_trials([1] * len(alive), 1, entropy)
        alive = [n for n, held in zip(alive, passed, strict=True) if held]
        for n in alive:
            successes[n] += 1
    return successes


def laplaces(scale: int, count: int, entropy: Entropy) -> list[tuple[int, bool]]:
    """Of each candidate its amount and whether it is negative."""
    found: list[tuple[int, bool]] = []
    while len(found) < count:
        left = count - len(found)
        tries = left * 8 // 5 + 64
        drawn = below(scale, tries, entropy)
        passed = exp_trials(drawn, scale, entropy)
        us = [u for u, held in zip(drawn, passed, strict=True) if held]
        vs = geometric(len(us), entropy)
        signs = below(2, len(us), entropy)
        amounts = [(u + scale * v, sign == 1) for u, v, sign in zip(us, vs, signs, strict=True)]
        found += [each for each in amounts if each != (0, True)][:left]
    return found


def gaussians(sigma: int, count: int, entropy: Entropy) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        left = count - len(found)
        candidates = laplaces(sigma, left * 4 // 3 + 64, entropy)
        trials = [decomposed(amount, sigma) for amount, _ in candidates]
        first = exp_trials([part[0] for part in trials], 2 * sigma * sigma, entropy)
        alive = [n for n, held in enumerate(first) if held]
        for stage, unit in ((1, 2), (2, sigma)):
            passed, done = [n for n in alive if trials[n][stage][1] == 0], 0
            waiting = [n for n in alive if trials[n][stage][1] > 0]
            while waiting:
                held = exp_trials([trials[n][stage][0] for n in waiting], unit, entropy)
                waiting = [n for n, one in zip(waiting, held, strict=True) if one]
                done += 1
                passed += [n for n in waiting if trials[n][stage][1] == done]
                waiting = [n for n in waiting if trials[n][stage][1] > done]
            alive = sorted(passed)
        taken = [-candidates[n][0] if candidates[n][1] else candidates[n][0] for n in alive]
        found += taken[:left]
    return found


def decomposed(amount: int, sigma: int) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """The exponent (|y| - sigma)^2 / (2 sigma^2) as trials: one of a square, some of a half, some of u / sigma."""
    v, u = divmod(amount, sigma)
    root, steps = (sigma - u, 0) if v == 0 else (u, v - 1)
    whole = Fraction(root**2, 2 * sigma**2) + Fraction(steps**2, 2) + steps * Fraction(u, sigma)
    assert whole == Fraction((amount - sigma) ** 2, 2 * sigma**2)
    return root**2, (1, steps**2), (u, steps)


def chances(sigma: float, most: int) -> np.ndarray:
    """Of -most .. most under the discrete Gaussian."""
    mass = np.exp(-(np.arange(-most, most + 1) ** 2) / (2 * sigma**2))
    return mass / mass.sum()


def off_by(counts: np.ndarray, expected: np.ndarray) -> float:
    """How many standard deviations a chi-square statistic lies above its mean; bins below five are put together."""
    rare = expected < 5
    if rare.any():
        counts = np.append(counts[~rare], counts[rare].sum())
        expected = np.append(expected[~rare], expected[rare].sum())
    freedom = len(expected) - 1
    statistic = float(np.sum((counts - expected) ** 2 / expected))
    return (statistic - freedom) / math.sqrt(2 * freedom)


def off_discrete(drawn: np.ndarray, sigma: float) -> float:
    """The same for a sample against N_Z(0, sigma^2), each integer a bin."""
    most = int(max(12 * sigma, np.abs(drawn).max()))
    counts = np.bincount(drawn + most, minlength=2 * most + 1).astype(float)
    return off_by(counts, len(drawn) * chances(sigma, most))


def off_wide(drawn: np.ndarray, sigma: float) -> float:
    """The same where sigma is in the hundreds or more: 200 bins of whole integers, by the normal distribution.

    A sum over the integers between two half-integers is the integral up to about 1 / (24 sigma^2) of it.
    """
    edges = np.floor(np.linspace(-4 * sigma, 4 * sigma, 201)) + 0.5
    cdf = np.array([0.0, *(0.5 * math.erfc(-edge / sigma / math.sqrt(2)) for edge in edges), 1.0])
    counts = np.bincount(np.searchsorted(edges, drawn), minlength=len(edges) + 1).astype(float)
    return off_by(counts, len(drawn) * np.diff(cdf))
