"""Means over writers, shares of one mean in another, and their bootstrap intervals. Pure; randomness is seeded."""

from collections.abc import Sequence
from dataclasses import dataclass

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
        """Write it as `+1.23 (+1.00 to +1.45)`."""
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
    """Return the mean of `part` by the mean of `whole`, writers drawn for both together."""
    if len(part) != len(whole) or not len(part):
        raise ValueError("a share needs both figures of the same writers")
    parts, wholes = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    drawn = np.random.default_rng(0).integers(0, len(parts), (DRAWS, len(parts)))
    shares: Floats = parts[drawn].mean(axis=1) / wholes[drawn].mean(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return Mean(float(parts.mean() / wholes.mean()), float(low), float(high))
