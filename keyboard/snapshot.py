"""What was counted from a history, as one run of bytes that says how far it reads. It knows no key and no file.

    length of the header (4 bytes, little-endian) | header (JSON) | arrays, each from a multiple of 8 on

The header names the lexicon whose word numbers the arrays use, and the cursor: the last line that was counted and the
history's revision then. Whoever loads it counts the lines that came later, and makes all anew if any other changed.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.errors import SnapshotUnusable

Array = npt.NDArray[Any]

FORMAT = 1
_ALIGNED = 8  # bytes
_LENGTH_BYTES = 4
_KINDS = frozenset("iuf")  # whole numbers and floats; nothing that could be code


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a history: everything up to one line, while nothing of it has been changed."""

    revision: int = 0
    """The history's revision when this line was the last."""
    id: int = 0
    at: float = 0.0
    """The line's time: another line may get its id where an older copy of the history is put back."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Named arrays that hold what the lines up to a cursor taught, in the word numbers of a lexicon."""

    lexicon: str  # its hash
    cursor: Cursor
    arrays: Mapping[str, Array]

    def to_bytes(self) -> bytes:
        """Write the header and the arrays one after the other."""
        listed: list[tuple[str, str, int]] = []
        body: list[bytes] = []
        for name, array in self.arrays.items():
            data = np.ascontiguousarray(array).tobytes()
            listed.append((name, array.dtype.str, len(array)))
            body += [data, bytes(-len(data) % _ALIGNED)]
        header = {
            "format": FORMAT,
            "lexicon": self.lexicon,
            "cursor": asdict(self.cursor),
            "arrays": listed,
        }
        said = json.dumps(header).encode()
        said += b" " * (-(len(said) + _LENGTH_BYTES) % _ALIGNED)
        return b"".join([len(said).to_bytes(_LENGTH_BYTES, "little"), said, *body])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Snapshot":
        """Read what to_bytes wrote; the arrays are views of `data`. Raises SnapshotUnusable."""
        try:
            begin = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
            header = json.loads(data[_LENGTH_BYTES:begin])
            if header["format"] != FORMAT:
                raise SnapshotUnusable(_OTHER)
            arrays = _arrays_in(data, begin, header["arrays"])
            return cls(str(header["lexicon"]), Cursor(**header["cursor"]), arrays)
        except (ValueError, TypeError, KeyError) as error:
            raise SnapshotUnusable(_OTHER) from error


def _arrays_in(data: bytes, begin: int, listed: list[tuple[str, str, int]]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for name, kind, length in listed:
        dtype = np.dtype(kind)
        if dtype.kind not in _KINDS:
            raise SnapshotUnusable(_OTHER)
        arrays[name] = np.frombuffer(data, dtype, length, begin)
        begin += arrays[name].nbytes + -arrays[name].nbytes % _ALIGNED
    if begin != len(data):
        raise SnapshotUnusable(_OTHER)
    return arrays


_OTHER = "the kept memory has another format; it was not used, and is made anew from the history"
