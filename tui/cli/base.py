"""`base build`, `base plan`: train the shipped base, search what a device trains. Child processes: they need torch."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from hushkey.tui.cli.exits import Exit

_BUILDER = "hushkey.model.training.build"
_PLANNER = "hushkey.model.training.planning"


@click.group()
def base() -> None:
    """The base model that everybody begins with."""


@base.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--corpora",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of text, with its list of what is allowed.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the artefacts go.",
)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint or shipped weights.")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="[BUILDER OPTION]...")
def build(corpora: Path, out: Path, resume: bool, rest: tuple[str, ...]) -> int:
    """Train, evaluate and export a base from a folder of text; interruptible, resumable.

    Further options go to the builder as they are.
    """
    command = ["--corpora", str(corpora), "--out", str(out)]
    command += ["--resume"] if resume else []
    return _run(_BUILDER, [*command, *rest])


@base.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--users",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of writers: .jsonl(.xz) files of {user, t, text} lines.",
)
@click.option("--budget", required=True, type=click.IntRange(min=1), help="Bytes for training.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The plan that is written; what was measured is noted beside it.",
)
@click.option("--shared", is_flag=True, help="For what is sent: under noise, to other writers.")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="[SEARCH OPTION]...")
def plan(users: Path, budget: int, out: Path, shared: bool, rest: tuple[str, ...]) -> int:
    """Search which groups of parameters a device trains under a budget of memory; interruptible, resumable.

    Further options go to the search as they are: --writers N, --words N, --notes FILE.
    """
    command = ["--users", str(users), "--budget", str(budget), "--out", str(out)]
    command += ["--shared"] if shared else []
    return _run(_PLANNER, [*command, *rest])


def _run(module: str, arguments: list[str]) -> int:
    if find_spec("torch") is None:
        raise click.ClickException(
            "this needs torch; nothing was started; pip install 'hushkey[learn]'"
        )
    child = subprocess.Popen([sys.executable, "-m", module, *arguments])
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has told the child too; it keeps what it has and ends
        return Exit.OK if code == 0 else Exit.INTERRUPTED if code < 0 else Exit.FAILED
