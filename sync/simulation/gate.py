"""The coordinator's gate over a population: how much of a version's step is taken, by what public writers typed.

The rule is that of hushkey.sync.coordinator.gate; the nats are read by the trainer's network, a piece instead of a
word, and no secrets are planted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.model.training.likelihood import Likelihood
from hushkey.sync.coordinator.gate import choice

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class PublicGate:
    """Public lines, and how the base and the version in force read them."""

    lines: Likelihood
    group: str
    base: float  # nats a piece
    held: tuple[bytes, float] | None = None  # the version that was read last

    @classmethod
    def of(cls, lines: Likelihood, group: str, start: Floats) -> "PublicGate":
        """Return a gate before the first version; `start` is what everybody begins with."""
        return cls(lines, group, lines.together(group, start))

    def chosen(self, before: Floats, candidates: Sequence[Floats]) -> Floats:
        """Return the candidate that is released; the version before them where none is."""
        nats = [self.lines.together(self.group, each) for each in candidates]
        at, reason = choice(nats, self._read(before), self.base)
        if reason:
            return before
        self.held = candidates[at].tobytes(), nats[at]
        return candidates[at]

    def _read(self, version: Floats) -> float:
        if self.held is None or self.held[0] != version.tobytes():
            self.held = version.tobytes(), self.lines.together(self.group, version)
        return self.held[1]
