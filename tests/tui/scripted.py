"""A scripted profile: the methods of the real one, answers from a list, a record of the calls.

It completes and predicts from a fixed word list, so that a test can say beforehand what will show.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hushkey.keyboard.benefit import Acceptance, Benefit, Credit, credited
from hushkey.keyboard.errors import WrongPassphrase
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.meter import Meter
from hushkey.keyboard.notes import SavedSettings
from hushkey.keyboard.profile import ForgetReport, LearnProgress, LearnReport
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.store import Store
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.undo import Taken, Undo
from hushkey.tui.opening import KeyChoice, Survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushkey.keyboard.erasure import Forgetting

NEXT = ("the", "and", "then")
WORDS = ("tomorrow", "together", "there", "hello", "help", "held", "minutes", "meeting", "mean")
MEANT = {"teh": "the", "adn": "and"}  # corrected, in the last slot
PHRASES = {
    "in ": "the morning sun",
    "call me tom": "tomorrow at noon",
    "at the party ": "the night before",
}
REPORT = LearnReport(
    1200,
    3.0,
    keyboard_before=Figures(5.1, 0.31),
    keyboard_after=Figures(4.8, 0.36),
    kept=True,
)


def suggestions_for(before: str, k: int = 3) -> list[Suggestion]:
    """Complete the word under way from WORDS, or predict NEXT after a space."""
    prefix = before.rsplit(" ", 1)[-1]
    if not prefix:
        words, kind = NEXT, "prediction"
    else:
        words = tuple(w for w in WORDS if w.startswith(prefix) and w != prefix)
        kind = "completion"
    return [
        Suggestion(
            word, kind, 0.5 / (i + 1), {"network": 0.4 / (i + 1), "memory-2": 0.2}, len(prefix)
        )
        for i, word in enumerate(words[:k])
    ]


class ScriptedSession:
    """Answers from the script; waits at `gate` where a test wants a late answer.

    It leaves as many slots empty before the first word as the profile's `gap` says.
    """

    def __init__(self, profile: ScriptedProfile) -> None:
        self._profile = profile
        self.places: tuple[int, ...] = ()
        self._asked = ""

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        self._profile.asked.append(text_before_cursor)
        self._profile.gate.wait(5)
        gap = self._profile.gap
        found = [
            s
            for s in suggestions_for(text_before_cursor, k - gap)
            if s.text not in self._profile.blocked
        ]
        self.places = tuple(range(gap, gap + len(found)))
        self._asked = text_before_cursor
        token = text_before_cursor.rsplit(" ", 1)[-1]
        if token in MEANT and token not in self._profile.kept_as_typed:
            found = [*found[:2], Suggestion(MEANT[token], "correction", 0.9, {}, len(token))]
            self.places = (*range(gap, gap + len(found) - 1), 2)
        if token == "zebr":
            found, self.places = [Suggestion("zebra", "completion", 0.1, {}, 4, new=True)], (0,)
        if self._profile.settings.emoji and text_before_cursor.endswith("party "):
            found, self.places = [*found[:2], Suggestion("🎉", "emoji", 0.0, {}, 0)], (0, 1, 2)
        return found

    def phrase(self, *, look_ahead: bool = True) -> Suggestion | None:
        text = PHRASES.get(self._asked)
        if text is None or not look_ahead or not self._profile.settings.phrases:
            return None
        prefix = self._asked.rsplit(" ", 1)[-1]
        return Suggestion(text, "phrase", 0.4, {"network": 0.4}, len(prefix))

    def undo(self, text_before_cursor: str, *, remember: bool = True) -> Undo | None:
        self._profile.undone.append((text_before_cursor, remember))
        for typed, given in MEANT.items():
            record = Taken(text_before_cursor.partition(given)[0], typed, given)
            if change := record.undone_in(text_before_cursor):
                self._profile.kept_as_typed.append(typed)
                return change
        return None

    def accept(self, suggestion: Suggestion) -> str:
        self._profile.accepted.append(suggestion.text)
        return suggestion.text + " "

    def commit(self, text: str) -> None:
        self._profile.committed.append(text)
        self._profile.engine.words_learned += len(text.split())


@dataclass
class ScriptedEngine:
    """Counts words as the real one does."""

    words_learned: int
    forgettings: int = 0


class ScriptedMeter(Meter):
    """Keeps sums as the real one does, in memory; a word that begins with t is the base's, any other is mine."""

    def __init__(self) -> None:
        super().__init__(ScriptedEngine(0), SavedSettings(Store.memory()))

    def credit(self, acceptance: Acceptance) -> Benefit:
        base = acceptance.gain if acceptance.text.startswith("t") else 0
        return credited(acceptance, Credit(base, base))


@dataclass
class ScriptedForgotten:
    """What became of a forgetting."""

    report: ForgetReport


@dataclass
class ScriptedProfile:
    """Remembers what it was told."""

    entries: int = 1
    steps: int = 3
    gap: int = 0
    paused: bool = False
    closed: bool = False
    asked: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    unlearned: list[Forgetting] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    kept_as_typed: list[str] = field(default_factory=list)
    undone: list[tuple[str, bool]] = field(default_factory=list)  # the line, whether to remember
    gate: threading.Event = field(default_factory=threading.Event)
    learn_gate: threading.Event = field(default_factory=threading.Event)
    learn_error: Exception | None = None
    to_review: int = 0

    settings: Settings = field(default_factory=Settings)
    engine: ScriptedEngine = field(default_factory=lambda: ScriptedEngine(4210))
    meter: ScriptedMeter = field(default_factory=ScriptedMeter)

    def __post_init__(self) -> None:
        self.gate.set()
        self.learn_gate.set()

    def session(self, surface: str) -> ScriptedSession:
        return ScriptedSession(self)

    def set(self, **changes: bool) -> None:
        self.settings = self.settings.replace(**changes)

    def catch_up(self) -> bool:
        return False

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def forget(self, word: str) -> ForgetReport:
        self.forgotten.append(word)
        return ForgetReport(entries=self.entries, adapter_dropped=False)

    def forget_what(self, what: Forgetting) -> ScriptedForgotten:
        self.unlearned.append(what)
        return ScriptedForgotten(ForgetReport(entries=self.entries, adapter_dropped=False))

    def block(self, word: str) -> None:
        self.blocked.append(word)

    def learn(
        self,
        on_progress: Callable[[LearnProgress], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> LearnReport:
        for step in range(1, self.steps + 1):
            if on_progress is not None:
                on_progress(LearnProgress(step, self.steps, 5.0, 4.0 * (self.steps - step)))
            while not self.learn_gate.wait(0.01):
                if cancelled():
                    raise InterruptedError
        if self.learn_error is not None:
            raise self.learn_error
        return REPORT

    def words_to_review(self, now: float) -> int:
        return self.to_review

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedOpener:
    """Opens a scripted profile; asks what a test wants asked."""

    profile: ScriptedProfile = field(default_factory=ScriptedProfile)
    first: Survey = field(
        default_factory=lambda: Survey(Path("/home/ada/hushkey"), False, "keyring")
    )
    passphrase: str | None = None
    choices: list[KeyChoice] = field(default_factory=list)

    def survey(self) -> Survey:
        return self.first

    def open(self, choice: KeyChoice) -> ScriptedProfile:
        self.choices.append(choice)
        if self.passphrase is not None:
            given = choice.passphrase.reveal().decode() if choice.passphrase else ""
            if given != self.passphrase:
                raise WrongPassphrase("wrong passphrase; nothing was changed; try again")
        return self.profile
