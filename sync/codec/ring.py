"""Integers as elements of Z_{2^m} and back. Pure numpy; whether a sum fits is the terms' business."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.sync.codec.terms import BITS_MAX, BITS_MIN
from hushkey.sync.errors import CodecRefused

Integers = npt.NDArray[np.int64]
Elements = npt.NDArray[np.uint64]  # each below 2^m


@dataclass(frozen=True, slots=True)
class Ring:
    """The integers modulo 2^bits."""

    bits: int

    def __post_init__(self) -> None:
        """Refuse a ring that an int64 does not hold twice."""
        if not BITS_MIN <= self.bits <= BITS_MAX:
            raise CodecRefused(f"a ring has {BITS_MIN} to {BITS_MAX} bits, not {self.bits}")

    @property
    def mask(self) -> np.uint64:
        """The largest element."""
        return np.uint64((1 << self.bits) - 1)

    def apply(self, vector: Integers) -> Elements:
        """Return integers (n,) modulo 2^m."""
        return vector.view(np.uint64) & self.mask

    def undo(self, total: Elements) -> Integers:
        """Return each element as the integer from -2^(m-1) to 2^(m-1) - 1 that it stands for."""
        half = np.uint64(1 << (self.bits - 1))
        return ((total ^ half).view(np.int64)) - np.int64(1 << (self.bits - 1))

    def require(self, elements: Elements, length: int, what: str) -> None:
        """Return if these are `length` elements of the ring. Raises CodecRefused."""
        if elements.dtype != np.uint64 or elements.shape != (length,):
            raise CodecRefused(f"{what} is not {length} numbers of 64 bits; nothing was taken")
        if length and elements.max() > self.mask:
            raise CodecRefused(f"{what} holds a number beyond {self.bits} bits; nothing was taken")
