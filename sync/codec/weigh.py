"""Multiply a delta by its report's weight. After it was normalized: before that, the weight would cancel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weigh:
    """A weight from 0 to 1, the same for all numbers of a report."""

    weight: float

    def apply(self, vector: Floats) -> Floats:
        """Weigh the vector (d,)."""
        return vector * self.weight

    def undo(self, total: Floats) -> Floats:
        """Return the sum as it is: it is divided by the sum of the weights, once, by whoever takes the mean."""
        return total
