"""The thread that talks to the engine, so that the editor never waits. It only posts messages.

Commits, acceptances and forgettings run in the order they were asked for. A question for
suggestions is worth answering only while it is the newest, so there is room for one: a newer one
takes its place. What a line's keys saved is worked out when nothing else is asked for.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from hushkey.keyboard.benefit import Benefit
from hushkey.keyboard.erasure import Forgetting
from hushkey.tui.faults import describe
from hushkey.tui.messages import (
    BenefitKept,
    KeyboardFailed,
    LineKept,
    LinesForgotten,
    SettingChanged,
    SuggestionsReady,
    WordBlocked,
    WordForgotten,
)
from hushkey.tui.offer import SLOTS, Offer
from hushkey.tui.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

    from hushkey.keyboard.benefit import Acceptance
    from hushkey.keyboard.types import Suggestion
    from hushkey.tui.ports import Keeper, Meter, Typist

Post: TypeAlias = "Callable[[Message], object]"
Job: TypeAlias = "Callable[[], None]"
T = TypeVar("T")
NOTHING_COUNTED: Final = Tally()
_PAINTED_S: Final = 0.008  # an answer is painted meanwhile: looking ahead would be in its way


def _credit(meter: Meter, taken: Acceptance, sums: list[Benefit]) -> None:
    sums.append(meter.credit(taken))


class Conversation:
    """One profile's session on one surface, on a thread of its own."""

    def __init__(self, profile: Keeper, surface: str, post: Post) -> None:
        self._profile = profile
        self._surface = surface
        self._post = post
        self._session: Typist = profile.session(surface)
        self._jobs: deque[Job] = deque()
        self._later: deque[Job] = deque()  # of the engine's thread alone
        self._question: tuple[int, str] | None = None
        self._ending = False
        self._lost: str | None = None
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="hushkey-engine", daemon=True)
        self._thread.start()

    def ask(self, token: int, before: str) -> None:
        """Ask for suggestions; an older question that nobody has begun is dropped."""
        with self._wake:
            self._question = (token, before)
            self._wake.notify()

    def accept(self, suggestion: Suggestion) -> None:
        """Tell the session what was taken."""
        self._do(lambda: self._accept(suggestion))

    def undo(self, line: str, *, remember: bool) -> None:
        """Tell the session that the newest correction that stands in `line` was taken back."""
        self._do(lambda: self._undo(line, remember=remember))

    def toggle(self, setting: str) -> None:
        """Turn a setting of the profile on or off."""
        self._do(lambda: self._toggle(setting))

    def commit(self, text: str, tally: Tally = NOTHING_COUNTED) -> None:
        """Keep a finished line, and, once nothing else is asked for, what its keys saved."""
        self._do(lambda: self._commit(text, tally))

    def forget(self, word: str) -> None:
        """Cut a word out of all that was kept."""
        self._do(lambda: self._forget(word))

    def unlearn(self, since: float) -> None:
        """Forget every line that was kept since a Unix time, in seconds."""
        self._do(lambda: self._unlearn(since))

    def block(self, word: str) -> None:
        """Never suggest this word again."""
        self._do(lambda: self._block(word))

    def set_paused(self, paused: bool) -> None:
        """Turn learning off or on."""
        self._do(self._profile.pause if paused else self._profile.resume)

    def run(self, job: Callable[[], T]) -> Future[T]:
        """Run a job behind what was asked for before; what it returns or raises is in the future."""
        future: Future[T] = Future()

        def step() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(job())
                except Exception as error:  # noqa: BLE001 - raised again where the future is awaited
                    future.set_exception(error)

        self._do(step)
        return future

    def renew(self) -> None:
        """Begin a session that knows nothing of what was shown: private mode begins or ends."""
        self._do(self._renew)

    def finish(self, timeout_s: float = 10.0) -> str | None:
        """Run what was asked for, then stop; return why a line was not kept, or None.

        A refusal may have come when nobody read messages any more.
        """
        with self._wake:
            self._ending = True
            self._wake.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return "the history did not answer in time; the last line may not have been kept"
        return self._lost

    def _do(self, job: Job) -> None:
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the thread outlives a refused job
                self._post(KeyboardFailed(describe(error)))

    def _next(self) -> Job | None:
        with self._wake:
            while not (self._jobs or self._later or self._ending) and self._question is None:
                self._wake.wait()
            if self._jobs:
                return self._jobs.popleft()
            if self._question is not None and not self._ending:
                token, before = self._question
                self._question = None
                return lambda: self._answer(token, before)
            return self._later.popleft() if self._later else None

    def _answer(self, token: int, before: str) -> None:
        self._profile.catch_up()
        suggestions = self._session.suggest(before, SLOTS)
        known = self._session.phrase(look_ahead=False)
        offer = Offer(before, tuple(suggestions), self._session.places, known)
        self._post(SuggestionsReady(token, offer))
        if not self._pressed_within(_PAINTED_S):
            ahead = self._session.phrase()
            if ahead != known:
                self._post(SuggestionsReady(token, replace(offer, phrase=ahead)))

    def _pressed_within(self, seconds: float) -> bool:
        """Whether something comes to be waiting within a time, so that nothing may be done that was not asked for."""
        with self._wake:
            return self._wake.wait_for(
                lambda: bool(self._jobs) or self._question is not None or self._ending, seconds
            )

    def _accept(self, suggestion: Suggestion) -> None:
        self._session.accept(suggestion)

    def _undo(self, line: str, *, remember: bool) -> None:
        self._session.undo(line, remember=remember)

    def _toggle(self, setting: str) -> None:
        on = not getattr(self._profile.settings, setting)
        self._profile.set(**{setting: on})
        self._post(SettingChanged(setting, on))

    def _commit(self, text: str, tally: Tally) -> None:
        try:
            self._session.commit(text)
        except Exception as error:
            self._lost = describe(error)
            raise
        self._post(LineKept(self._profile.engine.words_learned))
        if tally.line.keys and self._profile.settings.learns_from(self._surface):
            self._reckon(tally)

    def _reckon(self, tally: Tally) -> None:
        """Credit what was taken on a kept line, one by one so that a key waits for one at most, then keep the sums."""
        sums = [tally.line]
        meter = self._profile.meter

        def keep() -> None:
            total = sum(sums, Benefit())
            self._post(BenefitKept(meter.keep(total, datetime.now().astimezone().date())))

        self._later.extend(partial(_credit, meter, taken, sums) for taken in tally.takings)
        self._later.append(keep)

    def _forget(self, word: str) -> None:
        report = self._profile.forget(word)
        self._post(WordForgotten(word, report.entries, self._profile.engine.words_learned))

    def _unlearn(self, since: float) -> None:
        report = self._profile.forget_what(Forgetting(since=since)).report
        self._post(LinesForgotten(report.entries, self._profile.engine.words_learned))

    def _block(self, word: str) -> None:
        self._profile.block(word)
        self._post(WordBlocked(word))

    def _renew(self) -> None:
        self._session = self._profile.session(self._surface)
