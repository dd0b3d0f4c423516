"""Answers kept as lines of one file, by what they depend on: a run that was cut off goes on where it stopped."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Answer = Mapping[str, Any]


class Results:
    """One file of JSON lines, each {"key", ...}; a line that was cut off is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._held: dict[str, Answer] = {}
        if path.exists():
            for row in path.read_text(encoding="utf-8").splitlines():
                self._take(row)

    def _take(self, row: str) -> None:
        try:
            held = json.loads(row)
            self._held[held["key"]] = held
        except (ValueError, KeyError, TypeError):
            return

    def get(self, key: str) -> Answer | None:
        """Return what was answered, or None."""
        return self._held.get(key)

    def add(self, key: str, answer: Answer) -> Answer:
        """Append an answer."""
        held = {"key": key, **answer}
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                file.write(_after(file.tell(), self._path) + json.dumps(held).encode() + b"\n")
            self._held[key] = held
        return held


def _after(size: int, path: Path) -> bytes:
    """Return what ends a line that was cut off before."""
    if not size:
        return b""
    with path.open("rb") as file:
        file.seek(size - 1)
        return b"" if file.read(1) == b"\n" else b"\n"
