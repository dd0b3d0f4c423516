"""Keeps what the engine counted in step with the history: loads it, counts what came since, saves it. Sees no key.

The history is the truth. The kept memory is used only while the history did nothing but grow since (keyboard/
snapshot.py); else it is made anew. So a crash at any moment loses time at the next start and nothing else.
"""

import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.errors import FileRefused
from hushkey.keyboard.history import Entry, History
from hushkey.keyboard.profile_files import ProfileFiles
from hushkey.keyboard.snapshot import Cursor, Snapshot
from hushkey.model.base import LEXICON

SAVE_EVERY = (
    2000  # lines; counting them again takes about a tenth of a second, saving them no longer
)
JUDGED = 20_000  # words; the newest of many lines, of which the gates learn: about four seconds, the gates are steady
_TOGETHER = 64  # lines judged together; other threads may ask in between


class KeptMemory:
    """One engine's counts and how far into its history they read. Whoever calls holds the profile's lock."""

    def __init__(self, engine: SuggestionEngine, history: History, files: ProfileFiles) -> None:
        self._engine = engine
        self._history = history
        self._files = files
        self._lexicon = engine.base.hashes[LEXICON]
        self._read = Cursor()
        self._unsaved = 0  # lines counted since the last save
        self._pending = 0  # lines written and not counted yet

    def take_up(self) -> None:
        """Load what was counted and count the lines that came later, or all of them where nothing fits."""
        end = self._history.cursor()
        kept = self._files.read_memory()
        fits = (
            kept is not None
            and kept.lexicon == self._lexicon
            and self._history.only_grew_since(kept.cursor)
        )
        if kept is not None and fits:
            self._engine.restore(kept.arrays)
        for lines in self._history.texts(
            after=kept.cursor.id if kept is not None and fits else 0, until=end.id
        ):
            self._engine.recount(lines)
            self._unsaved += len(lines)
        self._read = end
        if self._unsaved and (not fits or self._unsaved >= SAVE_EVERY):
            self.save()
        elif kept is not None and not fits and not self._unsaved:
            self._files.drop_memory()  # it holds lines that are gone

    @property
    def cursor(self) -> Cursor:
        """Return how far into the history the engine's counts read."""
        return self._read

    def wrote(self, entries: Sequence[Entry]) -> None:
        """Note lines that this process wrote; each is to be learned or counted next.

        What other processes wrote before and between them is counted here.
        """
        if entries:
            last = entries[-1]
            if last.id - self._read.id > len(entries):
                self._count_others(last.id - 1, {entry.id for entry in entries})
            self._read = Cursor(self._read.revision + len(entries), last.id, last.at)
            self._pending += len(entries)

    def follow(self) -> int:
        """Count the lines that other processes wrote since; give how many."""
        return self._count_others(self._history.cursor().id, frozenset())

    def _count_others(self, until: int, own: AbstractSet[int]) -> int:
        others = [
            entry for entry in self._history.between(self._read.id, until) if entry.id not in own
        ]
        if others:
            self._engine.recount([entry.text for entry in others])
            last = others[-1]
            self._read = Cursor(self._read.revision + len(others), last.id, last.at)
            self._unsaved += len(others)
        return len(others)

    def learn(self, lines: Sequence[str]) -> None:
        """Judge and count lines that were written."""
        self._engine.learn(lines)
        self._counted(len(lines))

    def count(self, lines: Sequence[str]) -> None:
        """Count lines that were written, without judging them: a hundred times as fast."""
        self._engine.recount(lines)
        self._counted(len(lines))

    def _counted(self, lines: int) -> None:
        self._pending -= lines
        self._unsaved += lines
        if self._unsaved >= SAVE_EVERY:
            self.save()

    def drop(self) -> None:
        """Delete what was kept: something was taken out of the history. Raises FileRefused."""
        self._files.drop_memory()

    def learn_anew(self) -> None:
        """Learn the whole history as if it had just been typed: all is counted, the newest lines are judged too."""
        end = self._history.cursor()
        newest = Newest(JUDGED)
        for lines in self._history.texts(until=end.id):
            self._engine.recount(newest.push(lines))
        for lines in newest.batches():
            self._engine.learn(lines)
        self._read, self._pending, self._unsaved = end, 0, 1

    def save(self) -> None:
        """Keep what was counted, if that is all of the history and nothing else.

        It is not while lines wait to be counted, or where another process wrote to the history or took from it:
        then what was kept before stays, which the next start looks at again. So it does on a full disk.
        """
        if not self._unsaved or self._pending or self._history.cursor() != self._read:
            return
        with contextlib.suppress(FileRefused):
            self._files.write_memory(Snapshot(self._lexicon, self._read, self._engine.as_arrays()))
            self._unsaved = 0


class Newest:
    """Holds back the newest lines of many, up to some words."""

    def __init__(self, words: int) -> None:
        self._words = words
        self._held: deque[tuple[str, int]] = deque()
        self._count = 0
        self._forgettings: int | None = None

    def hold(self, forgettings: int) -> bool:
        """Go on holding lines back while nothing is forgotten; else drop them and say so.

        Whoever forgot something learned all that was written anew: these lines too, as they are now.
        """
        known, self._forgettings = self._forgettings, forgettings
        if known in {None, forgettings}:
            return True
        self._held.clear()
        self._count = 0
        return False

    def push(self, lines: Iterable[str]) -> list[str]:
        """Take lines; return those that are no longer among the newest, oldest first."""
        for line in lines:
            words = len(line.split())
            self._held.append((line, words))
            self._count += words
        older: list[str] = []
        while self._count > self._words and len(self._held) > 1:
            line, words = self._held.popleft()
            self._count -= words
            older.append(line)
        return older

    def batches(self, lines: int = _TOGETHER) -> Iterable[list[str]]:
        """Hand out what is held, oldest first, some lines at a time."""
        while self._held:
            taken = [self._held.popleft()[0] for _ in range(min(lines, len(self._held)))]
            yield taken
