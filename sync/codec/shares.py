"""A report in two shares, each uniformly random by itself, and their sums put together again. Knows no message.

The helper's share is a stream of AES-256-CTR under a key derived from a seed of 32 bytes, which is all that travels;
the leader's is the report less that stream. Whoever holds one of them holds nothing about the report.
"""

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hushkey.keyboard.keys import context as lengthed
from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.codec.variance import AGE_WEIGHT_MAX
from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import ReportSeed

DERIVATION = b"1"  # of the stream; a change of it is a new number
KEY_BYTES = 32
ELEMENT_BYTES = 8  # of the stream an element, little-endian; its lowest m bits count
_CACHED = 1 << 13  # elements added at a time: they stay in the processor's cache
_COUNTER = bytes(16)  # a key is for one stream, which starts at 0


def expand(seed: ReportSeed, length: int, bits: int, context: bytes) -> Elements:
    """Return the helper's share (length,) of a report: a function of the seed and the report's context alone."""
    ring = Ring(bits)
    stream = np.zeros(ELEMENT_BYTES * length, np.uint8)
    encryptor = Cipher(algorithms.AES(_key(seed, context)), modes.CTR(_COUNTER)).encryptor()
    encryptor.update_into(stream.data, stream.data)
    elements = stream.view("<u8").astype(np.uint64, copy=False)
    elements &= ring.mask
    return elements


def split(encoded: Elements, seed: ReportSeed, bits: int, context: bytes) -> Elements:
    """Return the leader's share (n,): what the helper's lacks to the report. Raises CodecRefused."""
    ring = Ring(bits)
    ring.require(encoded, encoded.size, "a report")
    return (encoded - expand(seed, len(encoded), bits, context)) & ring.mask


def join(leader_sum: Elements, helper_sum: Elements, bits: int) -> Elements:
    """Return the unmasked sum (n,) of both roles' sums over the same reports. Raises CodecRefused."""
    ring = Ring(bits)
    ring.require(leader_sum, leader_sum.size, "the leader's sum")
    ring.require(helper_sum, len(leader_sum), "the helper's sum")
    return (leader_sum + helper_sum) & ring.mask


def add_into(total: Elements, share: Elements, weight: int, bits: int) -> None:
    """Add a share (n,), times its age weight, to a total (n,) in place. Raises CodecRefused, the total unchanged."""
    ring = Ring(bits)
    ring.require(total, total.size, "a total")
    ring.require(share, len(total), "a share")
    if not 1 <= weight <= AGE_WEIGHT_MAX:
        raise CodecRefused(
            f"an age weight is from 1 to {AGE_WEIGHT_MAX}, not {weight}; nothing was added"
        )
    for start in range(0, len(total), _CACHED):
        part = total[start : start + _CACHED]
        part += share[start : start + _CACHED] * np.uint64(weight)
        part &= ring.mask


def _key(seed: ReportSeed, context: bytes) -> bytes:
    info = lengthed(b"hushkey", b"share", DERIVATION, context)
    # RFC 5869; no salt is needed, as the seed is uniformly random already.
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(
        seed.reveal()
    )
