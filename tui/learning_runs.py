"""When a learning run begins and ends: on command, or unasked on an idle machine. Posts messages.

A run is one call of `Profile.learn` on a thread of its own; the training itself is a child process. An audit trains
too, so the two never run side by side.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.background import may_run_in_background
from hushkey.tui.audit_runs import AuditRuns
from hushkey.tui.faults import describe
from hushkey.tui.messages import (
    KeyboardFailed,
    LearningAdvanced,
    LearningBegan,
    LearningEnded,
)

if TYPE_CHECKING:
    from hushkey.keyboard.learner import LearnProgress
    from hushkey.tui.ports import Keeper
    from hushkey.tui.workers import Post

WORTH_LEARNING: Final = 30  # lines kept since the last run; fewer change the adapter little
AUDIT_FIRST: Final = "an audit is under way, and trains too; nothing was begun; wait for its end or stop it, then learn"
LEARNING_FIRST: Final = (
    "a learning run is under way; nothing was begun; wait for its end or stop it, then audit"
)


class LearningRuns:
    """The runs of one profile, one at a time."""

    def __init__(self, profile: Keeper, post: Post) -> None:
        self._profile = profile
        self._post = post
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lines = 0
        self._last_key_s = time.monotonic()
        self.audits = AuditRuns(profile)
        self.progress: LearnProgress | None = None  # of the run under way, once it told of a step

    @property
    def lines(self) -> int:
        """How many lines were kept since the last run, or since this was made."""
        return self._lines

    @property
    def idle_s(self) -> float:
        """Seconds since somebody typed."""
        return time.monotonic() - self._last_key_s

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._thread is not None and self._thread.is_alive()

    def key_pressed(self) -> None:
        """Note that somebody is typing."""
        self._last_key_s = time.monotonic()

    def line_kept(self) -> None:
        """Note that there is one line more to learn from."""
        self._lines += 1

    def toggle(self) -> None:
        """Begin a run, or stop the one under way; what was learned before stays."""
        if self.running:
            self._stop.set()
        elif self.audits.running:
            self._post(KeyboardFailed(AUDIT_FIRST))
        else:
            self._begin()

    def toggle_audit(self) -> None:
        """Begin an audit, or stop the one under way, which had changed nothing."""
        if self.audits.running:
            self.audits.stop()
        elif self.running:
            self._post(KeyboardFailed(LEARNING_FIRST))
        else:
            self.audits.begin()

    def look(self) -> None:
        """Begin a run unasked: enough is new, nobody types, and the owner allows it."""
        allowed = self._profile.settings.background_learning and not self._profile.paused
        if self.running or self.audits.running or not allowed or self._lines < WORTH_LEARNING:
            return
        if may_run_in_background(self.idle_s):
            self._begin()

    def cancel(self, timeout_s: float = 10.0) -> None:
        """Stop the run or the audit under way, if there is one, and wait for its end."""
        self.audits.stop()
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self.audits.cancel(timeout_s)

    def _begin(self) -> None:
        self._lines = 0
        self.progress = None
        self._stop.clear()
        self._post(LearningBegan())
        self._thread = threading.Thread(target=self._run, name="hushkey-learning", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        report = None
        try:
            report = self._profile.learn(on_progress=self._advanced, cancelled=self._stop.is_set)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            if not self._stop.is_set():
                self._post(KeyboardFailed(describe(error)))
        self._post(LearningEnded(report))

    def _advanced(self, step: LearnProgress) -> None:
        self.progress = step
        self._post(LearningAdvanced(step))
