"""A person's profile: their engine, their history, their settings, and what ties them together.

    with open_profile() as profile:
        session = profile.session("app")
        session.commit("A finished line")      # redacted, written, then learned

The history is the truth: what the engine counts from it is kept sealed beside it, and made anew whenever the two
do not belong together, so that forgetting a word there forgets it everywhere. Sealed beside it lie too the adapter
and the trust in each expert.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar

from hushkey.keyboard.adapting import Adapting
from hushkey.keyboard.dated import Dated
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.forgetting import Forgetter, Forgetting, Forgotten, take_up_words
from hushkey.keyboard.history import History, Recorded
from hushkey.keyboard.kept_memory import JUDGED, KeptMemory, Newest
from hushkey.keyboard.keys import MasterKey, Passphrase, QueueKey, SharingKey
from hushkey.keyboard.keystore import destroy_key, open_keystore
from hushkey.keyboard.learner import FullReport, LearnProgress, LearnReport
from hushkey.keyboard.meter import Meter
from hushkey.keyboard.paths import Places, places, places_in
from hushkey.keyboard.profile_files import NoFiles, ProfileFiles
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.reports import ForgetReport, ImportReport
from hushkey.keyboard.review import LearnedWord, Review, learned_words, review_of
from hushkey.keyboard.review_due import REVIEWED, SETTINGS, words_due
from hushkey.keyboard.session import Session
from hushkey.keyboard.settings import settings_from
from hushkey.keyboard.spare_memory import give_back_memory
from hushkey.keyboard.store import Store
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.plans import Plan, preset
from hushkey.model.text import fold, normalise, split_token

_Line = TypeVar("_Line")
_SAVE_TRUST_EVERY = 25  # lines
_IMPORT_BATCH = 2048  # lines redacted, written and counted together: a third of a second
_DAY_S = 86_400.0


class Profile:
    """One person's engine and history. Every method may be called from any thread."""

    def __init__(
        self, store: Store, where: Places | None, key: MasterKey | None, base: Base | None
    ) -> None:
        self.engine = SuggestionEngine(base)
        self.history = History(store)
        self.places = where
        self._store = store
        self._key = key
        self._files = NoFiles() if where is None or key is None else ProfileFiles(where, key)
        self._kept = KeptMemory(self.engine, self.history, self._files)
        self._forgetter = Forgetter(self.engine, self.history, self._kept, self._files)
        self._lock = threading.RLock()
        self._unsaved = 0
        self._followed = self.history.changes_elsewhere
        self._adapting = Adapting(self.engine, self.history, self._files, self._lock)
        self.settings = settings_from(self.history.settings.get(SETTINGS, {}))
        self.meter = Meter(self.engine, self.history.settings, lambda: self.settings)
        self._expire()
        self._take_up()
        give_back_memory()

    # Opening and closing ------------------------------------------------------------------------

    def _take_up(self) -> None:
        """Bring the engine to where the history and the sealed files say it was."""
        zero = self.engine.zero_adapter()
        self.engine.use_shared(self._files.read_shared(zero))
        if self._forgetter.finish():
            return
        take_up_words(self.engine, self.history)
        self._kept.take_up()
        self.engine.recount([], self._files.read_trust())
        self.engine.use_adapter(self._files.read_adapter(zero))

    def close(self) -> None:
        """Keep what was counted and how far each expert is trusted, end the trainer, close the history."""
        with self._lock:
            self._adapting.close()
            self._save_trust()
            self._kept.save()
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Typing -------------------------------------------------------------------------------------

    def session(self, surface: str) -> Session:
        """Return a session whose finished lines are redacted, written and learned, in that order."""
        return self.engine.session(
            surface,
            settings=lambda: self.settings,
            on_commit=lambda text: self.commit(text, surface),
            on_keep=lambda word: self.keep_as_typed(word, surface),
        )

    def commit(self, text: str, surface: str) -> None:
        """Keep finished lines and learn them, unless learning is off, on this profile or on this surface."""
        self._keep(text.splitlines(), surface)

    def catch_up(self) -> bool:
        """Follow what other processes did on this profile since: lines, words, settings, forgettings.

        Say whether they did anything. Whatever this process keeps next, it catches up first; to suggest what others
        wrote it must ask. Costs some microseconds where nothing was done.
        """
        with self._lock:
            changes = self.history.changes_elsewhere
            if changes == self._followed:
                return False
            self.settings = settings_from(self.history.settings.get(SETTINGS, {}))
            self._forgetter.follow_words()
            if not self._forgetter.catch_up():
                self._kept.follow()
            self._followed = changes
            return True

    def import_lines(self, lines: Iterable[str], surface: str) -> ImportReport:
        """Keep and learn many lines, oldest first. What is in when it is interrupted stays in.

        All are counted; of the newest, about 20,000 words, the trust in each expert is learned too.
        """
        return self._import(lines, lambda batch: self._write(batch, surface))

    def merge_lines(self, lines: Iterable[Dated]) -> ImportReport:
        """Keep and learn lines of other times and surfaces, as `import_lines` does. Who calls left out what is here."""
        return self._import(lines, self._merge)

    def _import(
        self, lines: Iterable[_Line], write: Callable[[Sequence[_Line]], Recorded]
    ) -> ImportReport:
        total, redacted, before = 0, Counter[str](), self.engine.words_learned
        remaining, newest = iter(lines), Newest(JUDGED)
        try:
            while batch := list(islice(remaining, _IMPORT_BATCH)):
                with self._lock:
                    recorded = write(batch)
                    newest.hold(self._forgetter.known)
                    self._kept.count(newest.push(entry.text for entry in recorded.entries))
                total += len(recorded.entries)
                redacted.update(recorded.redacted)
            for judged in newest.batches():
                with self._lock:
                    if newest.hold(self._forgetter.known):
                        self._learn(judged)
        finally:
            with self._lock:
                newest.hold(self._forgetter.known)
                for left in newest.batches():  # where it was interrupted
                    self._kept.count(left)
                self._save_trust()
                self._kept.save()
        return ImportReport(total, self.engine.words_learned - before, redacted)

    def _keep(self, lines: Iterable[str], surface: str) -> None:
        """Write lines, then learn them as they were written: what was cut out is never learned."""
        with self._lock:
            recorded = self._write(lines, surface)
            self._learn([entry.text for entry in recorded.entries])

    def _write(self, lines: Iterable[str], surface: str) -> Recorded:
        self.catch_up()
        if not self.settings.learns_from(surface):
            return Recorded((), {})
        recorded = self.history.extend(lines, surface=surface)
        self._kept.wrote(recorded.entries)
        return recorded

    def _merge(self, lines: Sequence[Dated]) -> Recorded:
        self.catch_up()
        if self.paused:
            return Recorded((), {})
        recorded = self.history.merge(lines)
        self._kept.wrote(recorded.entries)
        return recorded

    def _learn(self, lines: Sequence[str]) -> None:
        with self._lock:
            self._kept.learn(lines)
            self._unsaved += len(lines)
            if self._unsaved >= _SAVE_TRUST_EVERY:
                self._save_trust()

    # What the owner decides ---------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether learning is off: nothing is kept, nothing is learned."""
        return not self.settings.learning

    def pause(self) -> None:
        """Turn learning off until resume."""
        self.set(learning=False)

    def resume(self) -> None:
        """Turn learning on."""
        self.set(learning=True)

    def set(self, **changes: Any) -> None:
        """Change settings and keep them; sessions follow at once.

        Raises TypeError for a name that is none, SettingRefused for a value that a setting cannot have.
        """
        with self._lock:
            self.settings.replace(**changes)  # refused before anything is asked of the disk
            held = self.history.settings.change(
                SETTINGS, lambda held: settings_from(held or {}).replace(**changes).as_dict()
            )
            self.settings = settings_from(held)

    def forget(self, word: str) -> ForgetReport:
        """Cut a word or a phrase out of the history, and learn what is left anew: see `forget_what`."""
        return self.forget_what(Forgetting((word,))).report

    def forget_what(self, what: Forgetting) -> Forgotten:
        """Forget words or lines, and learn what is left anew: about two seconds for 10,000 words.

        Afterwards everything is as if they had never been typed. The adapter cannot unlearn them, so one that
        may have been trained on them is dropped; the next learning trains it anew on what is left.
        """
        with self._lock:
            return self._forgetter.forget(what)

    def use_shared(self, adapter: Adapter | None) -> None:
        """Keep and take up what many devices learned together, or drop it: it lies beneath the personal adapter.

        The next learning starts from it; until then the personal adapter stays what it was. Raises ModelMismatch.
        """
        with self._lock:
            self.engine.use_shared(adapter)
            if adapter is None:
                self._files.drop_shared()
            else:
                self._files.write_shared(adapter)

    def block(self, word: str) -> None:
        """Never suggest a word again, on this profile. The marks around it are no part of it."""
        word = split_token(normalise(word.strip()))[1] or word  # an emoji is all mark
        self.history.blocked.add(word)
        self.engine.block(word)

    def unblock(self, word: str) -> bool:
        """Allow a blocked word again; say whether it was blocked."""
        was = False
        for name in {word, split_token(normalise(word.strip()))[1] or word}:
            was |= fold(name) in self.engine.blocked
            self.engine.unblock(name)
            self.history.blocked.remove(name)
        return was

    def keep_as_typed(self, word: str, surface: str = "") -> None:
        """Never correct a word again, on this profile: a correction of it was undone, on that surface."""
        with self._lock:
            self.catch_up()
            kept = self.settings.learns_from(surface) and redact(word).text == word
            if kept:  # else until the end of this run only
                self.history.kept_as_typed.add(word)
            self.engine.keep_as_typed(word)

    def vouch_for(self, word: str) -> None:
        """Trust a word of one's own at once, however seldom it was typed, until it is forgotten."""
        with self._lock:
            if redact(word).text == word:  # what is cut out of lines stands in no list either
                self.history.vouched.add(word)
                self.engine.vouch_for(word)

    def learned_words(self) -> list[LearnedWord]:
        """List the words that were typed and that the base does not know, oldest first."""
        in_base = self.engine.base.lexicon.find
        return learned_words(
            self.history.entries(),
            lambda word: in_base(word) is not None,
            self.settings,
            vouched=self.engine.vouched,
            blocked=self.engine.blocked,
        )

    def review(self) -> Review:
        """Return the words that became new since the last review, oldest first."""
        return review_of(self.learned_words(), self.history.settings.get(REVIEWED))

    def words_to_review(self, now: float) -> int:
        """Count what the weekly review has to ask for; 0 where none is due."""
        in_base = self.engine.base.lexicon.find
        return words_due(self.history, lambda word: in_base(word) is not None, now)

    def reviewed(self, review: Review, asked: int) -> None:
        """Note that a review asked for its first words: those do not come again, the others do."""
        self.history.settings.set(REVIEWED, review.mark(asked, time.time()))

    def export(self, file: TextIO, *, destination: str = "") -> int:
        """Write the history as readable lines of JSON; returns their number.

        Where to, `destination`, is noted first: forgetting cannot reach a copy, but it can name it.
        """
        with self._lock:
            end = self.history.cursor().id
            self.history.exports.add(destination, lines=self.history.count(), last_entry=end)
            return self.history.export(file)

    def wipe(self) -> None:
        """Destroy the key first, then every file. The profile cannot be used afterwards."""
        with self._lock:
            self._adapting.close()
            if self.places is not None:
                destroy_key(self.places.data)  # where it cannot be, nothing else is touched
            self.engine.forget_everything()
            self.engine.use_adapter(None)
            if self.places is None:
                self.history.wipe()
                return
            self._store.close()
            self._files.remove_all()
            for held in self.places.databases:
                for path in [held, *held.parent.glob(held.name + "-*")]:
                    path.unlink(missing_ok=True)

    @property
    def sharing_keys(self) -> tuple[SharingKey, QueueKey] | None:
        """What opens the sharing database and what seals its queue; None of a throwaway profile."""
        return None if self._key is None else (self._key.sharing_key(), self._key.queue_key())

    # Learning -----------------------------------------------------------------------------------

    def learn(
        self,
        on_progress: Callable[[LearnProgress], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        plan: Plan | None = None,
        limit_s: float | None = None,
    ) -> LearnReport:
        """Train the adapter anew on the whole history, in a child process; typing goes on meanwhile.

        The new one is taken up only if it predicts the newest lines better. `plan` says what is trained, that
        of the settings unless given; after `limit_s`, the settings' minutes unless given, it stops and goes on
        there the next time. Raises LearningUnavailable without torch, and the learner's errors; then
        everything is as before.
        """
        return self._adapting.run(
            plan or preset(self.settings.learn_plan),
            on_progress or _unseen,
            cancelled,
            self.settings.learn_minutes * 60.0 if limit_s is None else limit_s,
        )

    def compare_with_full(self, cancelled: Callable[[], bool] = lambda: False) -> FullReport:
        """Fine-tune the whole model on the same lines to see what the adapter forgoes; nothing of it is kept."""
        return self._adapting.compare(cancelled)

    # Inside -------------------------------------------------------------------------------------

    def _save_trust(self) -> None:
        if not self._unsaved:
            return
        with self._forgetter.in_step() as all_known:
            if all_known:
                self._files.write_trust(self.engine.trust)
                self._unsaved = 0

    def _expire(self) -> None:
        """Let go of lines older or more than the owner keeps."""
        age_s = self.settings.keep_days * _DAY_S if self.settings.keep_days else None
        self.history.expire(older_than_s=age_s, max_bytes=self.settings.keep_megabytes * 1_000_000)


def _unseen(_: LearnProgress) -> None:
    """Progress that nobody watches."""


def open_profile(
    home: Path | None = None,
    *,
    passphrase: Passphrase | None = None,
    in_memory: bool = False,
    allow_bare_file: bool = False,
    base: Base | None = None,
) -> Profile:
    """Open the owner's profile, made on first use; `home` and `HUSHKEY_HOME` override the usual places.

    `in_memory` gives a throwaway profile: no file, no keyring, no passphrase. Raises KeyboardError.
    A process that is all ours should call `hushkey.keyboard.hardening.disable_core_dumps` first; an
    embedder's is not ours to change.
    """
    if in_memory:
        return Profile(Store.memory(), None, None, base)
    where = places_in(home) if home is not None else places(os.environ)
    key = open_keystore(where.data, passphrase=passphrase, allow_bare_file=allow_bare_file)
    store = Store.open(where.history, key.history_key())
    try:
        return Profile(store, where, key, base)
    except KeyboardError:
        store.close()
        raise


__all__ = [
    "ForgetReport",
    "ImportReport",
    "LearnProgress",
    "LearnReport",
    "Profile",
    "open_profile",
]
