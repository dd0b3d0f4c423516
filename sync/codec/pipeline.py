"""The whole way of a delta to ring elements, and of a batch's sum back. Pure but for entropy.

    along the public directions -> normalize -> weigh -> rotate -> mask -> fixed point -> the weight behind it -> ring

Each step is applied on the device and undone on the sum, in the reverse order.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.directions import Directions
from hushkey.sync.codec.fixed_point import FixedPoint
from hushkey.sync.codec.mask import Mask
from hushkey.sync.codec.normalize import Normalize
from hushkey.sync.codec.ring import Elements, Integers, Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.codec.terms import CodecTerms
from hushkey.sync.codec.weigh import Weigh
from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import Entropy

Floats = npt.NDArray[np.float64]

_FLOATS = (np.float16, np.float32, np.float64)


class Step(Protocol):
    """One two-sided step over numbers."""

    def apply(self, vector: Floats) -> Floats:
        """Do it to one report's vector, on the device."""
        ...

    def undo(self, total: Floats) -> Floats:
        """Take it back on the sum of a batch."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A batch's sum in numbers: of the weighted deltas, and of their weights, each times its age weight."""

    vector: Floats  # (d,)
    weight: float


@dataclass(frozen=True, slots=True)
class Codec:
    """Encodes reports and decodes sums under fixed terms.

    Where there are `directions`, `terms.dimension` is how many of them are taken: of a delta's numbers (d,) its
    coordinates along those are encoded, and a sum comes back as numbers (d,).
    """

    terms: CodecTerms
    directions: Directions | None = None

    @property
    def size(self) -> int:
        """Numbers d of a delta."""
        return self.terms.dimension if self.directions is None else self.directions.size

    def coordinates(self, delta: npt.NDArray[np.floating]) -> Floats:
        """Return what of a delta (d,) is encoded: all of it, or its coordinates along the directions."""
        vector: Floats = delta.astype(np.float64)
        if self.directions is None:
            return vector
        with np.errstate(over="ignore", invalid="ignore"):  # a delta beyond float64 has none
            along = self.directions.along(vector, self.terms.dimension)
        return np.nan_to_num(along, posinf=0.0, neginf=0.0)

    def steps(self, weight: float = 1.0) -> tuple[Step, ...]:
        """Return the steps over numbers in a report's order; undoing them needs no weight."""
        terms = self.terms
        return (
            Normalize(terms.clip_norm),
            Weigh(weight),
            Rotate(terms.dimension, terms.rotation_seed),
            Mask(terms.padded, terms.kept, terms.rotation_seed),
        )

    @property
    def fixed_point(self) -> FixedPoint:
        """The rounding: with a weight of its most units the whole vector's norm is at most the stated bound."""
        units = self.terms.weight_units
        return FixedPoint(self.terms.scale, self.terms.norm_bound**2 - units**2)

    def integers(
        self, delta: npt.NDArray[np.floating], weight: float, entropy: Entropy
    ) -> Integers:
        """Return the integers (n,) that a report adds to the sum, of norm at most the stated bound.

        delta (d,), weight in [0, 1]. Raises CodecRefused, for what is no finite delta before it draws anything.
        """
        vector = self.coordinates(self._finite(delta, weight))
        for step in self.steps(weight):
            vector = step.apply(vector)
        rounded = self.fixed_point.apply(vector, entropy)
        return np.append(rounded, np.int64(math.floor(self.terms.weight_units * weight + 0.5)))

    def encode(self, delta: npt.NDArray[np.floating], weight: float, entropy: Entropy) -> Elements:
        """Return a report's ring elements (n,): see `integers`. Their sum is that of the integers to the bit."""
        return Ring(self.terms.bits).apply(self.integers(delta, weight, entropy))

    def zero(self, entropy: Entropy) -> Elements:
        """Return what a refused report sends in the place of its delta: zeros, gone the same way."""
        return self.encode(np.zeros(self.size), 0.0, entropy)

    def decode_sum(self, total: Elements) -> Decoded:
        """Return the sum of weighted deltas and that of weights from the unmasked sum (n,). Raises CodecRefused."""
        ring = Ring(self.terms.bits)
        ring.require(total, self.terms.length, "a sum")
        whole = ring.undo(total)
        vector = self.fixed_point.undo(whole[:-1])
        for step in reversed(self.steps()):
            vector = step.undo(vector)
        if self.directions is not None:
            vector = self.directions.back(vector)
        return Decoded(vector, int(whole[-1]) / self.terms.weight_units)

    def _finite(self, delta: npt.NDArray[np.floating], weight: float) -> Floats:
        if delta.shape != (self.size,) or delta.dtype not in _FLOATS:
            raise CodecRefused(
                f"a delta has {self.size} floating-point numbers of at most 64 bits; nothing was encoded"
            )
        if not np.all(np.isfinite(delta)):
            raise CodecRefused("a delta holds a number that is not finite; nothing was encoded")
        if not 0.0 <= weight <= 1.0:
            raise CodecRefused("a weight is from 0 to 1; nothing was encoded")
        return delta.astype(np.float64)
