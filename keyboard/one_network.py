"""One network for several engines that read the same line: a step is computed once and then remembered.

For measuring alone. A step depends on the state, the pieces and the adapter and on nothing else, so that what is
remembered is what would be computed again, to the bit; it costs no time, so whoever times it times nothing.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.base import GRAPH, Base
from hushkey.model.runtime import Runtime, State

_MOST = (
    48_000_000  # bytes of scores that are remembered; the steps of a longer line are computed again
)

Floats = npt.NDArray[np.float32]


class OneNetwork(Base):
    """A base whose engines share one network. An adapter that one of them takes up serves them all."""

    @classmethod
    def of(cls, base: Base) -> Self:
        """Return the same base, its network shared."""
        return cls(base.folder, base.hashes)

    @cached_property
    def network(self) -> "Remembering":
        """Return the network that is shared."""
        return Remembering(self.read(GRAPH), base=self.identity)

    def runtime(self, adapter: Adapter | None = None) -> Runtime:
        """Return the shared network, with an adapter or none."""
        network = self.network
        network.use(adapter or network.zero_adapter())
        return network


class Remembering(Runtime):
    """A network that remembers steps between `remember` and the next `remember` or `compute`."""

    _steps: dict[tuple[bytes, int], tuple[State, Floats]] | None = None
    _room = 0

    def remember(self) -> None:
        """Let go of what is remembered and remember from now on."""
        self._steps, self._room = {}, _MOST

    def compute(self) -> None:
        """Let go of what is remembered and compute every step."""
        self._steps = None

    def use(self, adapter: Adapter) -> None:
        """Take up another adapter from the next step on. Raises ModelMismatch."""
        self.compute()
        super().use(adapter)

    def advance_batch(self, state: State, pieces: Sequence[int]) -> tuple[State, Floats]:
        """(state, logits (B, V)) of B states after a piece each, remembered where it is one state."""
        if self._steps is None or len(pieces) != 1:
            return super().advance_batch(state, pieces)
        key = state.hidden.tobytes() + state.cell.tobytes(), pieces[0]
        step = self._steps.get(key)
        if step is None:
            step = super().advance_batch(state, pieces)
            if step[1].nbytes <= self._room:
                self._room -= step[1].nbytes
                self._steps[key] = step
        return step
