"""An audit of the owner's history on a thread of its own: begun, watched, stopped. Whoever shows it looks at it.

One at a time; of a training beside it, LearningRuns is the arbiter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from hushkey.tui.faults import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushkey.keyboard.profile import Profile
    from hushkey.tui.ports import Keeper

    OnProgress: TypeAlias = Callable[[str, int, int], None]
    Audit: TypeAlias = Callable[[Keeper, OnProgress, Callable[[], bool]], None]


@dataclass(frozen=True, slots=True)
class AuditStep:
    """How far an audit is: what is being done, and how much of that."""

    doing: str
    done: int
    total: int


BEGINNING = AuditStep("beginning", 0, 1)


def quick_audit(profile: Keeper, on_progress: OnProgress, cancelled: Callable[[], bool]) -> None:
    """Audit the history of a profile that the app has open, and keep its numbers."""
    from hushkey.keyboard.audit.own import audit_own  # noqa: PLC0415 - loaded when it is asked for

    audit_own(cast("Profile", profile), on_progress=on_progress, cancelled=cancelled)


class AuditRuns:
    """The audits of one profile."""

    def __init__(self, profile: Keeper, audit: Audit = quick_audit) -> None:
        self._profile, self._audit = profile, audit
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.step: AuditStep | None = None
        self.refusal = (
            ""  # why the last one came to nothing, without typed text; empty where it did not
        )

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Begin one, unless one is under way."""
        if not self.running:
            self._stop.clear()
            self.step, self.refusal = BEGINNING, ""
            self._thread = threading.Thread(target=self._run, name="hushkey-audit", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the one under way; it had changed nothing."""
        self._stop.set()

    def cancel(self, timeout_s: float = 10.0) -> None:
        """Stop the one under way, if there is one, and wait for its end."""
        self.stop()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._audit(self._profile, self._advanced, self._stop.is_set)
        except Exception as error:  # noqa: BLE001 - told in the room, as every refusal
            if not self._stop.is_set():
                self.refusal = describe(error)
        finally:
            self.step = None

    def _advanced(self, doing: str, done: int, total: int) -> None:
        self.step = AuditStep(doing, done, total)
