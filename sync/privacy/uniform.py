"""Uniform integers from random bytes, exactly, by rejection. Pure but for entropy; no float."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import NoiseRefused
from hushkey.sync.keys import Entropy

Integers = npt.NDArray[np.int64]
Word = TypeVar("Word", bound=np.unsignedinteger[Any])

LIMIT_MAX = 1 << 63
# Up to each limit words of its kind do: fewer than 1 in 256 is drawn anew.
_NARROW: tuple[tuple[int, type[np.unsignedinteger[Any]]], ...] = (
    (1 << 8, np.uint16),
    (1 << 21, np.uint32),
)


def words(entropy: Entropy, count: int, kind: type[Word]) -> npt.NDArray[Word]:
    """Return `count` random words, little-endian. Raises NoiseRefused where entropy gives fewer bytes."""
    wanted = count * np.dtype(kind).itemsize
    data = entropy(wanted)
    if len(data) != wanted:
        raise NoiseRefused(
            f"the source of randomness gave {len(data)} bytes instead of {wanted}; nothing was drawn"
        )
    return np.frombuffer(data, np.dtype(kind).newbyteorder("<")).astype(kind, copy=False)


def below(limit: int, count: int, entropy: Entropy) -> Integers:
    """Return `count` integers (count,) uniform over 0 .. limit - 1. Raises NoiseRefused for limits beyond 2^63."""
    if not 1 <= limit <= LIMIT_MAX:
        raise NoiseRefused(f"a uniform integer below {limit} cannot be drawn; nothing was drawn")
    for most, narrow in _NARROW:
        if limit <= most:
            return _below(limit, count, entropy, narrow)
    return _below(limit, count, entropy, np.uint64)


def _below(limit: int, count: int, entropy: Entropy, kind: type[Word]) -> Integers:
    """Draw words and keep those below the last multiple of the limit: there each remainder is as likely."""
    fair = (1 << np.iinfo(kind).bits) // limit * limit - 1  # the largest word to keep
    drawn = words(entropy, count, kind)
    while True:
        unfair = np.flatnonzero(drawn > kind(fair))
        if unfair.size == 0:
            return (drawn % kind(limit)).astype(np.int64)
        drawn = drawn.copy()
        drawn[unfair] = words(entropy, unfair.size, kind)
