"""`base build`: train the shipped base. It runs as a child process, for it needs torch."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from hushkey.tui.cli.exits import Exit

_BUILDER = "hushkey.model.training.build"


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
    if find_spec("torch") is None:
        raise click.ClickException(
            "building a base needs torch; nothing was started; pip install 'hushkey[learn]'"
        )
    command = [sys.executable, "-m", _BUILDER, "--corpora", str(corpora), "--out", str(out)]
    command += ["--resume"] if resume else []
    child = subprocess.Popen([*command, *rest])
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has told the child too; it saves a checkpoint and ends
        return Exit.OK if code == 0 else Exit.INTERRUPTED if code < 0 else Exit.FAILED
