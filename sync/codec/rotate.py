"""Spread a vector over all its coordinates: a public order, public signs, a Hadamard transform in blocks. Pure numpy.

Padding to one power of two would send 131,072 numbers for 71,680; blocks of 65,536, 4,096 and 2,048 send just those.
The order mixes what lies in a block. Sums and differences run in a fixed order, elementwise: leader and helper, on
different machines, turn a sum back to the same bits, which a matrix product would not promise.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.sync.codec.streams import permutation, signs
from hushkey.sync.codec.terms import blocks

Floats = npt.NDArray[np.float64]


def hadamard(vector: Floats) -> Floats:
    """Return the normalised Walsh-Hadamard transform of a vector (2^k,), its own inverse.

    Each of the k passes takes neighbours and puts their sums into the first half, their differences into the second
    (constant geometry; Pease 1968): the same products as the usual butterflies, in strides that numpy is quick at.
    """
    half = len(vector) // 2
    held, spare = vector.copy(), np.empty_like(vector)
    for _ in range(len(vector).bit_length() - 1):
        np.add(held[0::2], held[1::2], out=spare[:half])
        np.subtract(held[0::2], held[1::2], out=spare[half:])
        held, spare = spare, held
    held *= 1.0 / math.sqrt(len(vector))
    return held


@dataclass(frozen=True, slots=True)
class Rotate:
    """A rotation of vectors of `dimension` numbers, drawn from a public seed."""

    dimension: int
    seed: bytes

    def apply(self, vector: Floats) -> Floats:
        """Turn a vector (d,) into one (padded,) of the same norm."""
        sizes = blocks(self.dimension)
        padded = np.zeros(sum(sizes))
        padded[: self.dimension] = vector
        return _by_block(padded[permutation(self.seed, len(padded))] * self._signs(), sizes)

    def undo(self, total: Floats) -> Floats:
        """Turn the sum (padded,) back into one (d,)."""
        turned = _by_block(total, blocks(self.dimension)) * self._signs()
        padded = np.empty_like(turned)
        padded[permutation(self.seed, len(turned))] = turned
        return padded[: self.dimension]

    def _signs(self) -> Floats:
        return signs(self.seed, sum(blocks(self.dimension)))


def _by_block(vector: Floats, sizes: tuple[int, ...]) -> Floats:
    ends = np.cumsum(sizes)[:-1]
    return np.concatenate([hadamard(block) for block in np.split(vector, ends)])
