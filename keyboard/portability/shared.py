"""What one device tells the others: lines, words on lists, words taken off them, what was forgotten. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.portability.contents import LISTS
from hushkey.keyboard.portability.device_file import Record
from hushkey.keyboard.portability.tombstones import Names, Tombstones, WordTombstone
from hushkey.keyboard.wordlist import Listed, Table
from hushkey.model.text import fold

_MOST: Final = 1_000_000  # times one line was typed at one moment

OnList = tuple[Table, str]
"""A list, and the name of a word on it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The state that the records of one file come to. It prints as nothing that was typed."""

    names: Names = field(repr=False)
    lines: Mapping[str, tuple[Dated, int]] = field(default_factory=dict, repr=False)
    """By name: a line and how often it was typed."""
    words: Mapping[OnList, Listed] = field(default_factory=dict, repr=False)
    taken_off: Mapping[OnList, float] = field(default_factory=dict)
    """When a word was taken off a list: Unix time, seconds."""
    forgotten: Tombstones = field(default_factory=Tombstones)

    def within(self, other: "Shared") -> bool:
        """Whether everything here that names what was typed is in another state too."""
        return set(self.lines) <= set(other.lines) and set(self.words) <= set(other.words)

    def beyond(self, other: "Shared") -> list[Record]:
        """Return the records that lead from another state to this one, where nothing of it has to go."""
        records = [
            _line(line, count)
            for name, (line, count) in self.lines.items()
            if name not in other.lines or count > other.lines[name][1]
        ]
        for (table, name), one in self.words.items():
            if (table, name) not in other.words or other.words[table, name].at < one.at:
                records.append({"op": "word", "list": table, "word": one.word, "at": one.at})
        for (table, name), at in self.taken_off.items():
            if other.taken_off.get((table, name), -math.inf) < at:
                records.append({"op": "off", "list": table, "name": name, "at": at})
        if lines := sorted(self.forgotten.lines - other.forgotten.lines):
            records.append({"op": "gone", "names": lines})
        return records + [
            {"op": "forgot", **stone.as_json()}
            for stone in sorted(
                self.forgotten.words - other.forgotten.words, key=lambda stone: stone.until
            )
        ]


def on_list(names: Names, table: Table, word: str) -> OnList:
    """Name a word on a list."""
    return table, names.words((fold(word),))


def counted(names: Names, lines: Iterable[Dated]) -> dict[str, tuple[Dated, int]]:
    """Return lines by name, each with how often it is there."""
    found: dict[str, tuple[Dated, int]] = {}
    for line in lines:
        name = names.line(line)
        found[name] = (line, found[name][1] + 1 if name in found else 1)
    return found


def shared_from(names: Names, records: Iterable[Record]) -> Shared:
    """Return the state that records come to. What no version writes is passed over, as a later one may."""
    lines: dict[str, tuple[Dated, int]] = {}
    words: dict[OnList, Listed] = {}
    off: dict[OnList, float] = {}
    gone: set[str] = set()
    stones: set[WordTombstone] = set()
    for record in records:
        match record:
            case {"op": "line", "surface": str(surface), "text": str(text)}:
                line = Dated(float(record["at"]), surface, text)
                count = max(1, min(_MOST, int(record["count"])))
                lines[names.line(line)] = (line, count)
            case {"op": "word", "word": str(word)} if record.get("list") in LISTS:
                table = cast("Table", record["list"])
                words[on_list(names, table, word)] = Listed(word, float(record["at"]))
            case {"op": "off", "name": str(name)} if record.get("list") in LISTS:
                off[cast("Table", record["list"]), name] = float(record["at"])
            case {"op": "gone", "names": list(some)}:
                gone.update(map(str, some))
            case {"op": "forgot"}:
                stones.add(WordTombstone.from_json(record))
            case _:
                continue
    return Shared(names, lines, words, off, Tombstones(names, frozenset(gone), frozenset(stones)))


def latest(states: Iterable[Shared]) -> Iterator[tuple[OnList, Listed | None]]:
    """Yield each word on any list as the last of its changes left it: None where it was taken off."""
    words: dict[OnList, Listed] = {}
    off: dict[OnList, float] = {}
    for state in states:
        for key, one in state.words.items():
            if key not in words or words[key].at < one.at:
                words[key] = one
        for key, at in state.taken_off.items():
            off[key] = max(at, off.get(key, -math.inf))
    for key in sorted({*words, *off}):
        last = words.get(key)
        yield key, last if last is not None and last.at >= off.get(key, -math.inf) else None


def _line(line: Dated, count: int) -> dict[str, Any]:
    fields = {"at": line.at, "surface": line.surface, "text": line.text}
    return {"op": "line", **fields, "count": count}
