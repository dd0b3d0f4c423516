"""One device's file in a shared folder: a head that anybody reads, and sealed chunks behind one another. No I/O.

    {"format": "hushkey-device", "version": 1, "device": ..., "generation": ..., "identity": ..., "wrapped": {...}}
    chunk = length (4 bytes, big-endian) | sealed records

A device only ever appends to its file, in the place of the old one by rename; only where something was forgotten it
begins a new generation, so that no chunk holds it any more. Each seal is bound to device, generation and place: a
chunk that was changed, moved or taken from another file ends the reading there, and what stands before it holds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from hushkey.keyboard.errors import KeystoreDamaged, SealBroken, SealTooNew
from hushkey.keyboard.keys import CopyKey, context
from hushkey.keyboard.sealed import seal, unseal
from hushkey.keyboard.wrapping import WrappedKey

FORMAT: Final = "hushkey-device"
VERSION: Final = 1
_LENGTH_BYTES: Final = 4
_LONGEST_HEAD: Final = 4096  # bytes

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Who writes a file, and the key of all devices as the passphrase wraps it."""

    device: str
    generation: str
    wrapped: WrappedKey

    def to_bytes(self) -> bytes:
        """Write the first line of a file."""
        fields = {"device": self.device, "generation": self.generation}
        fields |= {"identity": self.wrapped.identity}
        head = {"format": FORMAT, "version": VERSION, **fields, "wrapped": self.wrapped.to_json()}
        return json.dumps(head, sort_keys=True).encode() + b"\n"

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """Read the first line of a file; None where it is none that this version knows."""
        try:
            match json.loads(data[:_LONGEST_HEAD].partition(b"\n")[0]):
                case {
                    "format": "hushkey-device",
                    "version": 1,
                    "device": str(device),
                    "generation": str(generation),
                    "identity": str(identity),
                    "wrapped": dict(wrapped),
                }:
                    return cls(device, generation, WrappedKey.from_json(identity, wrapped))
        except (KeystoreDamaged, ValueError, RecursionError):
            pass
        return None


@dataclass(frozen=True, slots=True)
class Chunks:
    """What could be read of a file."""

    records: tuple[Record, ...]
    count: int
    """Chunks read."""
    whole: bool
    """Whether the file ends where the last of them does."""


def chunk(key: CopyKey, head: Head, place: int, records: Sequence[Record]) -> bytes:
    """Seal records as the chunk of a place, from 0."""
    lines = (json.dumps(record, ensure_ascii=False, allow_nan=False) for record in records)
    sealed = seal(key, "\n".join(lines).encode(), context=_bound(head, place))
    return len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed


def read_chunks(key: CopyKey, head: Head, data: bytes) -> Chunks:
    """Read chunks until one is cut, changed or out of place."""
    position = data.index(b"\n") + 1
    records: list[Record] = []
    count = 0
    while position < len(data):
        start = position + _LENGTH_BYTES
        end = start + int.from_bytes(data[position:start], "big")
        if end > len(data):
            return Chunks(tuple(records), count, whole=False)
        try:
            plain = unseal(key, data[start:end], context=_bound(head, count))
        except (SealBroken, SealTooNew):
            return Chunks(tuple(records), count, whole=False)
        records += map(json.loads, plain.decode().split("\n"))
        position, count = end, count + 1
    return Chunks(tuple(records), count, whole=True)


def _bound(head: Head, place: int) -> bytes:
    return context(
        b"device file", head.device.encode(), head.generation.encode(), str(place).encode()
    )
