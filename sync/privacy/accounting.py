"""What reports cost their owner in privacy, by the noise of ONE honest aggregator. Pure arithmetic.

Adjacency: all reports of one device replaced by zeros. A report moves the sum by at most weight_max * B in Euclidean
norm, B the codec's stated bound; discrete Gaussian noise of sigma then costs rho = (weight_max B)^2 / (2 sigma^2) of
zero-concentrated differential privacy (Canonne, Kamath & Steinke 2020, arXiv 2004.00010, Theorem 14), and reports add
up, each chosen in the knowledge of the last (Bun & Steinke 2016, arXiv 1605.02065). The second aggregator's noise and
the crowd are not counted on.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hushkey.model.audit.batch import DELTA, rho_of
from hushkey.sync.errors import NoiseRefused
from hushkey.sync.privacy.gaussian import SIGMA_MAX

ROUNDING = 1e-12  # of a budget, left for the roundings up of a ledger

_rho_of = lru_cache(maxsize=64)(rho_of)


def sensitivity(weight_max: int, norm_bound: int) -> int:
    """Return the most that one report moves a batch's sum, in units of the ring."""
    return weight_max * norm_bound


def report_rho(moved: int, sigma: int) -> float:
    """Return what one report of sensitivity `moved` costs, rounded up; without noise it is infinite."""
    if moved < 0 or sigma < 0:
        raise NoiseRefused("a sensitivity and a sigma are 0 or more; nothing was charged")
    if moved == 0:
        return 0.0
    return _up(moved * moved / (2 * sigma * sigma)) if sigma else math.inf


def compose(rhos: Iterable[float]) -> float:
    """Return what several reports cost together, rounded up."""
    total = math.fsum(rhos)
    return _up(total) if total else 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What an owner allows over a lifetime: epsilon at delta."""

    epsilon: float
    delta: float = DELTA

    def __post_init__(self) -> None:
        """Refuse a budget that promises nothing."""
        if not (0.0 < self.epsilon < math.inf and 0.0 < self.delta < 1.0):
            raise NoiseRefused(
                "epsilon is finite and above 0, delta between 0 and 1; no budget was made"
            )

    @property
    def rho(self) -> float:
        """The same in what adds up."""
        return _rho_of(self.epsilon, self.delta)

    def reports(self, each: float, spent: float = 0.0) -> int:
        """Count the further reports of cost `each` that fit what is left."""
        if not each > 0.0:
            raise NoiseRefused("a report that costs nothing fits any budget; nothing was counted")
        return max(0, math.floor((self.rho - spent) * (1.0 - ROUNDING) / each))

    def allows(self, each: float, spent: float) -> bool:
        """Say whether one more report of cost `each` stays within."""
        return compose((spent, each)) <= self.rho


def sigma_for(epsilon: float, moved: int, reports: int, delta: float = DELTA) -> int:
    """Return the least sigma with which `reports` reports cost at most epsilon at delta. Raises NoiseRefused."""
    if moved < 1 or reports < 1:
        raise NoiseRefused(
            "a promise is about one report or more that move the sum; nothing was made"
        )
    budget = Budget(epsilon, delta)
    sigma = max(1, math.floor(moved * math.sqrt(reports / (2.0 * budget.rho))))
    if sigma <= SIGMA_MAX:
        sigma = _least(sigma, budget, moved, reports)
    if sigma > SIGMA_MAX:
        raise NoiseRefused(
            f"epsilon {epsilon:g} over {reports} reports wants a sigma beyond {SIGMA_MAX}; nothing was made: "
            "take a smaller scale"
        )
    return sigma


def _least(sigma: int, budget: Budget, moved: int, reports: int) -> int:
    while sigma > 1 and budget.reports(report_rho(moved, sigma - 1)) >= reports:
        sigma -= 1
    while budget.reports(report_rho(moved, sigma)) < reports:
        sigma += 1
    return sigma


def _up(value: float) -> float:
    return math.nextafter(value, math.inf)
