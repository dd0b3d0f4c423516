"""The base's float weights as one file: the embedding in eight-bit rows, the rest in float16.

The rows are those of the graph that answers keystrokes (hushkey.model.quantisation), so an adapter
trains on the very embedding that it will be used with. It knows no manifest: hashes are checked by
whoever names the file.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
import torch

from hushkey.model.errors import BaseDamaged
from hushkey.model.quantisation import dequantise_rows, quantise_rows
from hushkey.model.training.network import Network, Shape

_HEADER = "hushkey.weights"
_FORMAT = "1"
_ROWS, _SCALES, _TABLE = "embedding.rows", "embedding.scales", "embedding.weight"


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


def load_weights(path: Path) -> Network:
    """Read a network, ready to be run and taking no gradient. Raises BaseDamaged."""
    try:
        with safetensors.safe_open(path, framework="numpy") as held:
            network = Network(_shape_in(held.metadata() or {}))
            tensors = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118
        table = dequantise_rows(tensors.pop(_ROWS), tensors.pop(_SCALES))
        state = {
            name: torch.from_numpy(value.astype(np.float32)) for name, value in tensors.items()
        }
        network.load_state_dict({**state, _TABLE: torch.from_numpy(table)})
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
    return network.eval().requires_grad_(requires_grad=False)


def _shape_in(metadata: Mapping[str, str]) -> Shape:
    version, *sizes = metadata[_HEADER].split(";")
    if version != _FORMAT:
        raise ValueError(version)
    return Shape(*(int(size) for size in sizes))
