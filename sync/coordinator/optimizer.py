"""How the mean of a batch moves the adapter: FedAvg and FedAdam, in float64 and a fixed order. Pure.

Both roles run this very code on the same bytes and come to the same bytes: each operation is one that IEEE 754 rounds
correctly, element by element (+, -, *, /, square root), and the one sum is math.fsum, which rounds once.

    FedAvg   x + share * rate * mean
    FedAdam  m = b1 m + (1 - b1) mean;  v = b2 v + (1 - b2) mean^2;  x + share * rate * m / (sqrt(v) + floor)

FedAdam is Algorithm 2 of Reddi et al. 2021 (arXiv 2003.00295), without bias correction, v from zeros. The share is how
much of its step a batch is given (`hushkey.sync.coordinator.gate`).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import RecordRefused
from hushkey.sync.messages import Optimizer

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What FedAdam remembers of the means before: m and v, each (d,)."""

    first: Vector
    second: Vector

    @classmethod
    def none(cls, size: int) -> Self:
        """Return those before the first batch, and after a rollback."""
        return cls(np.zeros(size), np.zeros(size))

    def to_bytes(self) -> bytes:
        """Return both as little-endian doubles."""
        return self.first.astype("<f8").tobytes() + self.second.astype("<f8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, size: int) -> Self:
        """Read what `to_bytes` gave; no bytes are those before the first batch. Raises RecordRefused."""
        if not data:
            return cls.none(size)
        if len(data) != 16 * size:
            raise RecordRefused(
                "the optimizer's state is of another size than the task; nothing was changed; restore a backup"
            )
        both = np.frombuffer(data, "<f8").astype(np.float64)
        return cls(both[:size], both[size:])


def step(
    by: Optimizer, held: Vector, mean: Vector, moments: Moments, share: float = 1.0
) -> tuple[Vector, Moments]:
    """Return the vector (d,) after a share of the step of a batch's mean (d,), and what is remembered."""
    rate = share * by.rate
    if by.name == "fedavg":
        return held + rate * mean, moments
    first = by.beta1 * moments.first + (1.0 - by.beta1) * mean
    second = by.beta2 * moments.second + (1.0 - by.beta2) * (mean * mean)
    return held + rate * (first / (np.sqrt(second) + by.floor)), Moments(first, second)


def norm_of(vector: Vector) -> float:
    """Return the Euclidean norm: the same on every machine, whatever order numpy would add in."""
    return math.sqrt(math.fsum((vector * vector).tolist()))
