"""How the reports of one task are encoded, and why their sum cannot wrap. Integer arithmetic alone.

Both operators and every device come to the same numbers from the same terms: no float decides a bound.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from hushkey.sync.errors import CodecRefused
from hushkey.sync.privacy.gaussian import SIGMA_MAX
from hushkey.sync.privacy.prediction import AGGREGATORS

SEED_BYTES = 32  # of the public seed of order, signs and mask
SMALLEST_BLOCK = 64  # of the Hadamard transform; the last is padded up to it
DIMENSION_MAX = 1 << 24
BITS_MIN, BITS_MAX = 2, 62  # a centred sum and its double fit an int64
NORM_BITS = 31  # a vector's squared norm fits an int64
FAILURE_BITS = 40  # a sum wraps with a chance below 2^-40


def blocks(dimension: int) -> tuple[int, ...]:
    """Return the powers of two, largest first, that cover `dimension`: those of its next multiple of 64."""
    padded = -(-dimension // SMALLEST_BLOCK) * SMALLEST_BLOCK
    return tuple(1 << bit for bit in reversed(range(padded.bit_length())) if padded >> bit & 1)


def root_up(square: int) -> int:
    """Return the least integer whose square is at least `square`."""
    root = math.isqrt(square)
    return root if root * root == square else root + 1


@dataclass(frozen=True, slots=True)
class CodecTerms:
    """The public terms of an encoding. Raises CodecRefused for terms that cannot be."""

    dimension: (
        int  # numbers that are encoded: a delta's, or its coordinates along public directions
    )
    clip_norm: float  # C, the Euclidean norm that these are brought to
    scale: int  # fixed-point units per 1.0
    weight_units: int  # what a variance weight of 1 is sent as
    bits: int  # m of the ring Z_{2^m}
    kept: int  # of the rotated coordinates; all of `padded`: no mask
    rotation_seed: bytes  # public

    def __post_init__(self) -> None:
        """Refuse terms that cannot be."""
        _within("the dimension", self.dimension, 1, DIMENSION_MAX)
        _within("the scale", self.scale, 1, 1 << 40)
        _within("the weight's units", self.weight_units, 1, 1 << NORM_BITS)
        _within("the ring's bits", self.bits, BITS_MIN, BITS_MAX)
        _within("the kept coordinates", self.kept, 1, self.padded)
        if not (math.isfinite(self.clip_norm) and self.clip_norm > 0.0):
            raise CodecRefused("a clip norm is finite and above 0; no terms were made")
        if len(self.rotation_seed) != SEED_BYTES:
            raise CodecRefused(f"a rotation's seed has {SEED_BYTES} bytes; no terms were made")
        if self.norm_bound.bit_length() > NORM_BITS:
            raise CodecRefused(
                f"clip norm times scale, with its rounding, goes beyond 2^{NORM_BITS}; no terms were made: "
                "take a smaller scale"
            )

    @property
    def padded(self) -> int:
        """Numbers of the rotated vector: `dimension` up to a multiple of 64."""
        return sum(blocks(self.dimension))

    @property
    def length(self) -> int:
        """Numbers n of an encoded vector: the kept coordinates, and the weight."""
        return self.kept + 1

    @property
    def rounded_square(self) -> int:
        """Bound the squared norm of the rounded coordinates, the weight apart.

        Kairouz, Liu & Steinke 2021 (arXiv 2102.06387), the proposition on conditional randomised rounding: for x of
        norm r in fixed-point units and n numbers, stochastic rounding stays within r^2 + n/4 +
        sqrt(2 log(1/beta)) (r + sqrt(n)/2) with a chance of at least 1 - beta. Here beta = exp(-1/2), so that the
        square root is 1. Their other bound, (r + sqrt(n))^2, is never smaller than this one. Each term is rounded up.
        """
        reach = math.ceil(Fraction(self.clip_norm) * self.scale)
        return reach * reach + -(-self.kept // 4) + reach + -(-root_up(self.kept) // 2)

    @property
    def norm_bound(self) -> int:
        """The stated bound B on the Euclidean norm of an encoded vector, weight included: an integer."""
        return root_up(self.rounded_square + self.weight_units * self.weight_units)

    def largest_sum(self, batch_max: int, weight_max: int, sigma: int) -> int:
        """Bound each coordinate of a batch's noised sum, up to a chance of 2^-40 over all coordinates.

        A report's coordinate is at most its vector's norm, B, and the age weight multiplies it by at most weight_max.
        Each noise is sigma^2-subgaussian (Canonne, Kamath & Steinke 2020, arXiv 2004.00010), so both exceed t with a
        chance of at most 2 exp(-t^2 / (4 sigma^2)): t^2 = 4 sigma^2 ln(2 n 2^40) gives 2^-40 over n. ln 2 < 0.7.
        """
        _within("the largest batch", batch_max, 1, 1 << 32)
        _within("the largest age weight", weight_max, 1, 1 << 16)
        _within("sigma", sigma, 0, SIGMA_MAX)
        doublings = FAILURE_BITS + (2 * self.length - 1).bit_length()  # log2(2 n 2^40), up
        tail = root_up(-(-2 * AGGREGATORS * sigma * sigma * 7 * doublings // 10))
        return weight_max * batch_max * self.norm_bound + tail

    def smallest_bits(self, batch_max: int, weight_max: int, sigma: int) -> int:
        """Return the least m whose ring holds any such sum: 2^(m-1) is above the largest. Raises CodecRefused."""
        bits = self.largest_sum(batch_max, weight_max, sigma).bit_length() + 1
        if bits > BITS_MAX:
            raise CodecRefused(
                f"such sums need a ring of {bits} bits, and the widest has {BITS_MAX}; nothing was changed: "
                "take a smaller batch or scale"
            )
        return max(BITS_MIN, bits)

    def require_room(self, batch_max: int, weight_max: int, sigma: int) -> None:
        """Return if no sum of a batch can wrap. Raises CodecRefused."""
        bits = self.smallest_bits(batch_max, weight_max, sigma)
        if self.bits < bits:
            raise CodecRefused(
                f"sums of {batch_max} reports could wrap in a ring of {self.bits} bits; no task was made: "
                f"take {bits} bits"
            )

    def fitted(self, batch_max: int, weight_max: int, sigma: int) -> Self:
        """Return these terms with the narrowest ring that no sum wraps in. Raises CodecRefused."""
        return replace(self, bits=self.smallest_bits(batch_max, weight_max, sigma))


def _within(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise CodecRefused(f"{what} is {value}, not from {least} to {most}; nothing was made")
