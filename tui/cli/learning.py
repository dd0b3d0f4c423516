"""`learn`, `pause`, `resume`: when and whether the keyboard learns."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushkey.keyboard.profile import LearnReport, Profile


@click.command()
@output.as_json
@opens_profile
def learn(profile: Profile, *, as_json: bool) -> int:
    """Train the personal adapter on the history. Ctrl+C leaves everything as it was."""
    with _interrupted() as stop:
        try:
            report = profile.learn(
                on_progress=lambda step: output.bar("learning", step.step, step.steps),
                cancelled=stop.is_set,
            )
        except Exception:
            if not stop.is_set():
                raise
            output.note("\nhushkey: interrupted; what was learned before stays as it was")
            return Exit.INTERRUPTED
    if stop.is_set():
        output.note("\nhushkey: interrupted; what was learned before stays as it was")
        return Exit.INTERRUPTED
    if as_json:
        output.result_json(report)
    else:
        output.result(_sentence(report))
    return Exit.OK


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


def _sentence(report: LearnReport) -> str:
    if not report.words:
        return "nothing to learn from yet; type or import something first"
    return (
        f"{report.words:,} words in {report.seconds:.1f} s: "
        f"loss {report.before_nats:.3f} -> {report.after_nats:.3f} nats, "
        f"next word in three {report.before_recall_at_3:.1%} -> {report.after_recall_at_3:.1%}; "
        + ("kept" if report.kept else "not better, so what was learned before stays")
    )


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Turn Ctrl+C into an event, so that the training child is ended in good order."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
