"""The adapter: the few named tensors that were learned. numpy and bytes; no torch, no user, no file.

What the groups do stands in hushkey.model.groups. A group that was not trained is not there, which is the same
as zeros; sums and means of adapters are exact, whatever the ranks.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import safetensors
import safetensors.numpy

from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import NAMES, RANKED, AdapterShape, Floats, Ranks, complete

_HEADER = "hushkey.adapter"  # one metadata entry: several would be written in no fixed order
_FORMAT = "2"
_ROOM = 4096  # bytes that the header may take beyond the tensors


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Adapter:
    """What was learned, for one base and one seed. Its repr tells none of it.

    Raises ModelMismatch where the tensors do not belong to the shape or hold what is not a number.
    """

    base: str  # identity of the base it was trained on
    seed: int  # of the fixed factors
    shape: AdapterShape
    tensors: Mapping[str, Floats]  # by group, those that were trained alone

    def __post_init__(self) -> None:
        if not self.base or ";" in self.base or not 0 <= self.seed < 2**63:
            raise ModelMismatch("an adapter needs the identity of a base and a seed below 2**63")
        held = {name: _own(self.tensors[name]) for name in NAMES if name in self.tensors}
        if len(held) < len(self.tensors):
            raise ModelMismatch("the adapter holds tensors of no known group; none was taken")
        for name, tensor in held.items():
            rank = len(tensor) if name in RANKED and tensor.ndim else 1
            if tensor.shape != self.shape.of(name, rank) or not 0 < rank <= self.shape.largest(
                name
            ):
                raise ModelMismatch(
                    "the tensors of the adapter do not belong to its network; none was taken"
                )
            if not np.isfinite(tensor).all():
                raise ModelMismatch(
                    "the adapter holds numbers that are not finite; it was not taken"
                )
        object.__setattr__(self, "tensors", MappingProxyType(held))

    @classmethod
    def zero(
        cls, shape: AdapterShape, *, base: str, seed: int, ranks: Ranks | None = None
    ) -> "Adapter":
        """Return the adapter that changes nothing, with room for training the groups of `ranks`."""
        room = {
            name: np.zeros(shape.of(name, rank), np.float32) for name, rank in (ranks or {}).items()
        }
        return cls(base, seed, shape, room)

    @property
    def ranks(self) -> dict[str, int]:
        """The groups that are there and their ranks."""
        return {name: len(held) if name in RANKED else 1 for name, held in self.tensors.items()}

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        return sum(held.size for held in self.tensors.values())

    def graph_inputs(self) -> Mapping[str, Floats]:
        """Return every group, zeros where it was not trained, and the fixed factors: all that a network takes."""
        return complete(self.shape, self.seed, self.tensors)

    def require(self, shape: AdapterShape, *, base: str) -> None:
        """Raise ModelMismatch unless the adapter is for this base and its sizes."""
        if self.base != base:
            raise ModelMismatch(
                "the adapter was trained on another base; it was not used; learn again on this one"
            )
        if self.shape != shape:
            raise ModelMismatch(
                "the adapter has other sizes than the base; it was not used; learn again"
            )

    def plus(self, other: "Adapter") -> "Adapter":
        """Return the sum: exact, since both are linear in what is learned. Raises ModelMismatch."""
        other.require(self.shape, base=self.base)
        if other.seed != self.seed:
            raise ModelMismatch("adapters of different seeds cannot be added; neither was changed")
        names = {**self.tensors, **other.tensors}
        return self._with(
            {name: _sum(self.tensors.get(name), other.tensors.get(name)) for name in names}
        )

    def scaled(self, factor: float) -> "Adapter":
        """Return the adapter with every learned number times `factor`."""
        times = np.float32(factor)
        return self._with({name: value * times for name, value in self.tensors.items()})

    def only(self, names: Iterable[str]) -> "Adapter":
        """Return the adapter without all other groups: `only(SHAREABLE)` may be shared."""
        kept = frozenset(names)
        return self._with({name: value for name, value in self.tensors.items() if name in kept})

    def replaced(self, tensors: Mapping[str, Floats]) -> "Adapter":
        """Return the adapter with the named tensors in place of its own. Raises ModelMismatch."""
        return self._with({**self.tensors, **tensors})

    def _with(self, tensors: Mapping[str, Floats]) -> "Adapter":
        return Adapter(self.base, self.seed, self.shape, tensors)

    def norm(self, names: Iterable[str] = NAMES) -> float:
        """Euclidean length of the named groups together."""
        squares = (
            np.square(self.tensors[name], dtype=np.float64).sum()
            for name in names
            if name in self.tensors
        )
        return float(np.sqrt(sum(squares)))

    def to_bytes(self) -> bytes:
        """Serialise, without the fixed factors; the same adapter always gives the same bytes."""
        said = f"{_FORMAT};{self.seed};{self.base}"
        written: bytes = safetensors.numpy.save(dict(self.tensors), metadata={_HEADER: said})
        return written

    @classmethod
    def from_bytes(cls, data: bytes, shape: AdapterShape, *, base: str) -> "Adapter":
        """Read what `to_bytes` wrote.

        Raises ModelMismatch on any other bytes, and on an adapter of another base or size.
        """
        most = shape.parameters({name: shape.largest(name) for name in NAMES})
        if len(data) > 4 * most + _ROOM:
            raise ModelMismatch("the bytes are not an adapter of this base; nothing was changed")
        seed, trained_on = _described(data)
        if trained_on != base:
            raise ModelMismatch(
                "the adapter is for another base; it was not used; learn again on this one"
            )
        return cls(base, seed, shape, _read_tensors(data))


def _own(tensor: Floats) -> Floats:
    """Copy, so that nobody else writes to it."""
    held = np.array(tensor, dtype=np.float32)
    held.flags.writeable = False
    return held


def _sum(one: Floats | None, other: Floats | None) -> Floats:
    """Add two learned factors; a lower rank is a higher one whose further rows are zero."""
    if one is None or other is None:
        return other if one is None else one  # type: ignore[return-value]  # one of them is there
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = longer.copy()
    total[: len(shorter)] += shorter
    return total


def _described(data: bytes) -> tuple[int, str]:
    """(seed, base) as the header states them."""
    try:
        # The reader checks the header's length, its JSON (nesting included) and every offset.
        safetensors.deserialize(data)  # type: ignore[no-untyped-call]
        length = int.from_bytes(data[:8], "little")
        said = json.loads(data[8 : 8 + length])["__metadata__"][_HEADER]
        version, _, rest = said.partition(";")
        if version != _FORMAT:
            raise ModelMismatch(
                f"the adapter has format {version[:8]!r} and this version reads {_FORMAT}; "
                "it was not used; update hushkey or learn again"
            )
        seed, base = rest.split(";")
        return int(seed), base
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelMismatch(
            "the bytes are not an adapter, or are damaged; nothing was changed"
        ) from error


def _read_tensors(data: bytes) -> dict[str, Floats]:
    found = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    if not all(held["dtype"] == "F32" for held in found.values()):
        raise ModelMismatch(
            "the adapter has other tensors than the base takes; it was not used; learn again"
        )
    return {
        name: np.frombuffer(held["data"], dtype="<f4").reshape(held["shape"])
        for name, held in found.items()
    }
