"""Reports of real deltas, and what each role holds of them after it opened its envelopes."""

from dataclasses import dataclass

import numpy as np

from bench.sharing.blind import Written
from bench.sharing.blindness import Held
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.codec.ring import Elements, Integers
from hushkey.sync.device.reporting import Built, Place


@dataclass(frozen=True)
class Scene:
    """All of it, made once a run."""

    base: Base
    start: Adapter
    place: Place
    owners: list[Written]
    deltas: list[np.ndarray]
    built: list[Built]
    truth: Integers
    leader: Held
    helper: Held

    @property
    def encoded(self) -> Elements:
        return np.stack([each.shares.encoded for each in self.built])

    def held(self, role: str) -> Held:
        return {"leader": self.leader, "helper": self.helper}[role]
