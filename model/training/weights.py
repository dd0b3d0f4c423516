"""The base's float weights as one file: the embedding in eight-bit rows, the rest in float16.

The rows are those of the graph that answers keystrokes (hushkey.model.quantisation), so an adapter
trains on the very embedding that it will be used with. It knows no manifest: hashes are checked by
whoever names the file.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import torch
from torch import Tensor

from hushkey.model.errors import BaseDamaged
from hushkey.model.quantisation import dequantise_rows, quantise_rows
from hushkey.model.training.network import Network, Shape

_HEADER = "hushkey.weights"
_FORMAT = "1"
_ROWS, _SCALES, _TABLE = "embedding.rows", "embedding.scales", "embedding.weight"
_TOGETHER = 2048  # rows of the embedding that are turned to numbers at a time


def save_weights(network: Network, path: Path) -> None:
    """Write a network, whole or not at all; the same network always gives the same bytes."""
    state = {name: value.detach().cpu().float() for name, value in network.state_dict().items()}
    rows, scales = quantise_rows(state.pop(_TABLE).numpy())
    tensors = {name: value.numpy().astype(np.float16) for name, value in state.items()}
    sizes = network.shape
    said = f"{_FORMAT};{sizes.vocabulary};{sizes.width};{sizes.hidden};{sizes.layers}"
    unfinished = path.with_suffix(".part")
    safetensors.numpy.save_file(
        {**tensors, _ROWS: rows, _SCALES: scales}, unfinished, metadata={_HEADER: said}
    )
    unfinished.replace(path)


@dataclass(frozen=True, slots=True)
class HeldWeights:
    """An open file of weights: each tensor is read when it is asked for."""

    shape: Shape
    _held: Any

    def __getitem__(self, name: str) -> Tensor:
        return torch.from_numpy(self._held.get_tensor(name))

    def table(self, precision: torch.dtype) -> Tensor:
        """Return the embedding (V, D)."""
        rows, scales = self._held.get_tensor(_ROWS), self._held.get_tensor(_SCALES)
        table = torch.empty(rows.shape, dtype=precision)
        for first in range(0, len(rows), _TOGETHER):
            part = slice(first, first + _TOGETHER)
            table[part] = torch.from_numpy(dequantise_rows(rows[part], scales[part]))
        return table


@contextmanager
def open_weights(path: Path) -> Iterator[HeldWeights]:
    """Open a file of weights. Raises BaseDamaged, also for what is found while it is read."""
    try:
        with safetensors.safe_open(path, framework="numpy") as held:
            yield HeldWeights(_shape_in(held.metadata() or {}), held)
    except (
        OSError,
        safetensors.SafetensorError,
        KeyError,
        TypeError,
        ValueError,
        RuntimeError,
    ) as error:
        raise BaseDamaged(
            f"{path.name} cannot be read as the base's weights; reinstall hushkey"
        ) from error


def load_weights(path: Path) -> Network:
    """Read a network, ready to be run and taking no gradient. Raises BaseDamaged."""
    with open_weights(path) as held:
        network = Network(held.shape)
        names = [name for name in network.state_dict() if name != _TABLE]
        state = {name: held[name].float() for name in names}
        network.load_state_dict({**state, _TABLE: held.table(torch.float32)})
    return network.eval().requires_grad_(requires_grad=False)


def _shape_in(metadata: Mapping[str, str]) -> Shape:
    version, *sizes = metadata[_HEADER].split(";")
    if version != _FORMAT:
        raise ValueError(version)
    return Shape(*(int(size) for size in sizes))
