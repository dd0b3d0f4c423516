"""Frames on a pipe: a JSON header and blobs of bytes, each with its length. It knows no meaning.

    frame = length of header (4 bytes, big-endian), header, blobs end to end
    header = {"kind": ..., ..., "blobs": [length of each blob]}

The trainer and whoever started it speak these; both sides trust neither the other's lengths nor its JSON.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from hushkey.model.errors import TrainingFailed

_LONGEST_HEADER = 1 << 16  # bytes
_LONGEST_BLOBS = 1 << 28  # bytes together; a hundred thousand words are half a megabyte


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One message. Blobs may hold typed text, so it has no telling repr."""

    header: Mapping[str, Any]
    blobs: tuple[bytes, ...] = ()

    @property
    def kind(self) -> str:
        """What the message is about."""
        return str(self.header.get("kind", ""))


def write_frame(
    stream: BinaryIO, kind: str, blobs: Sequence[bytes | memoryview] = (), **fields: Any
) -> None:
    """Write one frame and flush. Raises OSError where nobody reads any more."""
    sizes = [memoryview(blob).nbytes for blob in blobs]
    header = json.dumps({"kind": kind, **fields, "blobs": sizes}).encode()
    stream.write(len(header).to_bytes(4, "big") + header)
    stream.writelines(blobs)  # not joined: they would lie in memory twice
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame; None at the end of the stream. Raises TrainingFailed on anything malformed."""
    prefix = stream.read(4)
    if not prefix:
        return None
    length = int.from_bytes(prefix, "big")
    if len(prefix) < 4 or length > _LONGEST_HEADER:
        raise _broken()
    header, sizes = _parsed(_exactly(stream, length))
    return Frame(header, tuple(_exactly(stream, size) for size in sizes))


def _parsed(written: bytes) -> tuple[dict[str, Any], list[int]]:
    """(header without its list of blobs, lengths of the blobs)."""
    try:
        header = json.loads(written)
        sizes = header.pop("blobs")
        total = sum(size for size in sizes if type(size) is int and size >= 0)
        if not all(type(size) is int and size >= 0 for size in sizes) or total > _LONGEST_BLOBS:
            raise _broken()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _broken() from None  # the cause would quote what was in the frame
    return header, sizes


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise _broken()
    return data


def _broken() -> TrainingFailed:
    return TrainingFailed(
        "the pipe to the trainer broke off or carries something else; nothing was changed; learn again"
    )
