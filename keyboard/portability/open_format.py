"""A copy as text that a person, `diff` and other programs read: one JSON object a line, sorted. Pure.

    {"format": "hushkey-export", "version": 1}
    {"at": 1700000000.0, "count": 1, "kind": "line", "surface": "app", "text": "see you at the harbour"}
    {"at": 1700000000.0, "kind": "word", "list": "blocked", "word": "moist"}
    {"blocked": false, "count": 3, "first": ..., "kind": "learned", "last": ..., "rung": "trusted", ...}

No line tells when the copy was made, so the same profile gives the same bytes. docs/portability.md has every field.
"""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final

from hushkey.keyboard.portability.contents import LISTS, Contents, CopyRefused, Line, PortableWord

FORMAT: Final = "hushkey-export"
VERSION: Final = 1
_HEADER: Final = {"format": FORMAT, "version": VERSION}
_MOST: Final = (
    1_000_000  # times one line was typed at one moment; beyond it a file is no copy of ours
)


def to_lines(contents: Contents) -> Iterator[str]:
    """Yield the lines of a copy, without their ends."""
    yield _json(_HEADER)
    for line in contents.lines:
        yield _json(
            {"kind": "line", "at": line.at, "surface": line.surface, "text": line.text}
            | {"count": line.count}
        )
    for word in contents.words:
        yield _json({"kind": "word", "list": word.table, "word": word.word, "at": word.at})
    for learned in contents.learned:
        yield _json(
            {"kind": "learned", "word": learned.word, "count": learned.count}
            | {"first": learned.first, "last": learned.last, "surfaces": list(learned.surfaces)}
            | {"rung": learned.rung, "vouched": learned.vouched, "blocked": learned.blocked}
        )


def is_header(line: str) -> bool:
    """Whether the first line of a file says that it is a copy in this format, of any version."""
    record = _record(line)
    return record is not None and record.get("format") == FORMAT


def from_lines(lines: Iterable[str]) -> Contents:
    """Read a copy. Raises CopyRefused, with the number of the line and never its text."""
    numbered = enumerate(lines, 1)
    _, header = next(numbered, (1, ""))
    if not is_header(header):
        raise CopyRefused("this is no export of hushkey; nothing was taken")
    if (_record(header) or {}).get("version") != VERSION:
        raise CopyRefused("a later hushkey wrote this export; nothing was taken; update hushkey")
    found: list[Line] = []
    words: list[PortableWord] = []
    for number, text in numbered:
        if not text.strip():
            continue
        record = _record(text) or {}
        match record.get("kind"):
            case "line":
                found.append(_line(record, number))
            case "word":
                words.append(_word(record, number))
            case "learned":
                continue  # it follows from the lines
            case _:
                raise _refused(number)
    return Contents(tuple(found), tuple(words))


def _line(record: dict[str, Any], number: int) -> Line:
    match record:
        case {"surface": str(surface), "text": str(text), "count": int(count)} if (
            0 < count <= _MOST and type(count) is int
        ):
            return Line(_time(record, number), surface, text, count)
    raise _refused(number)


def _word(record: dict[str, Any], number: int) -> PortableWord:
    table, word = record.get("list"), record.get("word")
    if table in LISTS and isinstance(word, str) and word.strip():
        return PortableWord(table, word, _time(record, number))
    raise _refused(number)


def _time(record: dict[str, Any], number: int) -> float | None:
    at = record.get("at")
    if at is None:
        return None
    if isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at):
        raise _refused(number)
    return float(at)


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _refused(number: int) -> CopyRefused:
    return CopyRefused(
        f"line {number} of the export is not what hushkey writes; nothing was taken; export it again"
    )


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, allow_nan=False)
