"""`eval`: the ideal typist over a writer, or over many."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushkey.keyboard.evaluating import Regime
    from hushkey.keyboard.session import Policy

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("eval")
@click.option("--history", type=_FILE, help="What the writer typed before, one message a line.")
@click.option("--test", type=_FILE, help="What the ideal typist types, one message a line.")
@click.option("--users", type=_FILE, help="Many writers: JSON lines, plain or .xz.")
@click.option("--regime", type=click.Choice(["cold", "warm", "online"]), help="All three if left.")
@click.option(
    "--policy",
    type=click.Choice(["ranking", "shown"]),
    default="ranking",
    show_default=True,
    help="The bare ranking, or the app's strip as it is shown.",
)
@click.option("--without-adapter", is_flag=True, help="Learn the words only; needs no torch.")
@click.option("--limit", type=click.IntRange(min=1), help="The first so many users only.")
@output.as_json
def evaluate(
    *,
    history: Path | None,
    test: Path | None,
    users: Path | None,
    regime: Regime | None,
    policy: Policy,
    without_adapter: bool,
    limit: int | None,
    as_json: bool,
) -> int:
    """Measure keystroke savings with an ideal typist.

    FILEs hold one message a line, oldest first; each regime gives one line of figures.
    """
    if (users is None) == (test is None) or (users is not None and history is not None):
        raise click.UsageError("Give --test FILE, with --history FILE or without, or --users FILE.")
    if limit is not None and users is None:
        raise click.UsageError("--limit goes with --users.")
    from hushkey.keyboard.evaluating import REGIMES, Evaluation, no_training, training
    from hushkey.keyboard.one_network import OneNetwork
    from hushkey.keyboard.typists import Typist, read_lines_of, read_typists
    from hushkey.model.base import load_base

    regimes: tuple[Regime, ...] = (regime,) if regime else REGIMES
    if users is not None:
        typists: Iterable[Typist] = read_typists(users, limit)
    else:
        lines = read_lines_of(history) if history is not None else []
        typists = [Typist("one/typist", lines, read_lines_of(cast("Path", test)))]
    base = OneNetwork.of(load_base())
    learned = any(regime != "cold" for regime in regimes) and not without_adapter
    with training(base) if learned else nullcontext(no_training) as train:
        evaluation = Evaluation(regimes, (policy,), train, base)
        for number, (typist, measured) in enumerate(evaluation.run_all(typists), 1):
            savings = ", ".join(
                f"{name} {counts.figures()['ksr']:.3f}" for (_, name), counts in measured.items()
            )
            click.echo(f"{number} {typist.name}: {savings}", err=True)
    for name in regimes:
        report = evaluation.report(name, policy, many=users is not None)
        click.echo(json.dumps(report) if as_json else _readable(report))
    return Exit.OK


def _readable(report: Mapping[str, Any]) -> str:
    latency = report["suggest_ms"]
    return (
        f"{report['regime']:<7} {report['policy']}: {100 * report['ksr']:.1f}% of keystrokes saved "
        f"({100 * report['ksr_exact']:.1f}% with exact case), next word first {100 * report['recall_at_1']:.1f}%, "
        f"among three {100 * report['recall_at_3']:.1f}%; {report['words']} words; a suggestion takes "
        f"{latency['p50']:.2f} ms (p99 {latency['p99']:.2f})"
    )
