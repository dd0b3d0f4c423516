"""Public directions: where many people's deltas differ alike, found on public writers. Pure numpy.

Noise on a sum is spread over all its numbers, but what people have in common lies in few directions. A task that
sends a delta's coordinates along directions that everybody knows has as much of the one and far less of the other
(Zhou, Wu & Banerjee 2021, arXiv 2007.03813; Yu et al. 2021, arXiv 2102.12677). They come with a base, are learned from
text that is public anyway, and tell nothing of anybody who types.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import NAMES, AdapterShape, Ranks

_NAME = "directions"
_HEADER = "hushkey directions"
_FORMAT = "1"
COUNT = 64  # that a base comes with, and a task takes
COUNT_MAX = 1024
_FIRST = 2.0  # how many times the whole length of the deltas a way is given: more than any direction has of them
_ALONG = 1e-6  # of a way's length that lies beside those before it: less is rounding

Halves = npt.NDArray[np.float16]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Directions:
    """Rows (r, d) of length 1, square to one another as far as float16 is exact; the most telling first."""

    ranks: Ranks  # of the groups whose numbers (d,) they are directions of
    rows: Halves

    def __post_init__(self) -> None:
        """Refuse what is no such matrix. Raises ModelMismatch."""
        rows = self.rows
        if rows.ndim != 2 or rows.dtype != np.float16 or not 1 <= len(rows) <= COUNT_MAX:
            raise ModelMismatch("the directions are no matrix of halves; they were not used")
        if len(rows) > rows.shape[1] or not np.isfinite(rows).all():
            raise ModelMismatch("the directions are more than numbers, or none; they were not used")

    @property
    def size(self) -> int:
        """Numbers d of a delta."""
        return int(self.rows.shape[1])

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of their bytes: what a task names them by."""
        return hashlib.sha256(self.to_bytes()).digest()

    def suit(self, shape: AdapterShape, ranks: Ranks) -> bool:
        """Whether they are directions of these groups of a base of this shape."""
        return dict(self.ranks) == dict(ranks) and self.size == shape.parameters(ranks)

    def along(self, vector: Vector, count: int) -> Vector:
        """Return the coordinates (count,) of a vector (d,) along the first of them."""
        coordinates: Vector = self._exact[:count] @ vector
        return coordinates

    def back(self, coordinates: Vector) -> Vector:
        """Return the vector (d,) of coordinates along the first of them: the same to the bit on every machine.

        Added up one after another, since the order in which a library's product adds is its own affair.
        """
        vector = np.zeros(self.size)
        for coordinate, row in zip(coordinates, self._exact, strict=False):
            vector += coordinate * row
        return vector

    def to_bytes(self) -> bytes:
        """Serialise; the same directions always give the same bytes."""
        groups = ",".join(f"{name}:{self.ranks[name]}" for name in NAMES if name in self.ranks)
        written: bytes = safetensors.numpy.save(
            {_NAME: self.rows}, metadata={_HEADER: f"{_FORMAT};{groups}"}
        )
        return written

    @classmethod
    def from_bytes(cls, data: bytes) -> "Directions":
        """Read what `to_bytes` wrote. Raises ModelMismatch on any other bytes."""
        try:
            ((name, held),) = safetensors.deserialize(data)  # type: ignore[no-untyped-call]
            length = int.from_bytes(data[:8], "little")
            said = json.loads(data[8 : 8 + length])["__metadata__"][_HEADER]
            form, groups = said.split(";")
            ranks = {group: int(rank) for group, rank in map(_pair, groups.split(","))}
            rows = np.frombuffer(held["data"], dtype="<f2").reshape(held["shape"])
            sound = (form, name, held["dtype"]) == (_FORMAT, _NAME, "F16") and set(ranks) <= set(
                NAMES
            )
        except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise ModelMismatch("the bytes are no directions, or are damaged; they were not used")
        return cls(ranks, rows)

    @cached_property
    def _exact(self) -> npt.NDArray[np.float64]:
        return self.rows.astype(np.float64)


def principal(
    deltas: npt.NDArray[np.floating],
    count: int,
    ranks: Ranks,
    ways: Sequence[npt.NDArray[np.floating]] = (),
) -> Directions:
    """Return the directions in which deltas (n, d), each taken as long as the others, lie most: by their mean square.

    Not less their mean: what all have in common is what is looked for. Where ways (d,) are given, they are the first,
    in their order, each as far as it lies beside those before it, and the others are those of what lies beside them
    all. Raises ModelMismatch where there are too few.
    """
    lengths = np.linalg.norm(deltas, axis=1)
    alike = (deltas[lengths > 0.0] / lengths[lengths > 0.0][:, None]).astype(np.float64)
    if not 1 <= count <= min(alike.shape):
        raise ModelMismatch(
            f"{len(alike)} deltas have no {count} directions; nothing was made: ask for fewer, or give more writers"
        )
    firsts = _square(ways)
    if len(firsts):
        beside = alike - (alike @ firsts.T) @ firsts
        lengths = _FIRST + np.arange(len(firsts) - 1, -1, -1.0)  # the first the longest
        heavy = np.sqrt(len(alike)) * lengths[:, None] * firsts
        alike = np.concatenate([heavy, beside])
    _, _, rows = np.linalg.svd(alike, full_matrices=False)
    return Directions(dict(ranks), rows[:count].astype(np.float16))


def _square(ways: Sequence[npt.NDArray[np.floating]]) -> npt.NDArray[np.float64]:
    """Return ways (k, d) of length 1, each square to those before; without those that lie in them, or go nowhere."""
    found: list[Vector] = []
    for way in ways:
        rest = way.astype(np.float64)
        for before in found:
            rest = rest - (rest @ before) * before
        if np.linalg.norm(rest) > _ALONG * np.linalg.norm(way):
            found.append(rest / np.linalg.norm(rest))
    return np.stack(found) if found else np.empty((0, 0))


def _pair(group: str) -> list[str]:
    return group.split(":")
