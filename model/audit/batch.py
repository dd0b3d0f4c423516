"""What a shared batch is noised with by default, and what that promises. Pure arithmetic.

Adjacency: all reports of one device replaced by zeros. A report's sensitivity is the clip norm C; the sum of a
batch gets Gaussian noise of standard deviation z * C by ONE honest aggregator. Each report then costs
rho = C^2 / (2 (z C)^2) = 1 / (2 z^2) of zero-concentrated differential privacy, and the reports of a lifetime add
up (Bun & Steinke 2016, arXiv 1605.02065, Lemma 1.7 and Proposition 1.6).
"""

import math
from functools import lru_cache

import numpy as np

LIFETIME_EPSILON = 8.0  # of one device, over all that it ever reports
DELTA = 1e-6
REPORTS = 10  # of one device in its lifetime
BATCH = 600  # reports; what that epsilon wants at d = 2,048 (the table of the sharing design)

_ORDERS = np.geomspace(1.0 + 1e-4, 1e4, 20_000)  # alpha of the Renyi divergence


def epsilon_of(rho: float, delta: float = DELTA) -> float:
    """Return epsilon at `delta` of `rho`-zCDP.

    The best order of Renyi divergence decides (Canonne, Kamath & Steinke 2020, arXiv 2004.00010, Corollary 13).
    """
    alpha = _ORDERS
    each = rho * alpha + np.log(1.0 / (alpha * delta)) / (alpha - 1.0) + np.log1p(-1.0 / alpha)
    return max(0.0, float(each.min()))


def rho_of(epsilon: float, delta: float = DELTA) -> float:
    """Return the largest rho whose epsilon at `delta` is at most `epsilon`."""
    low, high = 0.0, epsilon
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if epsilon_of(middle, delta) <= epsilon else (low, middle)
    return low


@lru_cache(maxsize=8)
def noise_multiplier(
    epsilon: float = LIFETIME_EPSILON, delta: float = DELTA, reports: int = REPORTS
) -> float:
    """Return z: the noise's standard deviation on a batch's sum, in clip norms, for a lifetime's reports."""
    return math.sqrt(reports / (2.0 * rho_of(epsilon, delta)))
