"""Send only some of the rotated coordinates, the same of every report. Pure numpy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.sync.codec.streams import subset

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mask:
    """`kept` of `padded` coordinates, drawn from a public seed; all of them: no mask."""

    padded: int
    kept: int
    seed: bytes

    def apply(self, vector: Floats) -> Floats:
        """Take the kept coordinates (kept,) of a vector (padded,)."""
        return vector[self._places()]

    def undo(self, total: Floats) -> Floats:
        """Put the sum (kept,) back where it was taken from, zeros elsewhere, each times padded / kept.

        Over all seeds a coordinate is kept with a chance of kept / padded, so that the sum is unbiased.
        """
        scattered = np.zeros(self.padded)
        scattered[self._places()] = total * (self.padded / self.kept)
        return scattered

    def _places(self) -> npt.NDArray[np.int64]:
        return subset(self.seed, self.padded, self.kept)
