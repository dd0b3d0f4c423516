"""The public writers of a population: the directions that are found on their lines, and the gate that reads them.

Directions are found on all but the first of them, and the gate is over those.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.directions import Directions
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.directions import found_directions
from hushkey.model.training.finetune import Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.likelihood import Likelihood
from hushkey.sync.coordinator.gate import PARTS_TRIED, WORSE_BY
from hushkey.sync.simulation.gate import PublicGate
from hushkey.sync.simulation.people import People, Person

DIRECTIONS_LEAST = 8  # public writers
GATE = 40  # public writers, the first, and no more than a fifth


class Public:
    """Writers whose lines are public, over one base."""

    def __init__(  # noqa: PLR0913
        self,
        base: Base,
        network: FrozenNetwork,
        writers: Sequence[Person],
        settings: Settings,
        *,
        say: Callable[[str], None],
        kept: Path | None,
    ) -> None:
        """`settings`: of a device's training. `kept`: where directions are kept."""
        self._base, self._network, self._settings = base, network, settings
        self._say, self._folder = say, kept
        judges = min(GATE, len(writers) // 5)
        self._gate, self._others, self._writers = writers[:judges], writers[judges:], writers

    @cached_property
    def lines(self) -> list[list[Pieces]]:
        """What all of them wrote."""
        return self._pieces(self._writers)

    def directions(self, zero: Adapter) -> Directions | None:
        """Find the directions of an adapter's group, or take up those that were kept; None of too few writers."""
        if len(self._others) < DIRECTIONS_LEAST:
            self._say("too few writers are left to find directions on: every number is sent")
            return None
        file = self._folder and self._folder / f"{self._digest(zero)}.safetensors"
        if file and file.exists():
            return Directions.from_bytes(file.read_bytes())
        self._say(f"finding directions on {len(self._others)} public writers")
        found = found_directions(
            self._network, self._base.vocabulary, zero, self._settings, self._pieces(self._others)
        )
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            half = file.with_suffix(f".{os.getpid()}.part")
            half.write_bytes(found.to_bytes())
            half.replace(file)
        return found

    def gate(self, zero: Adapter, group: str) -> PublicGate | None:
        """Return the lines of the first writers, which versions are held against; None where there are none."""
        if not self._gate:
            self._say("no writers are left for a gate: every step is taken whole")
            return None
        lines = self._pieces(self._gate)
        read = Likelihood(self._network, self._base.vocabulary, zero, lines)
        return PublicGate.of(read, group, zero.tensors[group])

    def gate_digest(self) -> str:
        """Name the gate: its people, and what it tries."""
        return f"gate {People(self._gate, ()).digest()} {PARTS_TRIED} {WORSE_BY}"

    def _digest(self, zero: Adapter) -> str:
        parts = [self._base.identity, dict(zero.ranks), self._settings.description(), "way"]
        parts.append(People(self._others, ()).digest())
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _pieces(self, writers: Sequence[Person]) -> list[list[Pieces]]:
        return [pieces_of(person.lines, self._base.vocabulary) for person in writers]
