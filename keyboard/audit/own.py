"""An audit of lines by the keyboard's own trainer, and what of the last one is kept with the owner's settings.

Kept are numbers and the time, no word. The command and the app's room both come here.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hushkey.keyboard.audit.auditing import audit
from hushkey.keyboard.audit.figures import AuditReport
from hushkey.keyboard.audit.rounds import QUICK, Effort, OnProgress
from hushkey.keyboard.audit.training import training
from hushkey.keyboard.notes import SavedSettings
from hushkey.model.base import Base

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile

LAST_AUDIT = "last_audit"  # among the profile's settings


@dataclass(frozen=True, slots=True)
class LastAudit:
    """What is kept of an audit."""

    at: float
    """Unix time of its end, seconds."""
    figures: Mapping[str, Any]
    """As `AuditReport.as_dict` gives them."""


def audit_lines(  # noqa: PLR0913  an audit depends on no less
    lines: Sequence[str],
    base: Base,
    plan: str | None,
    *,
    quick: bool,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
) -> AuditReport:
    """Audit lines, oldest first, with a trainer of its own. `plan` is the personal adapter's, None for the usual one.

    Raises AuditRefused on too short a history, AuditCancelled and LearningCancelled where it was told to stop, and the
    learner's errors. It writes nothing.
    """
    with training(
        base,
        on_progress=lambda step: on_progress("training", step.step, step.steps),
        cancelled=cancelled,
        plan=plan,
    ) as trains:
        return audit(
            lines,
            base,
            trains,
            QUICK if quick else Effort(),
            on_progress=on_progress,
            cancelled=cancelled,
        )


def audit_own(
    profile: "Profile", *, on_progress: OnProgress, cancelled: Callable[[], bool]
) -> AuditReport:
    """Audit the owner's history quickly and keep its numbers. Raises as `audit_lines`; then nothing is kept."""
    report = audit_lines(
        [entry.text for entry in profile.history.entries()],
        profile.engine.base,
        profile.settings.learn_plan,
        quick=True,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    keep(profile.history.settings, report)
    return report


def keep(settings: SavedSettings, report: AuditReport) -> None:
    """Keep the numbers of an audit that ended just now, in the place of the last one's."""
    settings.set(LAST_AUDIT, {"at": time.time(), "figures": report.as_dict()})


def last_of(settings: SavedSettings) -> LastAudit | None:
    """Return the audit that was kept last; None where there was none, or it is of another version."""
    held = settings.get(LAST_AUDIT)
    try:
        return LastAudit(float(held["at"]), {**held["figures"]})
    except (TypeError, KeyError, ValueError):
        return None
