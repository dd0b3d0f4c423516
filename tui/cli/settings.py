"""`settings`, `set`: what the owner may set, listed and changed."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile


@click.command()
@output.as_json
@opens_profile
def settings(profile: Profile, *, as_json: bool) -> None:
    """List every setting with its value."""
    held = profile.settings.as_dict()
    if as_json:
        output.result_json(held)
    else:
        output.table((name, _written(value)) for name, value in held.items())


@click.command("set")
@click.argument("name")
@click.argument("value")
@opens_profile
def set_(profile: Profile, *, name: str, value: str) -> None:
    """Change the setting NAME to VALUE.

    VALUE is on, off, a number, or the names of surfaces with commas between them: 'surfaces-off
    shell,lsp' keeps and learns nothing of what is typed there, 'surfaces-silent mail' offers nothing
    there, 'none' is all surfaces again. A surface is where text is typed: app, plain, shell, pty, lsp,
    or what a program that embeds hushkey calls its own. 'hushkey settings' lists the settings. An app
    that is running follows with the next key.
    """
    from hushkey.keyboard.settings import parsed

    changes = parsed(name, value)
    profile.set(**changes)
    for changed, new in changes.items():
        output.result(f"{changed} is {_written(new)}")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
