"""The sealed files of a profile: adapter, trust in each expert, memory, checkpoint, reports that wait.

A throwaway profile has none. Each is sealed under a key of its own, and says in its seal what it is.
"""

import json
from pathlib import Path
from typing import Any

from hushkey.keyboard.errors import SealBroken, SealTooNew, SnapshotUnusable
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.mixer import GateState
from hushkey.keyboard.paths import Places
from hushkey.keyboard.private_files import drop_files_in, remove_private
from hushkey.keyboard.sealed import read_sealed, write_sealed
from hushkey.keyboard.snapshot import Snapshot
from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelMismatch

_ADAPTER = b"personal adapter"
_SHARED = b"shared adapter"
_TRUST = b"trust in experts"
_MEMORY = b"memory of the history"
_CHECKPOINT = b"interrupted training"


class ProfileFiles:
    """What a profile keeps sealed beside its history. Reading gives None, or nothing, where a file is missing."""

    def __init__(self, places: Places, key: MasterKey) -> None:
        self._places = places
        self._key = key

    def read_adapter(self, zero: Adapter) -> Adapter | None:
        """Return the adapter; None where it is for another base than `zero` is. Raises as `read_sealed`."""
        return self._read_adapter(self._places.adapter, _ADAPTER, zero)

    def write_adapter(self, adapter: Adapter) -> None:
        """Keep an adapter. Raises FileRefused."""
        data = adapter.to_bytes()
        write_sealed(self._places.adapter, self._key.adapter_key(), data, context=_ADAPTER)

    def drop_adapter(self) -> bool:
        """Overwrite and delete the adapter; say whether there was one. Raises FileRefused."""
        there = self._places.adapter.exists()
        remove_private(self._places.adapter)
        return there

    def read_shared(self, zero: Adapter) -> Adapter | None:
        """Return the shared adapter; None where it is for another base than `zero` is. Raises as `read_sealed`."""
        return self._read_adapter(self._places.shared, _SHARED, zero)

    def write_shared(self, adapter: Adapter) -> None:
        """Keep the shared adapter. Raises FileRefused."""
        data = adapter.to_bytes()
        write_sealed(self._places.shared, self._key.adapter_key(), data, context=_SHARED)

    def drop_shared(self) -> None:
        """Delete the shared adapter. Raises FileRefused."""
        remove_private(self._places.shared)

    def read_checkpoint(self) -> bytes | None:
        """Return what an interrupted training left; None where it is damaged or of another version.

        Raises KeyExposed and FileRefused.
        """
        try:
            return read_sealed(
                self._places.checkpoint, self._key.adapter_key(), context=_CHECKPOINT
            )
        except (FileNotFoundError, SealBroken, SealTooNew):
            return None

    def write_checkpoint(self, data: bytes) -> None:
        """Keep how far a training came. Raises FileRefused."""
        write_sealed(self._places.checkpoint, self._key.adapter_key(), data, context=_CHECKPOINT)

    def drop_checkpoint(self) -> None:
        """Overwrite and delete what an interrupted training left. Raises FileRefused."""
        remove_private(self._places.checkpoint)

    def drop_reports(self) -> int:
        """Overwrite and delete the reports that wait to be sent; give their number. Raises FileRefused."""
        return drop_files_in(self._places.reports)

    def read_trust(self) -> GateState:
        """Return how far each expert was trusted. Raises as `read_sealed`."""
        if not self._places.state.exists():
            return []
        data = read_sealed(self._places.state, self._key.state_key(), context=_TRUST)
        rows: list[Any] = json.loads(data)
        return [(tuple(name), claimed, seen) for name, claimed, seen in rows]

    def write_trust(self, trust: GateState) -> None:
        """Keep how far each expert is trusted. Raises FileRefused."""
        data = json.dumps(trust).encode()
        write_sealed(self._places.state, self._key.state_key(), data, context=_TRUST)

    def drop_trust(self) -> None:
        """Overwrite and delete how far each expert was trusted. Raises FileRefused."""
        remove_private(self._places.state)

    def read_memory(self) -> Snapshot | None:
        """Return what was counted; None where it is damaged or of another version: the history has it all.

        Raises KeyExposed and FileRefused.
        """
        try:
            data = read_sealed(self._places.memory, self._key.memory_key(), context=_MEMORY)
            return Snapshot.from_bytes(data)
        except (FileNotFoundError, SealBroken, SealTooNew, SnapshotUnusable):
            return None

    def write_memory(self, snapshot: Snapshot) -> None:
        """Keep what was counted, in place of what was kept before. Raises FileRefused."""
        data = snapshot.to_bytes()
        write_sealed(self._places.memory, self._key.memory_key(), data, context=_MEMORY)

    def drop_memory(self) -> None:
        """Overwrite and delete what was counted, and what killed writers left of it. Raises FileRefused."""
        remove_private(self._places.memory)

    def remove_all(self) -> None:
        """Overwrite and delete every sealed file. Raises FileRefused."""
        for path in self._places.sealed:
            remove_private(path)
        self.drop_reports()

    def _read_adapter(self, path: Path, context: bytes, zero: Adapter) -> Adapter | None:
        if not path.exists():
            return None
        data = read_sealed(path, self._key.adapter_key(), context=context)
        try:
            return Adapter.from_bytes(data, zero.shape, base=zero.base)
        except ModelMismatch:
            return None  # it is for another base; the next learning or release makes one for this


class NoFiles(ProfileFiles):
    """What a throwaway profile keeps: nothing."""

    def __init__(self) -> None:
        """Have no place and no key."""

    def read_adapter(self, zero: Adapter) -> Adapter | None:
        """Return None: nothing was kept."""
        del zero
        return None

    def write_adapter(self, adapter: Adapter) -> None:
        """Keep nothing."""

    def drop_adapter(self) -> bool:
        """Say that there was none."""
        return False

    def read_shared(self, zero: Adapter) -> Adapter | None:
        """Return None: nothing was kept."""
        del zero
        return None

    def write_shared(self, adapter: Adapter) -> None:
        """Keep nothing."""

    def drop_shared(self) -> None:
        """Delete nothing."""

    def read_checkpoint(self) -> bytes | None:
        """Return None: nothing was kept."""
        return None

    def write_checkpoint(self, data: bytes) -> None:
        """Keep nothing."""

    def drop_checkpoint(self) -> None:
        """Delete nothing."""

    def drop_reports(self) -> int:
        """Say that there were none."""
        return 0

    def drop_trust(self) -> None:
        """Delete nothing."""

    def read_trust(self) -> GateState:
        """Return no gates."""
        return []

    def write_trust(self, trust: GateState) -> None:
        """Keep nothing."""

    def read_memory(self) -> Snapshot | None:
        """Return None: nothing was kept."""
        return None

    def write_memory(self, snapshot: Snapshot) -> None:
        """Keep nothing."""

    def drop_memory(self) -> None:
        """Delete nothing."""

    def remove_all(self) -> None:
        """Delete nothing."""
