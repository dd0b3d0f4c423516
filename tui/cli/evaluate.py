"""`eval`: the ideal typist over a writer, or over many."""

from __future__ import annotations

from pathlib import Path

import click

from hushkey.tui.cli import output

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
@click.option("--limit", type=click.IntRange(min=1), help="The first so many users only.")
@output.as_json
def evaluate(
    *,
    history: Path | None,
    test: Path | None,
    users: Path | None,
    regime: str | None,
    policy: str,
    limit: int | None,
    as_json: bool,
) -> int:
    """Measure keystroke savings with an ideal typist and three suggestions."""
    if (users is None) == (test is None) or (users is not None and history is not None):
        raise click.UsageError("Give --test FILE, with --history FILE or without, or --users FILE.")
    if limit is not None and users is None:
        raise click.UsageError("--limit goes with --users.")
    regimes = (regime,) if regime else ("cold", "warm", "online")
    # ---- the call into hushkey.keyboard.evaluating belongs here -------------------------------
    del regimes, policy, as_json
    raise click.ClickException("eval is not wired yet")
    # -------------------------------------------------------------------------------------------
