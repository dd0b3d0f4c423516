"""`coordinator dev`: sharing shown on this machine, with throwaway keys and sample devices. No profile is opened."""

# ruff: noqa: PLC0415 - imported when used: without an extra, the command says what to install

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.forgetting import interruptible

if TYPE_CHECKING:
    from hushkey.sync.demonstration import BatchSeen, Moment, Plan

_NEEDS: Final = ("torch", "onnx", "textual")  # of [app]; [coordinator] was looked for before


@click.command()
@click.option(
    "--devices",
    type=click.IntRange(2, 64),
    default=4,
    show_default=True,
    help="Sample devices; a batch is one report of each.",
)
@click.option(
    "--versions",
    type=click.IntRange(1, 100),
    default=2,
    show_default=True,
    help="Released after the base.",
)
@click.option("--exit", "leaves", is_flag=True, help="End once they are released.")
@click.option(
    "--rejected-most",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Rejected batches after which it gives up, with exit code 1.",
)
@output.as_json
def dev(*, devices: int, versions: int, leaves: bool, rejected_most: int, as_json: bool) -> int:
    """Show sharing on this machine: both operators on loopback, sample devices that learn and report.

    Weak noise, keys and databases that are thrown away: a demonstration, not private. Your own history is
    not opened. With --json, one object a batch.
    """
    missing = [name for name in _NEEDS if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"this needs the package {missing[0]}; nothing was started; pip install 'hushkey[app,coordinator]'"
        )
    from hushkey.keyboard.hardening import disable_core_dumps
    from hushkey.sync.demonstration import Plan, read_samples

    disable_core_dumps()
    plan = Plan(read_samples(devices), versions, rejected_most)
    if sys.stdout.isatty() and not as_json:
        return _on_screen(plan, leaves=leaves)
    return _as_lines(plan, leaves=leaves, as_json=as_json)


def _as_lines(plan: Plan, *, leaves: bool, as_json: bool) -> int:
    """Run it, a line for each thing that happens; Ctrl+C ends it in good order."""
    from hushkey.keyboard.learner import LearningCancelled
    from hushkey.model.base import load_base
    from hushkey.sync.demonstration import NOTE, Demonstration
    from hushkey.tui.demonstration.view import Lines, batch_line

    lines = Lines()

    def happened(moment: Moment) -> None:
        for line in lines.of(moment):
            output.note(line)

    def recorded(batch: BatchSeen) -> None:
        output.result_json(batch.as_dict()) if as_json else output.result(batch_line(batch))
        sys.stdout.flush()

    output.note(NOTE)
    with interruptible() as stop:
        shown = Demonstration(
            plan, load_base(), on_moment=happened, on_batch=recorded, cancelled=stop.is_set
        )
        try:
            over = shown.run(lambda: None if leaves else _stay(stop))
        except LearningCancelled:
            output.note("hushkey: stopped; nothing of the demonstration is kept")
            return Exit.INTERRUPTED
    return _code(over)


def _stay(stop: threading.Event) -> None:
    output.note("both operators go on answering; Ctrl+C ends them")
    stop.wait()


def _on_screen(plan: Plan, *, leaves: bool) -> int:
    """Run it on a thread beside its screen, and end with it."""
    from hushkey.model.base import load_base
    from hushkey.tui.demonstration.beside import Beside
    from hushkey.tui.demonstration.screen import DemonstrationApp

    stop = threading.Event()
    beside = Beside(plan, load_base(), stop)
    app = DemonstrationApp(beside.start, leaves=leaves)
    beside.post = app.post_message
    app.run()
    stop.set()
    fault = beside.end()
    if fault is not None:
        output.note(f"hushkey: {fault}")
        return Exit.FAILED
    over = beside.shown.moment
    return _code(over) if over.over else Exit.INTERRUPTED


def _code(over: Moment) -> int:
    return Exit.OK if over.version >= over.versions else Exit.FAILED
