"""Answers kept between runs, by all that they depend on. A run that was cut off goes on where it stopped."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def key_of(parts: Mapping[str, Any]) -> str:
    """Return a name for what an answer depends on: SHA-256 of its JSON with sorted keys, hex."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Cache:
    """A folder of answers, one file each, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def held(self, system: str, parts: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the answer that was kept for these parts, or None."""
        try:
            held: dict[str, Any] = json.loads(self._path(system, parts).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return held

    def keep(self, system: str, parts: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Keep an answer."""
        write_whole(self._path(system, parts), json.dumps(answer).encode())

    def answer(
        self, system: str, parts: Mapping[str, Any], make: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Return the kept answer, or make and keep it."""
        held = self.held(system, parts)
        if held is not None:
            return held
        made = make()
        self.keep(system, parts, made)
        return made

    def _path(self, system: str, parts: Mapping[str, Any]) -> Path:
        return self._folder / system / f"{key_of(parts)[:32]}.json"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is either there with all its bytes or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.part")
    half.write_bytes(data)
    half.replace(path)
