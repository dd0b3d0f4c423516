"""Finds out by its content which keyboard wrote a file, and reads it. Keeps nothing; no error quotes what is there."""

import gzip
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from hushkey.keyboard.portability import foreign_databases
from hushkey.keyboard.portability import phone_formats as phone
from hushkey.keyboard.portability.contents import Contents, CopyRefused

_HEAD: Final = 512  # bytes
_LARGEST: Final = 1 << 26  # bytes of one text, once unpacked; a small archive may hold a huge one
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_foreign(path: Path) -> Contents | None:
    """Read what another keyboard wrote for its owner; None where the file is none that is known.

    Raises CopyRefused for one that is known and cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(foreign_databases.MAGIC):
            return foreign_databases.read_database(path)
        if head.startswith(_ZIP):
            return _archive(path)
        if head.startswith(_GZIP):
            with gzip.open(path) as packed:
                return _text(_whole(packed, path.name))
        if _may_be_known(head.decode("utf-8-sig", "replace")):
            with path.open("rb") as file:
                return _text(_whole(file, path.name))
    except CopyRefused as refused:
        name = "" if str(refused).startswith(path.name) else f"{path.name}: "
        raise CopyRefused(f"{name}{refused}") from None
    except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise CopyRefused(
            f"{path.name}: cannot be read; nothing was taken; export it again"
        ) from None
    return None


def _may_be_known(start: str) -> bool:
    return (
        bool(phone.GBOARD.match(start) or phone.COMBINED.match(start))
        or '"terms"' in start
        or ('"word"' in start and '"shortcut"' in start)
    )


def _text(text: str) -> Contents | None:
    if phone.GBOARD.match(text):
        return phone.gboard(text)
    if phone.COMBINED.match(text):
        return phone.combined(text.splitlines())
    document = phone.parsed_or_none(text)
    if phone.is_swiftkey(document):
        return phone.swiftkey(document)
    if _is_futo(document):
        return phone.futo(text)
    return None


def _is_futo(document: object) -> bool:
    return isinstance(document, list) and all(
        isinstance(entry, dict) and "word" in entry and "shortcut" in entry for entry in document
    )


def _archive(path: Path) -> Contents | None:
    """Read the parts of an archive that are known: Gboard's, FUTO's, HeliBoard's."""
    found: list[Contents] = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            blacklist = phone.HELIBOARD_BLACKLIST.fullmatch(name) is not None
            if not (blacklist or name in {phone.GBOARD_FILE, phone.FUTO_FILE}):
                continue
            with archive.open(name) as file:
                text = _whole(file, path.name)
            if blacklist:
                found.append(phone.heliboard_blacklist(text))
            elif name == phone.FUTO_FILE:
                found.append(phone.futo(text))
            else:
                found.append(phone.gboard(text))
    return _together(found) if found else None


def _together(parts: Iterable[Contents]) -> Contents:
    parts = list(parts)
    return Contents(
        tuple(line for part in parts for line in part.lines),
        tuple(word for part in parts for word in part.words),
    )


def _whole(file: _Readable, name: str) -> str:
    held = file.read(_LARGEST + 1)
    if len(held) > _LARGEST:
        raise CopyRefused(f"{name}: more than 64 MiB once unpacked; nothing was taken")
    return held.decode("utf-8-sig", "replace")
