"""The adapter: the few named tensors that are learned. numpy and bytes; no torch, no user, no file.

    input residual   x + (x @ input_fixed) @ input      before the first LSTM
    lstm bias        gates + lstm_bias[layer]           in each LSTM, torch's gate order i, f, g, o
    output residual  y + (y @ output_fixed) @ output    before the logits
    output bias      logits + output_bias

Of each low-rank pair one factor is fixed, public and drawn from a seed; only the other is learned.
The adapter is thus linear in what is trained, and sums and means of adapters are exact (FFA-LoRA,
Sun et al. 2024, arXiv 2403.12313).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from hushkey.model.errors import ModelMismatch

RANK = 16  # of the input and output residuals
SHAREABLE = ("lstm_bias", "input", "output")
PERSONAL = ("output_bias",)  # says outright which words a person uses: it never leaves the device
NAMES = (*SHAREABLE, *PERSONAL)

_HEADER = "hushkey.adapter"  # one metadata entry: several would be written in no fixed order
_FORMAT = "1"
_ROOM = 4096  # bytes that the header may take beyond the tensors

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AdapterShape:
    """Sizes of the base that an adapter is for, and the rank of its residuals."""

    vocabulary: int  # V, pieces
    width: int  # D
    hidden: int  # H
    layers: int  # L
    rank: int = RANK  # R

    def of(self, name: str) -> tuple[int, ...]:
        """Shape of one learned tensor."""
        shapes: Mapping[str, tuple[int, ...]] = {
            "lstm_bias": (self.layers, 4 * self.hidden),
            "input": (self.rank, self.width),
            "output": (self.rank, self.width),
            "output_bias": (self.vocabulary,),
        }
        return shapes[name]


@lru_cache(maxsize=8)
def fixed_factors(seed: int, width: int, rank: int) -> tuple[Floats, Floats]:
    """(input_fixed, output_fixed), each (D, R) of random signs / sqrt(D): columns of unit length.

    The signs are bits of SHAKE-256, not a numpy generator's: numpy does not promise the same stream
    in its next version, and an adapter read with other factors than it was trained with is noise.
    Random signs project as well as a normal does (Achlioptas 2003).
    """
    count = 2 * width * rank
    label = f"hushkey fixed factors 1/{seed}/{width}/{rank}".encode()
    stream = np.frombuffer(hashlib.shake_256(label).digest(-(-count // 8)), dtype=np.uint8)
    signs = 1.0 - 2.0 * np.unpackbits(stream)[:count].reshape(2, width, rank)
    both = (signs / np.sqrt(width)).astype(np.float32)
    both.flags.writeable = False
    return both[0], both[1]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Adapter:
    """What was learned, for one base and one seed. Its repr tells none of it.

    Raises ModelMismatch where the tensors do not belong together or hold what is not a number.
    """

    base: str  # identity of the base it was trained on
    seed: int  # of the fixed factors
    lstm_bias: Floats  # (L, 4H)
    input: Floats  # (R, D)
    output: Floats  # (R, D)
    output_bias: Floats  # (V,)

    def __post_init__(self) -> None:
        if not self.base or ";" in self.base or not 0 <= self.seed < 2**63:
            raise ModelMismatch("an adapter needs the identity of a base and a seed below 2**63")
        for name in NAMES:
            held = np.array(
                getattr(self, name), dtype=np.float32
            )  # a copy that nobody else writes to
            held.flags.writeable = False
            object.__setattr__(self, name, held)
        wrong = [
            name for name in NAMES if getattr(self, name).ndim != (1 if name in PERSONAL else 2)
        ]
        if wrong or self.input.shape != self.output.shape or self.lstm_bias.shape[1] % 4:
            raise ModelMismatch(
                "the tensors of the adapter do not belong to one network; none was taken"
            )
        if not all(np.isfinite(getattr(self, name)).all() for name in NAMES):
            raise ModelMismatch("the adapter holds numbers that are not finite; it was not taken")

    @classmethod
    def zero(cls, shape: AdapterShape, *, base: str, seed: int) -> "Adapter":
        """Return the adapter that changes nothing."""
        return cls(base, seed, **{name: np.zeros(shape.of(name), np.float32) for name in NAMES})

    @property
    def shape(self) -> AdapterShape:
        """The sizes that the tensors have."""
        rank, width = self.input.shape
        layers, gates = self.lstm_bias.shape
        return AdapterShape(len(self.output_bias), width, gates // 4, layers, rank)

    def tensors(self) -> Mapping[str, Floats]:
        """Return the learned tensors by name."""
        return MappingProxyType({name: getattr(self, name) for name in NAMES})

    def graph_inputs(self) -> Mapping[str, Floats]:
        """Return the learned tensors and the fixed factors: all that a network takes."""
        rank, width = self.input.shape
        input_fixed, output_fixed = fixed_factors(self.seed, width, rank)
        fixed = {"input_fixed": input_fixed, "output_fixed": output_fixed}
        return MappingProxyType({**self.tensors(), **fixed})

    def require(self, shape: AdapterShape, *, base: str) -> None:
        """Raise ModelMismatch unless the adapter is for this base and has these sizes."""
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
        added = other.tensors()
        return self.replaced({name: value + added[name] for name, value in self.tensors().items()})

    def scaled(self, factor: float) -> "Adapter":
        """Return the adapter with every learned number times `factor`."""
        times = np.float32(factor)
        return self.replaced({name: value * times for name, value in self.tensors().items()})

    def only(self, names: Iterable[str]) -> "Adapter":
        """Return the adapter with all other tensors zero: `only(SHAREABLE)` may be shared."""
        kept = frozenset(names)
        left_out = {n: np.zeros_like(v) for n, v in self.tensors().items() if n not in kept}
        return self.replaced(left_out)

    def replaced(self, tensors: Mapping[str, Floats]) -> "Adapter":
        """Return the adapter with the named tensors in place of its own. Raises ModelMismatch."""
        made = Adapter(self.base, self.seed, **{**self.tensors(), **tensors})
        made.require(self.shape, base=self.base)
        return made

    def norm(self, names: Iterable[str] = NAMES) -> float:
        """Euclidean length of the named tensors together."""
        return float(
            np.sqrt(sum(np.square(getattr(self, name), dtype=np.float64).sum() for name in names))
        )

    def to_bytes(self) -> bytes:
        """Serialise, without the fixed factors; the same adapter always gives the same bytes."""
        said = f"{_FORMAT};{self.input.shape[0]};{self.seed};{self.base}"
        written: bytes = safetensors.numpy.save(dict(self.tensors()), metadata={_HEADER: said})
        return written

    @classmethod
    def from_bytes(cls, data: bytes, shape: AdapterShape, *, base: str) -> "Adapter":
        """Read what `to_bytes` wrote.

        Raises ModelMismatch on any other bytes, and on an adapter of another base, rank or size.
        """
        expected = sum(4 * int(np.prod(shape.of(name))) for name in NAMES)
        if len(data) > expected + _ROOM:
            raise ModelMismatch("the bytes are not an adapter of this base; nothing was changed")
        rank, seed, trained_on = _described(data)
        if trained_on != base or rank != shape.rank:
            raise ModelMismatch(
                "the adapter is for another base or rank; it was not used; learn again on this one"
            )
        return cls(base, seed, **_read_tensors(data, shape))


def _described(data: bytes) -> tuple[int, int, str]:
    """(rank, seed, base) as the header states them."""
    try:
        # The reader checks the header's length, its JSON (nesting included) and every offset.
        safetensors.deserialize(data)  # type: ignore[no-untyped-call]
        length = int.from_bytes(data[:8], "little")
        said = json.loads(data[8 : 8 + length])["__metadata__"][_HEADER]
        version, rank, seed, base = said.split(";")
        if version != _FORMAT:
            raise ModelMismatch(
                f"the adapter has format {version[:8]!r} and this version reads {_FORMAT}; "
                "it was not used; update hushkey or learn again"
            )
        return int(rank), int(seed), base
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelMismatch(
            "the bytes are not an adapter, or are damaged; nothing was changed"
        ) from error


def _read_tensors(data: bytes, shape: AdapterShape) -> dict[str, Floats]:
    found = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    fits = found.keys() == set(NAMES) and all(
        found[name]["dtype"] == "F32" and tuple(found[name]["shape"]) == shape.of(name)
        for name in NAMES
    )
    if not fits:
        raise ModelMismatch(
            "the adapter has other tensors than the base takes; it was not used; learn again"
        )
    return {
        name: np.frombuffer(found[name]["data"], dtype="<f4").reshape(shape.of(name))
        for name in NAMES
    }
