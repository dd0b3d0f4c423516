"""What the learning room needs of a profile beyond what the app does, and one look at all of it. Knows no widget."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from hushkey.keyboard.audit.own import last_of
from hushkey.keyboard.background import look_at_machine
from hushkey.model.plans import PERSONAL_PRESETS, preset
from hushkey.tui.learning_view import Snapshot, UnderWay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushkey.keyboard.notes import LearnLog, SavedSettings
    from hushkey.keyboard.settings import Settings
    from hushkey.model.plans import Plan
    from hushkey.tui.learning_runs import LearningRuns
    from hushkey.tui.ports import Keeper

RUNS_READ: Final = 100  # the newest; the whole log is a command's


class Notes(Protocol):
    """The part of a history that the room reads: what is noted beside it, none of its lines."""

    @property
    def learn_runs(self) -> LearnLog:
        """The log of learning runs."""

    @property
    def settings(self) -> SavedSettings:
        """Small values by name, the last audit among them."""


class LearningProfile(Protocol):
    """The part of a profile that the room uses."""

    @property
    def history(self) -> Notes:
        """What is noted beside the lines."""

    @property
    def settings(self) -> Settings:
        """What the owner has set."""

    def set(self, **changes: Any) -> None:
        """Change settings and keep them. Raises SettingRefused."""


def learning_part(profile: Keeper) -> LearningProfile:
    """Return a profile as the room needs it: the real one has all of it."""
    return cast("LearningProfile", profile)


def look(profile: Keeper, runs: LearningRuns) -> Snapshot:
    """Look at everything once. It changes nothing, and waits where the history is being written."""
    part = learning_part(profile)
    newest_first = part.history.learn_runs.runs(RUNS_READ)
    return Snapshot(
        runs=tuple(reversed(newest_first)),
        settings=part.settings,
        audit=last_of(part.history.settings),
        lines=runs.lines,
        idle_s=runs.idle_s,
        machine=look_at_machine(),
        trains=find_spec("torch") is not None,
        plans=_plans(),
    )


def under_way(runs: LearningRuns) -> UnderWay:
    """Look at what is under way; it asks nobody and never waits."""
    learning, auditing = runs.running, runs.audits.running
    return UnderWay(
        learning,
        runs.progress if learning else None,
        auditing,
        runs.audits.step if auditing else None,
        runs.audits.refusal,
    )


@cache
def _plans() -> Mapping[str, Plan]:
    return {name: preset(name) for name in PERSONAL_PRESETS}
