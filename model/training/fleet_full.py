"""Many devices' trainings of every weight, one after the other, and their mean: what full-model FedAvg asks. torch."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.full import finetune_fully
from hushkey.model.training.network import Network
from hushkey.model.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]


class FullFleet:
    """One network that every device of a cohort trains in turn, from the same weights."""

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        histories: Sequence[Sequence[Pieces]],
        settings: Settings,
    ) -> None:
        self._network, self._vocabulary, self._settings = network, vocabulary, settings
        self._histories = histories
        self._held = self._flat()

    def train_cohort(self, devices: Sequence[int], rate: float) -> None:
        """Move the weights by `rate` times the mean of what these devices' trainings change."""
        self.move(self.total(devices), rate / max(1, len(devices)))

    def total(self, devices: Sequence[int]) -> Floats:
        """Return the sum (W,) of what these devices' trainings change of the weights in force, which stay."""
        total = torch.zeros_like(self._held)
        for device in devices:
            self._load(self._held)
            finetune_fully(
                self._network, self._histories[device], self._settings, vocabulary=self._vocabulary
            )
            total += self._flat() - self._held
        self._load(self._held)
        return total.numpy()

    def move(self, total: Floats, rate: float) -> None:
        """Move the weights by `rate` times a sum (W,)."""
        self._held = self._held + rate * torch.from_numpy(total)
        self._load(self._held)

    def frozen(self) -> FrozenNetwork:
        """Return the version in force; it shares its weights, which the next training moves."""
        return FrozenNetwork.of(self._network)

    def weights(self) -> Floats:
        """Return every weight (W,), in the order of the network."""
        return self._held.numpy().copy()

    def use(self, weights: Floats) -> None:
        """Take up weights that `weights` gave."""
        self._held = torch.from_numpy(weights.copy())
        self._load(self._held)

    @torch.no_grad()
    def _flat(self) -> torch.Tensor:
        return torch.cat([held.detach().ravel() for held in self._network.parameters()])

    @torch.no_grad()
    def _load(self, flat: torch.Tensor) -> None:
        start = 0
        for held in self._network.parameters():
            held.copy_(flat[start : start + held.numel()].view_as(held))
            held.grad = None
            start += held.numel()
