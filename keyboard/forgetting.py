"""Forget exactly: whatever is to be forgotten is taken out of the history, and all made of it follows.

The order is what a crash cannot harm. The history is cut first and notes in the same transaction that a forgetting
began. Then go the sealed files that may know more than it does: counts, adapter, an interrupted training, trust,
reports that wait. Then what is left is learned as if it had just been typed, and kept; and only then is the
forgetting noted as done. A start that finds one begun and not done goes on with it before it reads any file.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.erasure import Forgetting, cores_of, cut_out_all, words_before
from hushkey.keyboard.errors import FileRefused, HistoryBusy
from hushkey.keyboard.history import History
from hushkey.keyboard.kept_memory import KeptMemory
from hushkey.keyboard.probe import probe
from hushkey.keyboard.profile_files import ProfileFiles
from hushkey.keyboard.reports import ForgetReport, ProbeReport
from hushkey.model.text import fold

CONTEXTS: Final = 64  # texts in which a word stood that are probed, the newest


def take_up_words(engine: SuggestionEngine, history: History) -> None:
    """Tell an engine which words are blocked, kept as typed and vouched for."""
    for word in history.blocked.words():
        engine.block(word)
    for word in history.kept_as_typed.words():
        engine.keep_as_typed(word)
    for word in history.vouched.words():
        engine.vouch_for(word)


class Forgetter:
    """Makes one profile's engine and files follow its history. Whoever calls holds the profile's lock."""

    def __init__(
        self, engine: SuggestionEngine, history: History, kept: KeptMemory, files: ProfileFiles
    ) -> None:
        self._engine = engine
        self._history = history
        self._kept = kept
        self._files = files
        self.known = history.forgettings  # up to which this process followed
        self._listed = _listed(history)

    def forget(self, what: Forgetting) -> "Forgotten":
        """Forget everywhere. Raises FileRefused where a file cannot be deleted; the next start then tries again."""
        taken = self._history.take_out(what)
        if not taken.reaches:
            named = () if what.bounded else (core for word in what.words for core in cores_of(word))
            for word in (*taken.dropped, *named, *what.words):
                self._engine.unlist(word)
            none = ForgetReport(0, adapter_dropped=False, exports=taken.exports)
            return Forgotten(self, what, none, ())
        adapter, reports = self._follow(taken.begun)
        report = ForgetReport(len(taken.lines), adapter, taken.deleted, reports, taken.exports)
        return Forgotten(self, what, report, [text for _, text in taken.lines])

    def finish(self) -> bool:
        """Go on with a forgetting that another run began and did not end; say whether there was one."""
        if not self._history.half_forgotten:
            return False
        self._follow(self._history.forgettings)
        return True

    def catch_up(self) -> bool:
        """Learn anew what is left where another process forgot something; say whether one did."""
        now = self._history.forgettings
        if now == self.known:
            return False
        done = not self._history.half_forgotten
        self._learn_anew()
        if done:  # else the adapter that lies there may be the one that has to go
            self._engine.use_adapter(self._files.read_adapter(self._engine.zero_adapter()))
        self.known = now
        return True

    def follow_words(self) -> None:
        """Make the engine's lists of words those of the history, where another process changed them."""
        before, self._listed = self._listed, _listed(self._history)
        for word in before["blocked"] - self._listed["blocked"]:
            self._engine.unblock(word)
        for word in before["own"] - self._listed["own"]:
            self._engine.unlist(word)
        take_up_words(self._engine, self._history)

    @contextlib.contextmanager
    def in_step(self) -> Iterator[bool]:
        """Say whether nothing was forgotten that this process has not followed, and keep it so meanwhile.

        What is made of the history may be written to a file inside, if so. Where the history is busy: it is not.
        """
        with contextlib.ExitStack() as held:
            try:
                now = held.enter_context(self._history.held())
            except HistoryBusy:
                now = -1
            yield now == self.known

    def probe(self, words: Sequence[str], contexts: Sequence[str]) -> ProbeReport:
        """Ask for folded words, behind some texts and neutral ones."""
        left = self._history.texts(until=self._kept.cursor.id)
        return probe(self._engine, left, words, contexts)

    def gone(self, words: Sequence[str]) -> list[str]:
        """Return those of some words that nothing that was learned holds any more."""
        return [word for word in words if not self._engine.count(word)]

    def _follow(self, number: int) -> tuple[bool, int]:
        """Make everything follow the history; give whether an adapter was dropped, and how many reports."""
        self._engine.use_adapter(None)
        try:
            adapter, reports = self._drop()
        except FileRefused as error:
            self._learn_anew()
            raise FileRefused(
                f"{error}; the history no longer has what was forgotten, and the next start tries again"
            ) from error
        self._learn_anew()
        self._files.write_trust(self._engine.trust)
        self._kept.save()
        self._history.forgotten(number)
        self.known = number
        return adapter, reports

    def _drop(self) -> tuple[bool, int]:
        self._kept.drop()
        adapter = self._files.drop_adapter()
        self._files.drop_checkpoint()
        self._files.drop_trust()
        return adapter, self._files.drop_reports()

    def _learn_anew(self) -> None:
        self._engine.use_adapter(None)
        self._engine.forget_everything()
        take_up_words(self._engine, self._history)
        self._kept.learn_anew()  # judged anew too: the gates had seen it


def _listed(history: History) -> dict[str, frozenset[str]]:
    own = (*history.kept_as_typed.words(), *history.vouched.words())
    return {
        "blocked": frozenset(map(fold, history.blocked.words())),
        "own": frozenset(map(fold, own)),
    }


class Forgotten:
    """What was forgotten, for as long as somebody asks what became of it. It holds typed text and prints none."""

    __slots__ = ("_forgetter", "_lines", "_what", "report")

    def __init__(
        self, forgetter: Forgetter, what: Forgetting, report: ForgetReport, lines: Sequence[str]
    ) -> None:
        self.report = report
        self._forgetter = forgetter
        self._what = what
        self._lines = lines

    @property
    def words(self) -> list[str]:
        """The folded words to ask for: those named, else those that stood in the deleted lines alone."""
        if self._what.words:
            return list(
                dict.fromkeys(word for named in self._what.words for word in cores_of(named))
            )
        typed = dict.fromkeys(word for line in self._lines for word, _ in words_before(line))
        return self._forgetter.gone(list(typed))

    def probe(self) -> ProbeReport:
        """Ask the engine for each word, also behind the newest texts in which one stood."""
        words = self.words
        return self._forgetter.probe(words, self._contexts(set(words)))

    def _contexts(self, words: set[str]) -> list[str]:
        found: dict[str, None] = {}
        for line in reversed(self._lines):
            for word, before in words_before(line):
                if word in words and len(found) < CONTEXTS:
                    found[cut_out_all(self._what.words, before)] = None
        return list(found)

    def __repr__(self) -> str:
        return f"<Forgotten: {self.report.entries} lines>"


__all__ = ["CONTEXTS", "Forgetter", "Forgetting", "Forgotten", "take_up_words"]
