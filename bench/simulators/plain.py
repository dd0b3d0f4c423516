"""A device's training as anybody would write it with torch: autograd over the softmax, and torch's own Adam.

This is what the other simulators' clients do. It reads a folder of arrays (bench/simulators/work.py) and knows nothing
of hushkey, which is not installed where they run. `features`: the frozen network has read the lines before, and a step
is the softmax; `pieces`: every training reads its lines through the network.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

BETAS = (0.9, 0.99)
VARIANTS = ("features", "pieces")


class Part(NamedTuple):
    """Lines side by side: inputs (T, B), targets (T, B), and which are predicted."""

    inputs: Tensor
    targets: Tensor
    asked: Tensor


class Softmax(nn.Module):
    """The residual behind the last layer, and the softmax: `learned` (R, D) is all that is trained."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        with np.load(folder / "weights.npz") as held:
            arrays = {name: torch.from_numpy(held[name]) for name in held.files}
        self.learned = nn.Parameter(torch.zeros(arrays["fixed"].shape[1], arrays["fixed"].shape[0]))
        self.register_buffer("fixed", arrays["fixed"])
        self.register_buffer("table", arrays["embedding.weight"])
        self.register_buffer("bias", arrays["bias"])

    def nats(self, features: Tensor, sources: Tensor, targets: Tensor) -> Tensor:
        """Mean nats of predicted pieces (n,) by their features (n, D) and sources (n, R)."""
        moved = features + sources @ self.learned
        return cross_entropy(torch.addmm(self.bias, moved, self.table.t()), targets)

    def loss(self, features: Tensor, targets: Tensor) -> Tensor:
        """Return the same where the sources are not known."""
        return self.nats(features, features @ self.fixed, targets)


class Reader(nn.Module):
    """The frozen network up to its features."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        with np.load(folder / "weights.npz") as held:
            state = {name: torch.from_numpy(held[name]) for name in held.files}
        del state["fixed"], state["bias"]
        width = state["embedding.weight"].shape[1]
        layers = sum(name.startswith("projections.") for name in state)
        hidden = state["projections.0.weight"].shape[1]
        self.embedding = nn.Embedding(*state["embedding.weight"].shape)
        self.lstms = nn.ModuleList(nn.LSTM(width, hidden) for _ in range(layers))
        self.projections = nn.ModuleList(
            nn.Linear(hidden, width, bias=False) for _ in range(layers)
        )
        self.load_state_dict(state)
        self.requires_grad_(requires_grad=False)

    def forward(self, pieces: Tensor) -> Tensor:
        """Features (T, B, D) of pieces (T, B)."""
        stream = self.embedding(pieces)
        for lstm, projection in zip(self.lstms, self.projections, strict=True):
            stream = stream + projection(lstm(stream)[0])
        return stream


class Person:
    """One device's steps, of either variant, and the rate of each."""

    def __init__(self, folder: Path, number: int) -> None:
        with np.load(folder / "users" / f"{number}.npz") as held:
            arrays = {name: torch.from_numpy(held[name]) for name in held.files}
        self.rates = arrays["rates"].tolist()
        self.features, self.pieces = [], []
        for step in range(len(self.rates)):
            names = (f"{step}.{what}" for what in ("features", "sources", "targets"))
            self.features.append(tuple(arrays[name] for name in names))
            parts = []
            while f"{step}.{len(parts)}.inputs" in arrays:
                at = f"{step}.{len(parts)}"
                parts.append(Part(*(arrays[f"{at}.{what}"] for what in Part._fields)))
            self.pieces.append(parts)


class Client:
    """Trains one device after the other."""

    def __init__(self, folder: Path, variant: str) -> None:
        self.folder, self.variant = folder, variant
        self.softmax = Softmax(folder)
        self.reader = Reader(folder) if variant == "pieces" else None
        self.person = lru_cache(maxsize=None)(lambda number: Person(folder, number))

    def loss(self, step: int, person: Person) -> Tensor:
        """Mean nats of a step."""
        if self.reader is None:
            return self.softmax.nats(*person.features[step])
        return self.softmax.loss(*read(self.reader, person.pieces[step]))

    def train(self, start: np.ndarray, number: int) -> np.ndarray:
        """Return what a device's training comes to from where it starts."""
        person = self.person(number)
        learned = self.softmax.learned
        learned.data.copy_(torch.from_numpy(start))
        adam = torch.optim.Adam([learned], lr=1.0, betas=BETAS)
        for step, rate in enumerate(person.rates):
            adam.param_groups[0]["lr"] = rate
            adam.zero_grad()
            self.loss(step, person).backward()
            adam.step()
        return learned.detach().numpy().copy()


def read(reader: Reader, parts: list[Part]) -> tuple[Tensor, Tensor]:
    """Features (n, D) and targets (n,) of what a step predicts."""
    features = torch.cat([reader(part.inputs)[part.asked] for part in parts])
    return features, torch.cat([part.targets[part.asked] for part in parts])
