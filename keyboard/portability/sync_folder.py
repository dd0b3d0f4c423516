"""Keep one's own devices in step through files in a folder that anything may carry: a stick, a share, a sync service.

Each device writes its own file and reads the others'. Lines are merged by name; what was forgotten on one is
forgotten on all, and is in no file once its device has come by. Nothing waits for another device.
"""

import math
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.erasure import Forgetting, says_something
from hushkey.keyboard.errors import FileRefused
from hushkey.keyboard.portability.contents import LISTS
from hushkey.keyboard.portability.device_file import Chunks, Head, chunk, read_chunks
from hushkey.keyboard.portability.membership import TAKEN_OFF, Membership
from hushkey.keyboard.portability.merging import tell_engine
from hushkey.keyboard.portability.shared import (
    OnList,
    Shared,
    counted,
    latest,
    on_list,
    shared_from,
)
from hushkey.keyboard.portability.tombstones import FORGOTTEN, Names, Tombstones
from hushkey.keyboard.private_files import only_one, write_private
from hushkey.keyboard.wordlist import Listed, WordList

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.wordlist import Table

SUFFIX: Final = ".hushkey"
_LARGEST: Final = 1 << 29  # bytes of one device's file
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one look into the folder did."""

    devices: int = 1
    """Devices in the folder, this one too."""
    came: int = 0
    """Lines that came from the others."""
    went: int = 0
    """Records that were written for the others."""
    forgotten: int = 0
    """Lines that went or were cut, as another device forgot what they held."""
    words: int = 0
    """Words put on or taken off lists."""
    passed_over: tuple[str, ...] = ()
    """Files that were not read, or not whole, each with the reason."""


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    head: Head
    chunks: Chunks
    data: bytes


def heads_in(folder: Path) -> list[Head]:
    """Return the heads of the devices' files in a folder. Raises FileRefused."""
    return [head for _, _, head in _files(folder)[0]]


def file_of(folder: Path, member: Membership) -> Path:
    """Return where a device's own file is."""
    return folder / f"{member.device}{SUFFIX}"


def synchronise(
    profile: "Profile", folder: Path, member: Membership, *, now: float | None = None
) -> SyncReport:
    """Take in what the other devices wrote, and write what they lack.

    Only one process of a profile does it at a time. Raises FileRefused where the folder cannot be read or
    written, HistoryBusy; what was taken in until then holds.
    """
    if profile.places is None:
        raise FileRefused("a profile in memory shares no folder; nothing was done")
    now = time.time() if now is None else now
    with only_one(profile.places.data):
        profile.catch_up()
        return _Sync(profile, folder, member, now).run()


class _Sync:
    """One look into the folder."""

    def __init__(self, profile: "Profile", folder: Path, member: Membership, now: float) -> None:
        self._profile = profile
        self._folder = folder
        self._member = member
        self._now = now
        self._key = member.key.copy_key()
        self._names = Names(member.key.naming_key())
        self._passed_over: list[str] = []

    def run(self) -> SyncReport:
        own, others = self._read()
        told = [self._state(found) for found in others]
        published = self._state(own) if own is not None else Shared(self._names)
        self._note_taken_off(published)
        stones = Tombstones.of(self._profile.history).with_those_of(one.forgotten for one in told)
        self._profile.history.settings.set(FORGOTTEN, stones.as_json())
        forgotten = self._forget(stones)
        came = self._take_in(told, stones)
        words = self._follow_lists(told, stones)
        went = self._write(own, published, told)
        devices = {self._member.device, *(found.head.device for found in others)}
        return SyncReport(
            len(devices), came, went, forgotten, words, tuple(sorted(self._passed_over))
        )

    # Reading --------------------------------------------------------------------------------------

    def _read(self) -> tuple[_Found | None, list[_Found]]:
        files, strange = _files(self._folder)
        self._passed_over += (
            f"{name}: not a device's file, or cut at its head" for name in strange
        )
        own, others = None, []
        for path, data, head in files:
            if head.wrapped.identity != self._member.wrapped.identity:
                self._passed_over.append(f"{path.name}: of devices with another key")
                continue
            found = _Found(path, head, read_chunks(self._key, head, data), data)
            if not found.chunks.whole:
                self._passed_over.append(f"{path.name}: cut or changed; read as far as it holds")
            if path == file_of(self._folder, self._member):
                own = found if head.device == self._member.device else None
            else:
                if head.device == self._member.device:
                    self._passed_over.append(
                        f"{path.name}: a second file of this device; delete it"
                    )
                others.append(found)
        return own, others

    def _state(self, found: _Found) -> Shared:
        return shared_from(self._names, found.chunks.records)

    def _here(self) -> list[tuple[int, Dated]]:
        entries = self._profile.history.entries()
        return [(entry.id, Dated(entry.at, entry.surface, entry.text)) for entry in entries]

    # Forgetting -----------------------------------------------------------------------------------

    def _forget(self, stones: Tombstones) -> int:
        """Forget here what was forgotten elsewhere; give how many lines changed."""
        changed = 0
        groups: dict[tuple[float, float, str | None], set[str]] = {}
        lines = [line for _, line in self._here()]
        for line in (*lines, *map(_as_line, self._own_words())):
            for phrase, stone in stones.found_in(line):
                groups.setdefault((stone.since, stone.until, stone.surface), set()).add(phrase)
        for (since, until, surface), phrases in sorted(groups.items(), key=str):
            what = Forgetting(tuple(sorted(phrases)), since=since, until=until, surface=surface)
            changed += self._profile.forget_what(what).report.entries
        gone = [number for number, line in self._here() if self._names.line(line) in stones.lines]
        if gone:
            changed += self._profile.history.delete(gone)
            # Deleting notes that lines were let go; a forgetting that names none then reaches all made of them.
            self._profile.forget_what(Forgetting(since=math.inf))
        return changed

    # Lines ----------------------------------------------------------------------------------------

    def _take_in(self, told: Sequence[Shared], stones: Tombstones) -> int:
        here = counted(self._names, (line for _, line in self._here()))
        days = self._profile.settings.keep_days
        oldest = self._now - days * _DAY_S if days else -math.inf
        wanted: dict[str, tuple[Dated, int]] = {}
        for state in told:
            for line, count in state.lines.values():
                left = Dated(line.at, line.surface, stones.left_of(line))
                name = self._names.line(left)
                if name in stones.lines or line.at < oldest or not says_something(left.text):
                    continue
                wanted[name] = (left, max(count, wanted.get(name, (left, 0))[1]))
        lacking = [
            line
            for name, (line, count) in sorted(wanted.items(), key=lambda pair: pair[1][0].at)
            for _ in range(count - here.get(name, (line, 0))[1])
        ]
        return self._profile.merge_lines(lacking).lines if lacking else 0

    # Lists ----------------------------------------------------------------------------------------

    def _lists(self) -> dict[OnList, Listed]:
        return {
            on_list(self._names, table, one.word): one
            for table in LISTS
            for one in _list(self._profile, table).listed()
        }

    def _own_words(self) -> list[Listed]:
        history = self._profile.history
        return [*history.kept_as_typed.listed(), *history.vouched.listed()]

    def _taken_off(self) -> dict[OnList, float]:
        kept = self._profile.history.settings.get(TAKEN_OFF, [])
        return {(table, name): at for table, name, at in kept}

    def _note_taken_off(self, published: Shared) -> None:
        """Note which words left a list here since the last time: their absence is all that is left of them."""
        now_listed, off = self._lists(), self._taken_off()
        for key, one in published.words.items():
            if key not in now_listed and off.get(key, -math.inf) <= one.at:
                off[key] = self._now
        kept = sorted([table, name, at] for (table, name), at in off.items())
        self._profile.history.settings.set(TAKEN_OFF, kept)

    def _follow_lists(self, told: Sequence[Shared], stones: Tombstones) -> int:
        here = self._lists()
        mine = Shared(self._names, words=here, taken_off=self._taken_off())
        changed = 0
        for (table, name), one in latest([mine, *told]):
            standing = here.get((table, name))
            if one is not None and table != "blocked" and stones.found_in(_as_line(one)):
                continue
            if one is not None and standing is None:
                _list(self._profile, table).extend([one])
                tell_engine(self._profile, table, one.word)
                changed += 1
            elif one is None and standing is not None:
                _take_off(self._profile, table, standing.word)
                changed += 1
        return changed

    # Writing --------------------------------------------------------------------------------------

    def _write(self, own: _Found | None, published: Shared, told: Iterable[Shared]) -> int:
        elsewhere = {name for state in told for name in state.lines}
        here = counted(self._names, (line for _, line in self._here()))
        lines = {n: v for n, v in here.items() if n in published.lines or n not in elsewhere}
        off, stones = self._taken_off(), Tombstones.of(self._profile.history)
        wanted = Shared(self._names, lines, self._lists(), off, stones)
        anew = own is None or not own.chunks.whole or not published.within(wanted)
        if own is None or anew:
            own = None
            records = wanted.beyond(Shared(self._names))
        else:
            records = wanted.beyond(published)
        if not records and own is not None:
            return 0
        if own is None:
            head = Head(self._member.device, secrets.token_hex(8), self._member.wrapped)
            data = head.to_bytes() + chunk(self._key, head, 0, [{"op": "begin"}, *records])
        else:
            data = own.data + chunk(self._key, own.head, own.chunks.count, records)
        write_private(file_of(self._folder, self._member), data, replace=True)
        return len(records)


def _files(folder: Path) -> tuple[list[tuple[Path, bytes, Head]], list[str]]:
    """Return the devices' files with their heads, and the names of what looks like one and is none."""
    found: list[tuple[Path, bytes, Head]] = []
    strange: list[str] = []
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix != SUFFIX or path.name.startswith(".") or not path.is_file():
                continue
            with path.open("rb") as file:
                data = file.read(_LARGEST)
            head = Head.of(data) if b"\n" in data else None
            if head is None:
                strange.append(path.name)
            else:
                found.append((path, data, head))
    except OSError as error:
        raise FileRefused(
            f"{folder}: cannot be read ({error.strerror}); nothing was changed; see the folder"
        ) from error
    return found, strange


def _as_line(word: Listed) -> Dated:
    """Return a listed word as a line of its own: nobody noted on which surface it was typed."""
    return Dated(word.at, "", word.word)


def _list(profile: "Profile", table: "Table") -> WordList:
    kept: WordList = getattr(profile.history, table)
    return kept


def _take_off(profile: "Profile", table: "Table", word: str) -> None:
    if table == "blocked":
        profile.unblock(word)
    else:
        _list(profile, table).remove(word)
        profile.engine.unlist(word)
