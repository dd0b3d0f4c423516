"""What is public and drawn from a task's seed: an order, signs, a subset. Knows no secret and no vector.

Bits of SHAKE-256 and not of a numpy generator, whose stream may change between versions: a sum turned back by
another order than it was turned by is noise.
"""

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.keys import context

Places = npt.NDArray[np.int64]
Signs = npt.NDArray[np.float64]

KEY_BYTES = 8  # a place's sort key; equal keys keep their order


def _stream(label: bytes, seed: bytes, size: int, length: int) -> bytes:
    """Return `length` bytes for one purpose, one seed and one size."""
    named = context(b"hushkey-share/1", label, seed, size.to_bytes(8, "big"))
    return hashlib.shake_256(named).digest(length)


def _order(label: bytes, seed: bytes, size: int) -> Places:
    """Sort the places by keys of the stream, 8 bytes each, little-endian."""
    keys = np.frombuffer(_stream(label, seed, size, KEY_BYTES * size), dtype="<u8")
    return np.argsort(keys, kind="stable").astype(np.int64)


@lru_cache(maxsize=8)
def permutation(seed: bytes, size: int) -> Places:
    """Return an order (size,) of all places."""
    order = _order(b"permutation", seed, size)
    order.flags.writeable = False
    return order


@lru_cache(maxsize=8)
def signs(seed: bytes, size: int) -> Signs:
    """Return signs (size,), 1.0 or -1.0: -1.0 where the lowest bit of a place's byte is set."""
    stream = np.frombuffer(_stream(b"signs", seed, size, size), dtype=np.uint8)
    drawn = np.where(stream & 1, np.float64(-1.0), np.float64(1.0))
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=8)
def subset(seed: bytes, size: int, kept: int) -> Places:
    """Return `kept` of the places, ascending: the first of an order of their own."""
    chosen = np.sort(_order(b"subset", seed, size)[:kept])
    chosen.flags.writeable = False
    return chosen
