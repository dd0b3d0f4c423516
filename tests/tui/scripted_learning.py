"""A scripted profile with a real log of learning runs and real settings kept beside it, in memory.

Runs are noted as `Profile.learn` notes them; the audit is what a test hands in.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from scripted import ScriptedProfile

from hushkey.keyboard.background import Machine
from hushkey.keyboard.history import History
from hushkey.keyboard.learner import LearnReport
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.notes import LearnRun
from hushkey.keyboard.store import Store
from hushkey.model.plans import PERSONAL_PRESETS, preset

DAY_S = 86_400.0
NOW = 1_795_614_120.0  # 2026-11-25 13:42 UTC
QUIET = Machine(on_mains=True, load_share=0.08)
PLANS = {name: preset(name) for name in PERSONAL_PRESETS}


def report(words: int, before: float, after: float, *, megabytes: float = 23.9, **changes: Any):
    """A report as a finished run of the plan small gives it; recall rises as nats fall."""
    held: dict[str, Any] = {
        "words": words,
        "seconds": words / 40,
        "peak_training_bytes": int(megabytes * 1e6),
        "update_bytes": 540_672,
        "keyboard_before": Figures(before, 0.9 - before / 8),
        "keyboard_after": Figures(after, 0.9 - after / 8),
        "plan": "small",
        "kept": after < before,
    }
    return LearnReport(**(held | changes))


def run(number: int, noted: LearnReport) -> LearnRun:
    return LearnRun(number, NOW - (10 - number) * DAY_S, asdict(noted))


REPORTS = (
    report(240, 0.0, 0.0, kept=False, seconds=4.0, megabytes=9.1, plan="tiny"),  # not to be judged
    report(650, 5.62, 5.55, megabytes=10.4, plan="tiny"),
    report(1_210, 5.41, 5.29),
    report(1_900, 5.33, 5.36),  # not better
    report(2_840, 5.20, 4.97, megabytes=24.3),
    LearnReport(3_600, 1_800.0, plan="full", finished=False),  # its time was over
    report(3_600, 5.02, 4.81, megabytes=25.2, plan="full", seconds=2_220.0),
)
RUNS = tuple(run(number, noted) for number, noted in enumerate(REPORTS, 1))


def surface(bits: float, extracted: float, **more: Any) -> dict[str, Any]:
    return {
        "count": 21,
        "exposure_bits": bits,
        "chance_bits": 1.44,
        "extracted": extracted,
        "candidates": 1024,
        **more,
    }


AUDIT = {
    "at": NOW - 3 * DAY_S,
    "figures": {
        "ngrams": surface(10.0, 1.0, words=3_600, seconds=80.0),
        "adapter": surface(4.2, 2 / 21),
        "shared": surface(1.5, 0.0, is_chance=True),
    },
}


@dataclass
class LearningProfile(ScriptedProfile):
    """Learns by the script, and notes each run."""

    history: History = field(default_factory=lambda: History(Store.memory()))
    set_to: list[dict[str, Any]] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        self.settings = self.settings.replace(**changes)
        self.paused = not self.settings.learning
        self.set_to.append(changes)

    def learn(self, on_progress=None, cancelled=lambda: False) -> LearnReport:
        done = super().learn(on_progress, cancelled)
        self.history.learn_runs.append(asdict(done), at=NOW)
        return done


def with_runs(*, audit: bool = True) -> LearningProfile:
    """A profile that has learned seven times, and was audited."""
    made = LearningProfile()
    for each in RUNS:
        made.history.learn_runs.append(each.report, at=each.at)
    if audit:
        made.history.settings.set("last_audit", AUDIT)
    return made
