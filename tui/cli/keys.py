"""`keys`: every key with what it does, as the config file leaves them; and that file, to begin with."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--write", is_flag=True, help="Write the config file with every key, as comments.")
@output.as_json
def keys(*, write: bool, as_json: bool) -> int:
    """Print every key of the app with what it does.

    Keys are changed in the config file, which 'hushkey locate' finds: [keys], then private = "f12" or
    accept_word = ["alt+right", "ctrl+g"]. --write makes one where there is none.
    """
    from hushkey.keyboard.paths import places
    from hushkey.tui import keys_told
    from hushkey.tui.preferences import read

    path = places(os.environ).preferences
    if write:
        return _write(path)
    preferences = read(path)
    rows = keys_told.rows(preferences.keymap)
    if as_json:
        output.result_json({"keys": rows, "faults": list(preferences.faults)})
    else:
        output.table(keys_told.printed(rows))
        for fault in preferences.faults:
            output.note(f"{path}: {fault}")
    return Exit.FAILED if preferences.faults else Exit.OK


def _write(path: Path) -> int:
    from hushkey.keyboard.private_files import make_private_directory, write_private
    from hushkey.tui import keys_told

    if path.exists():
        output.note(f"{path} is there already and stays as it is; 'hushkey keys' says what it does")
        return Exit.FAILED
    make_private_directory(path.parent)
    write_private(path, keys_told.file().encode(), replace=False)
    output.result(str(path))
    return Exit.OK
