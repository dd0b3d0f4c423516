"""The codec once more, number by number and from the words of its docstrings."""

import hashlib
import math
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def lengthed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def blocks(dimension: int) -> list[int]:
    left = math.ceil(dimension / 64) * 64
    sizes = []
    while left:
        size = 64
        while size * 2 <= left:
            size *= 2
        sizes.append(size)
        left -= size
    return sizes


def stream(label: bytes, seed: bytes, size: int, length: int) -> bytes:
    label = lengthed(b"hushkey-share/1", label, seed, size.to_bytes(8, "big"))
    return hashlib.shake_256(label).digest(length)


def order(label: bytes, seed: bytes, size: int) -> list[int]:
    drawn = stream(label, seed, size, 8 * size)
    keys = [int.from_bytes(drawn[8 * k : 8 * k + 8], "little") for k in range(size)]
    return sorted(range(size), key=lambda k: keys[k])


def signs(seed: bytes, size: int) -> list[int]:
    return [-1 if byte & 1 else 1 for byte in stream(b"signs", seed, size, size)]


def hadamard(vector: Sequence[float]) -> list[float]:
    size = len(vector)
    return [
        sum((-1) ** (row & column).bit_count() * vector[column] for column in range(size))
        / math.sqrt(size)
        for row in range(size)
    ]


def normalize(vector: Sequence[float], norm: float) -> list[float]:
    largest = max(map(abs, vector), default=0.0)
    if not largest:
        return list(vector)
    unit = [number / largest for number in vector]  # of numbers so small that lengths lose digits
    return [norm / math.hypot(*unit) * number for number in unit]


def rotate(vector: Sequence[float], seed: bytes) -> list[float]:
    sizes = blocks(len(vector))
    padded = [*vector, *[0.0] * (sum(sizes) - len(vector))]
    places, sign = order(b"permutation", seed, len(padded)), signs(seed, len(padded))
    mixed = [padded[place] * sign[k] for k, place in enumerate(places)]
    turned: list[float] = []
    for size in sizes:
        turned += hadamard(mixed[len(turned) : len(turned) + size])
    return turned


def unrotate(turned: Sequence[float], dimension: int, seed: bytes) -> list[float]:
    back: list[float] = []
    for size in blocks(dimension):
        back += hadamard(turned[len(back) : len(back) + size])
    places, sign = order(b"permutation", seed, len(back)), signs(seed, len(back))
    padded = [0.0] * len(back)
    for k, place in enumerate(places):
        padded[place] = back[k] * sign[k]
    return padded[:dimension]


def kept_places(seed: bytes, padded: int, kept: int) -> list[int]:
    return sorted(order(b"subset", seed, padded)[:kept])


def rounded(vector: Sequence[float], scale: int, drawn: bytes) -> list[int]:
    integers = []
    for k, number in enumerate(vector):
        below = math.floor(number * scale)
        chance = number * scale - below
        uniform = (int.from_bytes(drawn[8 * k : 8 * k + 8], "little") >> 11) / 2**53
        integers.append(below + (uniform < chance))
    return integers


def pack(elements: Sequence[int], bits: int) -> bytes:
    whole = sum(element << (bits * place) for place, element in enumerate(elements))
    return whole.to_bytes(math.ceil(len(elements) * bits / 8), "little")


def expand(seed: bytes, length: int, bits: int, context: bytes) -> list[int]:
    info = lengthed(b"hushkey", b"share", b"1", context)
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(seed)
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  CTR by hand
    drawn = b"".join(block.update(k.to_bytes(16, "big")) for k in range(length // 2 + 1))
    return [int.from_bytes(drawn[8 * k : 8 * k + 8], "little") % 2**bits for k in range(length)]


def centred(element: int, bits: int) -> int:
    return element - 2**bits if element >= 2 ** (bits - 1) else element
