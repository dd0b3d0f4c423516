"""Elements of m bits to bytes without a gap, and strictly back. Pure numpy.

Bit b of element i is bit i m + b of the message, and bit k of a message is bit k mod 8 of its byte k div 8. Sixty-four
elements fill m words of 64 bits exactly, so whole columns of such groups are shifted into place at once.
"""

from collections.abc import Iterator

import numpy as np

from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.errors import CodecRefused

_WORD = 64  # bits


def packed_bytes(length: int, bits: int) -> int:
    """Count the bytes of `length` elements."""
    return -(-length * bits // 8)


def pack(elements: Elements, bits: int) -> bytes:
    """Return elements (n,) as ceil(n m / 8) bytes, the last padded with zero bits. Raises CodecRefused."""
    Ring(bits).require(elements, elements.size, "a share")
    groups = -(-len(elements) // _WORD)
    columns = np.zeros((_WORD, groups), np.uint64)
    columns.T.flat[: len(elements)] = elements
    filled = np.zeros((bits + 1, groups), np.uint64)  # the last row only ever takes zeros
    for column, word, shift in _places(bits):
        filled[word] |= columns[column] << np.uint64(shift)
        if shift + bits > _WORD:
            filled[word + 1] |= columns[column] >> np.uint64(_WORD - shift)
    return filled[:bits].T.astype("<u8").tobytes()[: packed_bytes(len(elements), bits)]


def unpack(data: bytes, length: int, bits: int) -> Elements:
    """Return the elements (length,) of packed bytes. Raises CodecRefused unless `pack` makes just these."""
    ring = Ring(bits)
    expected = packed_bytes(length, bits)
    if len(data) != expected:
        raise CodecRefused(f"a share has {expected} bytes, not {len(data)}; nothing was taken")
    used = length * bits % 8
    if used and data[-1] >> used:
        raise CodecRefused("a share's padding is not zero; nothing was taken")
    groups = -(-length // _WORD)
    whole = data + bytes(8 * bits * groups - expected)
    held = np.frombuffer(whole, "<u8").reshape(groups, bits).T.astype(np.uint64, order="C")
    columns = np.empty((_WORD, groups), np.uint64)
    for column, word, shift in _places(bits):
        np.right_shift(held[word], np.uint64(shift), out=columns[column])
        if shift + bits > _WORD:
            columns[column] |= held[word + 1] << np.uint64(_WORD - shift)
    columns &= ring.mask
    return columns.T.reshape(-1)[:length].copy()


def _places(bits: int) -> Iterator[tuple[int, int, int]]:
    """Yield for each of a group's elements the word that it starts in and the bit there."""
    for column in range(_WORD):
        word, shift = divmod(column * bits, _WORD)
        yield column, word, shift
