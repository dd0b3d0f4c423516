"""What an answer depends on besides its question: the base's files, and the modules that are reached by import."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.typing.cache import key_of
from hushkey.model.base import Base

ROOT = Path(__file__).resolve().parents[2]
_APART = (
    "hushkey.keyboard.redaction",  # and what it is made of: questions hold lines as they were redacted
    "hushkey.keyboard.history",  # and what keeps a profile's files: nothing that is asked opens one
    "hushkey.keyboard.profile_files",
)


def version_of(base: Base, starts: Iterable[str]) -> str:
    """Name the base, the plans, and all modules of ours that some modules import, directly or not.

    Comments and blanks do not count.
    """
    told = hashlib.sha256()
    for name, path in sorted(reached(starts).items()):
        told.update(name.encode() + ast.dump(ast.parse(path.read_bytes())).encode())
    for path in sorted((ROOT / "model" / "plans").glob("*.json")):
        told.update(path.read_bytes())
    return key_of({"base": base.hashes, "program": told.hexdigest()})


def reached(starts: Iterable[str]) -> dict[str, Path]:
    """Return the files of the modules that are reached from `starts`, by name; packages count for nothing."""
    found: dict[str, Path] = {}
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        path = _path_of(name)
        if name in found or name.startswith(_APART) or path is None:
            continue
        found[name] = path
        waiting += _imports(path)
    return found


def _path_of(name: str) -> Path | None:
    parts = name.removeprefix("hushkey.").split(".")
    path = ROOT.joinpath(*parts).with_suffix(".py")
    return path if path.exists() else None


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
