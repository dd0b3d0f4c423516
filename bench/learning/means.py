"""Means over writers, shares of one mean in another, and their bootstrap intervals. Pure; randomness is seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import numpy.typing as npt

from bench.typing.comparison import DRAWS, interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure over writers and its 95% interval."""

    mean: float
    low: float
    high: float

    def told(self, digits: int = 2, *, sign: bool = True) -> str:
        """Write it as `+1.23 (+1.00 to +1.45)`; a dash where there is nothing to tell."""
        if not isfinite(self.mean):
            return "–"
        form = f"{{:{'+' if sign else ''}.{digits}f}}"
        mean, low, high = (form.format(value) for value in (self.mean, self.low, self.high))
        return f"{mean} ({low} to {high})"


def mean_of(values: Sequence[float]) -> Mean:
    """Return the mean of paired differences. Raises ValueError where there is none."""
    if not len(values):
        raise ValueError("there is nobody to take a mean over")
    held = np.asarray(values, dtype=np.float64)
    return Mean(float(held.mean()), *interval(held))


def share_of(part: Sequence[float], whole: Sequence[float]) -> Mean:
    """Return the mean of `part` by the mean of `whole`, writers drawn for both together.

    Of nothing there is no share: it is not a number where `whole` has no mean above zero, and an end of the
    interval is infinite where draws have none.
    """
    if len(part) != len(whole) or not len(part):
        raise ValueError("a share needs both figures of the same writers")
    parts, wholes = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    drawn = np.random.default_rng(0).integers(0, len(parts), (DRAWS, len(parts)))
    if wholes.mean() <= 0:
        return Mean(nan, nan, nan)
    parts_drawn, wholes_drawn = parts[drawn].mean(axis=1), wholes[drawn].mean(axis=1)
    told = wholes_drawn > 0
    shares: Floats = np.full(len(drawn), inf)
    shares[told] = parts_drawn[told] / wholes_drawn[told]
    low, high = np.quantile(shares, (0.025, 0.975), method="nearest")
    return Mean(float(parts.mean() / wholes.mean()), float(low), float(high))
