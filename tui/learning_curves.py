"""The plots of the learning room as values, and the same in words. Pure: runs in, points and sentences out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from hushkey.tui.view_model import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushkey.keyboard.notes import LearnRun
    from hushkey.model.plans import Plan

Measure = Literal["nats", "recall_at_3"]
Colour = Literal["primary", "secondary", "warning", "foreground"]  # of the app's theme
Style = Literal["points", "line", "bars", "levels"]  # a level lies across the whole room of its run

RUNS_PLOTTED: Final = 30  # the newest: a bar each has room in half of a hundred columns
MEGA: Final = 1e6

_TITLES: Final[Mapping[Measure, str]] = {
    "nats": "Loss, nats a word",
    "recall_at_3": "Next word in three, % of words",
}
_BETTER: Final[Mapping[Measure, str]] = {"nats": "lower", "recall_at_3": "higher"}


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one kind. The marker tells them apart where there is no colour; one without a name needs no legend."""

    name: str
    marker: str
    colour: Colour
    style: Style
    points: tuple[tuple[float, float], ...]

    @property
    def legend(self) -> str:
        """Its marker and its name."""
        return f"{self.marker} {self.name}"


@dataclass(frozen=True, slots=True)
class Plot:
    """What to draw, and the same in words. Without series there is nothing to draw yet, and the words say why."""

    title: str
    told: str
    series: tuple[Series, ...] = ()
    across: str = ""  # the name of the x axis

    @property
    def legend(self) -> str:
        """What its markers mean."""
        return "   ".join(each.legend for each in self.series if each.points and each.name)


@dataclass(frozen=True, slots=True)
class _Judged:
    words: int
    before: float
    after: float
    kept: bool

    @property
    def holds(self) -> float:
        """What held after the run: where it was not kept, nothing of it."""
        return self.after if self.kept else self.before


def curve(runs: Sequence[LearnRun], measure: Measure) -> Plot:
    """Return the learning curve over runs, oldest first: by words learned, with what was learned and without."""
    judged = _judged(runs, measure)
    title = _TITLES[measure]
    if not runs:
        return Plot(title, "No run yet, so there is no curve. It begins with the second.")
    if not judged:
        return Plot(
            title, f"No curve: {_runs(len(runs))}, and none with enough words to be judged."
        )
    last = judged[-1]
    if len(judged) == 1:
        return Plot(
            title,
            f"One run was judged, on {last.words:,} words: {_told(measure, last.before)} without what it learned, "
            f"{_told(measure, last.after)} with it. A curve needs two.",
        )
    told = (
        f"From {judged[0].words:,} to {last.words:,} words, over {len(judged)} runs that were judged, the whole "
        f"keyboard went from {_number(measure, judged[0].holds)} to {_told(measure, last.holds)}; "
        f"{_BETTER[measure]} is better. Without what the last one learned it was {_number(measure, last.before)}. "
        f"{sum(run.kept for run in judged)} of {len(judged)} were kept. Each was judged on the newest lines of its "
        "day, which did not train it, so neighbours differ by those too."
    )
    scale = 100.0 if measure == "recall_at_3" else 1.0

    def points(chosen: Sequence[_Judged], value: str) -> tuple[tuple[float, float], ...]:
        return tuple((run.words, scale * getattr(run, value)) for run in chosen)

    by_words = sorted(judged, key=lambda run: run.words)
    series = (
        Series("", "─", "primary", "line", points(by_words, "holds")),
        Series("without it", "o", "foreground", "points", points(by_words, "before")),
        Series("not kept", "x", "warning", "points", points(_unkept(by_words), "after")),
        Series("kept", "●", "primary", "points", points(_kept(by_words), "after")),
    )
    return Plot(title, told, series, "words learned from")


def memory(runs: Sequence[LearnRun], plans: Mapping[str, Plan]) -> Plot:
    """Return what training held over runs, oldest first, beside the budget of each run's plan."""
    title = "Memory of training, MB"
    held = [(run, _bytes(run)) for run in runs if _bytes(run)][-RUNS_PLOTTED:]
    if not held:
        return Plot(title, "No run has told yet what its training held.")
    (newest, size), largest = held[-1], max(each for _, each in held)
    plan = plans.get(_plan(newest))
    told = f"Training held at most {_mega(size)} in the newest run"
    if len(held) > 1:
        told += f", {_mega(largest)} in the largest of {len(held)}"
    told += ", beyond torch and the frozen base."
    if plan is not None and plan.budget_bytes:
        told += (
            f" Its plan, {plan.name}, was made for {_mega(plan.budget_bytes)}, counted from its shapes; what a system "
            "hands out in whole pages and does not take back at once comes on top."
        )
    if len(held) == 1:
        return Plot(title, told)
    numbered = list(enumerate(held, len(runs) - len(held) + 1))
    budgets = tuple(
        (float(number), plans[_plan(run)].budget_bytes / MEGA)
        for number, (run, _) in numbered
        if _plan(run) in plans
    )
    bars = tuple((float(number), size / MEGA) for number, (_, size) in numbered)
    series = (
        Series("held at most", "█", "secondary", "bars", bars),
        Series("budget of its plan", "━", "warning", "levels", budgets),
    )
    return Plot(title, told, series, "run")


def _judged(runs: Sequence[LearnRun], measure: Measure) -> list[_Judged]:
    found = []
    for run in runs:
        before, after = (_figures(run.report, when) for when in ("before", "after"))
        if before.get("nats"):
            words, kept = int(run.report.get("words", 0)), bool(run.report.get("kept"))
            found.append(_Judged(words, before[measure], after[measure], kept))
    return found[-RUNS_PLOTTED:]


def _figures(report: Mapping[str, Any], when: str) -> Mapping[str, float]:
    return report.get(f"keyboard_{when}") or {}


def _kept(runs: Sequence[_Judged]) -> list[_Judged]:
    return [run for run in runs if run.kept]


def _unkept(runs: Sequence[_Judged]) -> list[_Judged]:
    return [run for run in runs if not run.kept]


def _bytes(run: LearnRun) -> int:
    return int(run.report.get("peak_training_bytes") or 0)


def _plan(run: LearnRun) -> str:
    return str(run.report.get("plan") or "")


def _told(measure: Measure, value: float) -> str:
    return f"{_number(measure, value)} {'nats a word' if measure == 'nats' else 'of words'}"


def _number(measure: Measure, value: float) -> str:
    return f"{value:.2f}" if measure == "nats" else percent(value)


def _mega(size: float) -> str:
    return f"{size / MEGA:.0f} MB" if size >= 10 * MEGA else f"{size / MEGA:.2g} MB"


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"
