"""Exact discrete Gaussian noise: integers alone, no float on the way. Pure but for entropy.

Canonne, Kamath & Steinke 2020 (arXiv 2004.00010), Algorithms 1 to 3, over whole arrays: each call draws for all
candidates at once, and a candidate is accepted or not by itself. Floats would round the tails, and rounded noise has
no proof (Mironov 2012). How long a call takes depends on what it draws (Jin et al. 2022, arXiv 2112.05307), so a
batch's noise is drawn in one call, whose time tells next to nothing of one coordinate.
"""

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import NoiseRefused
from hushkey.sync.keys import Entropy
from hushkey.sync.privacy.uniform import Integers, below

# 2 sigma^2 k stays within 2^63 for k to 1,024; beyond, with a chance below 2^-8000, the draw is refused.
SIGMA_MAX = 1 << 26
COUNT_MAX = 1 << 25
_SPARE = 64  # candidates beyond the expected number: most draws then end after one round

Truths = npt.NDArray[np.bool_]


def discrete_gaussian(sigma: int, count: int, entropy: Entropy) -> Integers:
    """Return `count` independent integers (count,), x with a chance proportional to exp(-x^2 / (2 sigma^2)).

    Candidates y are discrete Laplace of scale sigma, taken with a chance of exp(-(|y| - sigma)^2 / (2 sigma^2)); about
    three in four are. sigma 0 gives zeros. Raises NoiseRefused.
    """
    if not (0 <= sigma <= SIGMA_MAX and 0 <= count <= COUNT_MAX):
        raise NoiseRefused(
            f"noise of sigma {sigma} for {count} numbers cannot be drawn exactly; nothing was drawn: "
            f"sigma is an integer from 0 to {SIGMA_MAX}"
        )
    if sigma == 0:
        return np.zeros(count, np.int64)
    kept: list[Integers] = []
    left = count
    while left > 0:
        drawn = _gaussians(sigma, left * 4 // 3 + _SPARE, entropy)[:left]
        kept.append(drawn)
        left -= len(drawn)
    return np.concatenate(kept) if kept else np.zeros(0, np.int64)


def _gaussians(sigma: int, tries: int, entropy: Entropy) -> Integers:
    """Algorithm 3 with t = sigma: those of `tries` Laplace candidates that are taken.

    |y| = u + sigma v with u below sigma, so the exponent (|y| - sigma)^2 / (2 sigma^2) is (sigma - u)^2 / (2 sigma^2)
    where v = 0, and else u^2 / (2 sigma^2) + (v - 1) u / sigma + (v - 1)^2 / 2: one trial of an exponent within [0, 1]
    for each unit, and nothing that overflows.
    """
    u, v, sign = _laplaces(sigma, tries, entropy)
    root = np.where(v == 0, sigma - u, u)
    taken = np.flatnonzero(exp_trials(root * root, 2 * sigma * sigma, entropy))
    steps = np.maximum(v - 1, 0)
    ones = np.ones(tries, np.int64)
    for exponents, unit, times in ((ones, 2, steps * steps), (u, sigma, steps)):
        taken = _survivors(taken, exponents, unit, times, entropy)
    value: Integers = (u + sigma * v)[taken]
    return np.where(sign[taken], -value, value)


def _survivors(
    taken: Integers, exponents: Integers, unit: int, times: Integers, entropy: Entropy
) -> Integers:
    """Keep of the candidates `taken` those that pass `times` trials of exp(-exponents / unit) each."""
    done = 0
    waiting = taken[times[taken] > 0]
    passed = [taken[times[taken] == 0]]
    while waiting.size:
        waiting = waiting[exp_trials(exponents[waiting], unit, entropy)]
        done += 1
        passed.append(waiting[times[waiting] == done])
        waiting = waiting[times[waiting] > done]
    return np.sort(np.concatenate(passed))


def _laplaces(scale: int, count: int, entropy: Entropy) -> tuple[Integers, Integers, Truths]:
    """Algorithm 2: `count` of y with a chance proportional to exp(-|y| / scale), as u + scale v = |y| and a sign."""
    kept: list[tuple[Integers, Integers, Truths]] = []
    left = count
    while left > 0:
        tries = left * 8 // 5 + _SPARE  # exp(-u / scale) lets 63% pass
        u = below(scale, tries, entropy)
        u = u[exp_trials(u, scale, entropy)]
        v = _geometric(len(u), entropy)
        negative = below(2, len(u), entropy) == 1
        once = np.flatnonzero(~(negative & (u == 0) & (v == 0)))[:left]  # zero has one sign only
        kept.append((u[once], v[once], negative[once]))
        left -= len(once)
    us, vs, signs = zip(*kept, strict=True)
    return np.concatenate(us), np.concatenate(vs), np.concatenate(signs)


def _geometric(count: int, entropy: Entropy) -> Integers:
    """Count for each how many trials of exp(-1) succeed before one fails."""
    successes = np.zeros(count, np.int64)
    alive = np.arange(count)
    while alive.size:
        alive = alive[exp_trials(np.ones(alive.size, np.int64), 1, entropy)]
        successes[alive] += 1
    return successes


def exp_trials(exponents: Integers, unit: int, entropy: Entropy) -> Truths:
    """Algorithm 1: for each p of exponents (n,), 0 <= p <= unit, true with a chance of exp(-p / unit) exactly.

    Trials of chance p / (unit k) for k = 1, 2, ... until one fails: that k is odd with just that chance.
    """
    odd = np.ones(len(exponents), np.bool_)
    alive = np.arange(len(exponents))
    k = 1
    while alive.size:
        alive = alive[below(unit * k, alive.size, entropy) < exponents[alive]]
        k += 1
        odd[alive] = k % 2 == 1
    return odd
