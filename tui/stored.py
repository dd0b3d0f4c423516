"""The files of a profile: what each holds, how it is encrypted, how much of it is there. Opens none of them.

What `hushkey locate`, `hushkey doctor` and the privacy screen say of files stands here, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hushkey.keyboard.key_record import Place
    from hushkey.keyboard.paths import Places

_PAGES: Final = "SQLCipher: AES-256, and a seal on each page"
_SEALED: Final = "AES-256-GCM, under a key of its own"
_RECORDS: Final[Mapping[Place | None, str]] = {
    "keyring": "not encrypted; the key itself is in your system's keyring",
    "passphrase": "the key in it is wrapped: Argon2id of your passphrase, then AES-256-GCM",
    "file": "not encrypted; the key itself lies in it",
    None: "the record of a key that is not made yet",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One file or folder of a profile."""

    name: str
    path: Path
    holds: str
    sealed: str
    """How it is encrypted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One of them that is there."""

    kept: Kept
    size: int
    """Bytes, with the logs beside a database and everything in a folder."""
    changed: float
    """Unix time of its last change, seconds."""


def kept(here: Places, place: Place | None = None) -> tuple[Kept, ...]:
    """Name everything that a profile keeps; `place` is where its key is."""
    return (
        Kept("keystore", here.keystore, "which place has the key", _RECORDS[place]),
        Kept(
            "history",
            here.history,
            "each finished line without its secrets, your word lists, settings and counts",
            _PAGES,
        ),
        Kept(
            "memory", here.memory, "what was counted of your lines: your words and phrases", _SEALED
        ),
        Kept("adapter", here.adapter, "what training learned of your lines", _SEALED),
        Kept("state", here.state, "how far each expert is trusted", _SEALED),
        Kept("checkpoint", here.checkpoint, "how far an interrupted training came", _SEALED),
        Kept("shared", here.shared, "what many devices learned; nothing only you typed", _SEALED),
        Kept("reports", here.reports, "reports that wait to be sent", _SEALED),
        Kept("sharing", here.sharing, "what was agreed to, spent and sent; nothing typed", _PAGES),
    )


def look(here: Places, place: Place | None = None) -> tuple[Seen, ...]:
    """Measure what is there. A file that goes meanwhile is passed over."""
    return tuple(seen for each in kept(here, place) if (seen := _seen(each)) is not None)


def _seen(each: Kept) -> Seen | None:
    sizes, times = [], []
    for path in _parts(each.path):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        sizes.append(status.st_size)
        times.append(status.st_mtime)
    return Seen(each, sum(sizes), max(times)) if sizes else None


def _parts(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from path.iterdir()
    else:
        yield path
        yield from path.parent.glob(path.name + "-*")  # the log and the index of a database
