"""Make a delta as long as every other. Pure, in float64.

Under noise that is the same for all, a report that is shorter than it may be is only harder to hear: what deltas of
short histories have in common with others is about as large a part of them as of long ones (docs/federated.md).
After the normalized updates of Das et al. 2021 (arXiv 2106.07094) and the automatic clipping of Bu et al. 2022
(arXiv 2206.07136).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Normalize:
    """Every delta as long as `norm`; nothing stays nothing."""

    norm: float

    def apply(self, vector: Floats) -> Floats:
        """Scale the vector (d,) to the norm, whatever finite numbers it holds."""
        largest = float(np.max(np.abs(vector), initial=0.0))
        if largest == 0.0:
            return vector
        unit = vector / largest  # its squares neither overflow nor vanish
        length = float(np.sqrt(np.sum(unit * unit)))
        scaled: Floats = unit * (self.norm / length)
        return scaled

    def undo(self, total: Floats) -> Floats:
        """Return the sum as it is: how long each of its parts was is not told."""
        return total
