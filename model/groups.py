"""The named groups of parameters that can be learned, their sizes, and the fixed factors beside them. Pure numpy.

    input residual   x + (x @ input_fixed) @ input                  before the first LSTM
    lstm bias        gates + lstm_bias[layer]                       in each LSTM, torch's gate order i, f, g, o
    projection       what the last LSTM puts out, h: + (h @ projection_fixed) @ projection
    output residual  y + (y @ output_fixed) @ output                before the logits
    output bias      logits + output_bias

Embeddings are no group: they are never trained on a device. Of each low-rank pair one factor is fixed, public
and drawn from a seed, and only the other is learned, so everything is linear in what is trained (FFA-LoRA, Sun et
al. 2024, arXiv 2403.12313). The fixed factors nest: that of rank 16 is the first 16 columns of that of rank 64.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from hushkey.model.directions import Directions

RANKED = ("input", "projection", "output")  # low-rank pairs
SHAREABLE = ("lstm_bias", *RANKED)
PERSONAL = ("output_bias",)  # says outright which words a person uses: it never leaves the device
NAMES = (*SHAREABLE, *PERSONAL)

Floats = npt.NDArray[np.float32]
Ranks = Mapping[str, int]  # of each trained group; 1 where a group has no rank; absent: not trained


@dataclass(frozen=True, slots=True)
class AdapterShape:
    """Sizes of the base that an adapter is for, and the public directions that it comes with."""

    vocabulary: int  # V, pieces
    width: int  # D
    hidden: int  # H
    layers: int  # L
    directions: "Directions | None" = field(default=None, compare=False, repr=False)

    @classmethod
    def of_sizes(cls, sizes: Mapping[str, int]) -> "AdapterShape":
        """Return the shape of sizes by name, as files state them."""
        return cls(**{name: sizes[name] for name in ("vocabulary", "width", "hidden", "layers")})  # type: ignore[arg-type]

    def of(self, name: str, rank: int) -> tuple[int, ...]:
        """Shape of a group's learned tensor at a rank R; groups without one have the shape of rank 1."""
        if name in RANKED:
            return (rank, self.width)
        return (self.layers, 4 * self.hidden) if name == "lstm_bias" else (self.vocabulary,)

    def largest(self, name: str) -> int:
        """Return the highest rank of a group: that of a whole matrix."""
        return {"input": self.width, "output": self.width, "projection": self.hidden}.get(name, 1)

    @property
    def all_parameters(self) -> int:
        """Count the numbers of the whole network: what full fine-tuning would train and send."""
        gates = 4 * self.hidden
        layer = gates * (self.width + self.hidden + 2) + self.width * self.hidden
        return self.vocabulary * (self.width + 1) + self.layers * layer

    def parameters(self, ranks: Ranks) -> int:
        """Count the learned numbers of an adapter with these ranks."""
        return sum(int(np.prod(self.of(name, rank))) for name, rank in ranks.items())


@lru_cache(maxsize=16)
def fixed_factor(seed: int, name: str, size: int, rank: int) -> Floats:
    """Return a pair's fixed factor (size, rank): orthonormal columns of a cosine transform with random signs.

    Signs and order of the columns are bits of SHAKE-256, not a numpy generator's: numpy does not promise the
    same stream in its next version, and an adapter read with other factors than it was trained with is noise.
    Any few columns project as well as a random matrix does (subsampled randomised transforms; Ailon & Chazelle
    2009), all of them together lose nothing.
    """
    label = f"hushkey fixed factor 2/{seed}/{name}/{size}".encode()
    stream = np.frombuffer(hashlib.shake_256(label).digest(9 * size), dtype=np.uint8)
    signs = 1.0 - 2.0 * (stream[:size] & 1)
    order = np.argsort(stream[size:].view("<u8"), kind="stable")[:rank]
    angles = np.pi / size * np.outer(np.arange(size) + 0.5, order)
    scale = np.where(order == 0, np.sqrt(1 / size), np.sqrt(2 / size))
    factor: Floats = (signs[:, None] * np.cos(angles) * scale).astype(np.float32)
    factor.flags.writeable = False
    return factor


def source_size(shape: AdapterShape, name: str) -> int:
    """Length of the vectors that a low-rank pair reads."""
    return shape.hidden if name == "projection" else shape.width


def complete(shape: AdapterShape, seed: int, tensors: Mapping[str, Floats]) -> Mapping[str, Floats]:
    """Return all that a network takes: each group, zeros where it is not trained, and the fixed factors."""
    given: dict[str, Floats] = {}
    for name in NAMES:
        held = tensors.get(name)
        given[name] = np.zeros(shape.of(name, 1), np.float32) if held is None else held
        if name in RANKED:
            rank = len(given[name])
            given[f"{name}_fixed"] = fixed_factor(seed, name, source_size(shape, name), rank)
    return MappingProxyType(given)
