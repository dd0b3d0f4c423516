"""`learn`, `pause`, `resume`: when and whether the keyboard learns."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.forgetting import interruptible
from hushkey.tui.cli.learning_told import (
    as_dict,
    compared,
    run_as_dict,
    run_rows,
    sentence,
    time_left,
)
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    import threading

    from hushkey.keyboard.learner import FullReport
    from hushkey.keyboard.profile import LearnProgress, LearnReport, Profile
    from hushkey.model.plans import Plan

_GOES_ON: Final = "\nhushkey: interrupted; what was learned before stays, and the next learning goes on from there"
_LONGEST_PLAN: Final = 65_536  # characters


@click.command()
@click.option("--plan", "named", metavar="NAME|FILE", help="tiny, small, full, or a file.")
@click.option("--minutes", type=click.IntRange(1, 1_440), help="Stop then, to go on the next time.")
@click.option(
    "--compare",
    type=click.Choice(["full"]),
    help="Fine-tune the whole model too, to see what it would take and bring; nothing of it is kept.",
)
@click.option("--when-idle", is_flag=True, help="Only on an idle machine on mains power.")
@click.option("--log", "only_log", is_flag=True, help="Only list the runs, the newest first.")
@click.option("--limit", type=click.IntRange(min=1), help="With --log: at most so many.")
@output.as_json
@opens_profile
def learn(
    profile: Profile,
    *,
    named: str | None,
    minutes: int | None,
    compare: str | None,
    when_idle: bool,
    only_log: bool,
    limit: int | None,
    as_json: bool,
) -> int:
    """Train the personal adapter on the history; it is kept if it sees your newest lines coming better.

    Ctrl+C leaves everything as it was, and the next learning goes on from there.
    """
    if limit is not None and not only_log:
        raise click.UsageError("--limit belongs to --log.")
    if only_log:
        return _log(profile, limit, as_json=as_json)
    plan = None if named is None else _plan(named)
    if when_idle and (reason := _reason_to_wait(profile)) is not None:
        output.note(f"hushkey: not now: {reason}; nothing was done")
        return Exit.OK
    with interruptible() as stop:
        report = _learned(profile, plan, minutes, stop)
        if report is None:
            output.note(_GOES_ON)
            return Exit.INTERRUPTED
        full = _compared(profile, stop) if compare and report.finished else None
    if as_json:
        output.result_json(as_dict(report, full))
    else:
        output.result(
            "\n".join([sentence(report), *([] if full is None else [compared(report, full)])])
        )
    return Exit.INTERRUPTED if stop.is_set() else Exit.OK


@click.command()
@opens_profile
def pause(profile: Profile) -> None:
    """Turn learning off until 'resume'."""
    profile.pause()
    output.result("learning is paused; 'hushkey resume' turns it on again")


@click.command()
@opens_profile
def resume(profile: Profile) -> None:
    """Turn learning on again."""
    profile.resume()
    output.result("learning is on")


def _learned(
    profile: Profile, plan: Plan | None, minutes: int | None, stop: threading.Event
) -> LearnReport | None:
    """Learn; None where it was interrupted."""
    from hushkey.keyboard.learner import LearningError

    try:
        return profile.learn(
            _progress,
            stop.is_set,
            plan=plan,
            limit_s=None if minutes is None else 60.0 * minutes,
        )
    except LearningError:
        if stop.is_set():
            return None
        raise


def _progress(step: LearnProgress) -> None:
    output.bar("learning", step.step, step.steps, time_left(step.left_s))


def _compared(profile: Profile, stop: threading.Event) -> FullReport | None:
    """Compare with full fine-tuning; None where it was interrupted: what was learned stays learned."""
    from hushkey.keyboard.learner import LearningCancelled

    output.note("fine-tuning the whole model, to compare; nothing of it is kept")
    try:
        return profile.compare_with_full(stop.is_set)
    except LearningCancelled:
        output.note("\nhushkey: the comparison was interrupted; what was learned stays learned")
        return None


def _plan(named: str) -> Plan:
    """Find a shipped plan, or read one from a file. Raises PlanRefused."""
    from hushkey.model.errors import PlanRefused
    from hushkey.model.plans import PERSONAL_PRESETS, plan_from, preset

    if named in PERSONAL_PRESETS:
        return preset(named)
    try:
        with Path(named).open(encoding="utf-8") as file:
            return plan_from(file.read(_LONGEST_PLAN))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise PlanRefused(
            f"there is no plan and no readable file of that name; there are {', '.join(PERSONAL_PRESETS)}; "
            "nothing was trained"
        ) from error


def _reason_to_wait(profile: Profile) -> str | None:
    from hushkey.keyboard.background import background_reason_against

    newest = profile.history.entries(1, newest_first=True)
    idle_s = time.time() - newest[0].at if newest else float("inf")
    return background_reason_against(idle_s)


def _log(profile: Profile, limit: int | None, *, as_json: bool) -> int:
    runs = profile.history.learn_runs.runs(limit)
    if as_json:
        for run in runs:
            output.result_json(run_as_dict(run))
    elif runs:
        output.table(run_rows(runs))
    return Exit.OK
