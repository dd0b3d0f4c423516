"""Cut a delta down to a norm. Pure, in float64."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clip:
    """No delta longer than `norm`; a shorter one as it is."""

    norm: float

    def apply(self, vector: Floats) -> Floats:
        """Scale the vector (d,) down to the norm, whatever finite numbers it holds."""
        largest = float(np.max(np.abs(vector), initial=0.0))
        if largest == 0.0:
            return vector
        unit = vector / largest  # its squares neither overflow nor vanish
        length = float(np.sqrt(np.sum(unit * unit)))
        if length <= self.norm / largest:
            return vector
        clipped: Floats = unit * (self.norm / length)
        return clipped

    def undo(self, total: Floats) -> Floats:
        """Return the sum as it is: what was cut off is not there."""
        return total
