"""Numbers to integers by stochastic rounding, drawn anew until the integer norm holds. Pure but for entropy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import Entropy
from hushkey.sync.privacy.uniform import words

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DRAWS_MAX = 64  # each holds with a chance of at least 1 - exp(-1/2): all fail below 2^-46
FRACTION_BITS = 53  # of the uniform number that a fraction is compared with


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """`scale` units per 1.0; integers whose squares sum to at most `limit`.

    Conditional randomised rounding (Kairouz, Liu & Steinke 2021, arXiv 2102.06387). The condition biases the rounding
    of a vector at the very clip norm by a little; the bound, which privacy stands on, has no exception.
    """

    scale: int
    limit: int

    def apply(self, vector: Floats, entropy: Entropy) -> Integers:
        """Round each number up with the chance of its fraction. Raises CodecRefused after 64 draws."""
        scaled = vector * float(self.scale)
        below = np.floor(scaled)
        fraction = scaled - below
        for _ in range(DRAWS_MAX):
            drawn = words(entropy, len(vector), np.uint64) >> np.uint64(64 - FRACTION_BITS)
            rounded = (below + (drawn * 2.0**-FRACTION_BITS < fraction)).astype(np.int64)
            if int(np.sum(rounded * rounded)) <= self.limit:
                return rounded
        raise CodecRefused(
            f"{DRAWS_MAX} roundings went beyond the norm that the task states; nothing was encoded: "
            "the vector is longer than the clip norm, or the source of randomness is broken"
        )

    def undo(self, total: Integers) -> Floats:
        """Return the sum in numbers."""
        return total / float(self.scale)
