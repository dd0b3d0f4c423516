"""`simulate`: a population of devices under a virtual clock. A child process: it needs torch."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from hushkey.tui.cli.exits import Exit

_SIMULATION = "hushkey.sync.simulation"
_NEEDED = ("torch", "msgspec")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--users",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of writers: .jsonl(.xz) files of {user, t, text} lines.",
)
@click.option(
    "--preset",
    type=click.Choice(["smoke", "small", "quick", "shared", "paper"]),
    default="quick",
    show_default=True,
    help="Devices, histories, algorithms and how far they are followed.",
)
@click.option("--algorithms", help="Which, with commas between: fedavg,fedbuff,hushkey.")
@click.option("--seeds", help="Of devices, delays and noise, with commas between.")
@click.option(
    "--slowdown",
    type=click.FloatRange(min=1.0),
    default=5.0,
    show_default=True,
    help="Stragglers'.",
)
@click.option("--json", "as_json", is_flag=True, help="One object a line and algorithm.")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="[SIMULATION OPTION]...")
def simulate(
    users: Path,
    preset: str,
    algorithms: str | None,
    seeds: str | None,
    slowdown: float,
    as_json: bool,
    rest: tuple[str, ...],
) -> int:
    """Simulate many devices that learn together, under a virtual clock; interruptible, resumable.

    Further options go to the simulation as they are: --stragglers SHARE, --dropouts SHARE, --availability night,
    --epsilon E, --directions N, --through protocol, --engine ray, --devices N, --batch K, --versions N, --threads N,
    --kept DIR.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise click.ClickException(
            "this needs torch and msgspec; nothing was started; pip install 'hushkey[app]'"
        )
    command = ["--users", str(users), "--preset", preset, "--slowdown", str(slowdown)]
    command += ["--algorithms", algorithms] if algorithms else []
    command += ["--seeds", *seeds.split(",")] if seeds else []
    command += ["--json"] if as_json else []
    child = subprocess.Popen([sys.executable, "-m", _SIMULATION, *command, *rest])
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has told the child too; it keeps what it has and ends
        interrupted = code < 0 or code == Exit.INTERRUPTED
        return Exit.OK if code == 0 else Exit.INTERRUPTED if interrupted else Exit.FAILED
