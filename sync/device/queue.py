"""The sealed bytes of reports that wait, a file each, in a folder that forgetting empties. Knows no network."""

from typing import Protocol

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.keys import QueueKey
from hushkey.keyboard.paths import Places
from hushkey.keyboard.private_files import remove_private
from hushkey.keyboard.sealed import read_sealed, write_sealed

_CONTEXT = b"report that waits"


class Queue(Protocol):
    """Keeps the bytes of reports by their ids."""

    def write(self, report: bytes, data: bytes) -> None:
        """Keep a report's bytes; they are on the disk when this returns. Raises FileRefused."""

    def read(self, report: bytes) -> bytes | None:
        """Return a report's bytes; None where they are not there or are no longer what was written."""

    def drop(self, report: bytes) -> None:
        """Overwrite and delete a report's bytes. Raises FileRefused."""

    def held(self) -> list[bytes]:
        """Return the ids of the reports whose bytes are here."""


class FolderQueue:
    """Files in the reports' folder, each sealed and bound to its report."""

    def __init__(self, places: Places, key: QueueKey) -> None:
        self._folder, self._key = places.reports, key

    def write(self, report: bytes, data: bytes) -> None:
        """Keep a report's bytes."""
        path = self._folder / f"{report.hex()}.sealed"
        write_sealed(path, self._key, data, context=_CONTEXT + report)

    def read(self, report: bytes) -> bytes | None:
        """Return a report's bytes."""
        path = self._folder / f"{report.hex()}.sealed"
        try:
            return read_sealed(path, self._key, context=_CONTEXT + report)
        except (FileNotFoundError, KeyboardError):
            return None

    def drop(self, report: bytes) -> None:
        """Overwrite and delete a report's bytes."""
        path = self._folder / f"{report.hex()}.sealed"
        if path.exists():
            remove_private(path)

    def held(self) -> list[bytes]:
        """Return the ids of the reports whose bytes are here."""
        return [bytes.fromhex(path.stem) for path in sorted(self._folder.glob("?*.sealed"))]


class MemoryQueue:
    """What a throwaway profile keeps: as long as the process lives."""

    def __init__(self) -> None:
        self._held: dict[bytes, bytes] = {}

    def write(self, report: bytes, data: bytes) -> None:
        """Keep a report's bytes."""
        self._held[report] = data

    def read(self, report: bytes) -> bytes | None:
        """Return a report's bytes."""
        return self._held.get(report)

    def drop(self, report: bytes) -> None:
        """Forget a report's bytes."""
        self._held.pop(report, None)

    def held(self) -> list[bytes]:
        """Return the ids of the reports whose bytes are here."""
        return list(self._held)
