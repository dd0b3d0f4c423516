"""`serve --stdio`: suggestions for programs in any language, as lines of JSON."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import bare_key_file as bare_key_file_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushkey.keyboard.profile import Profile


@click.command()
@click.option("--stdio", is_flag=True, help="Over standard input and output.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of every line and leave.")
@click.option("--in-memory", is_flag=True, help="A throwaway profile: nothing is read or kept.")
@bare_key_file_option
@click.pass_context
def serve(
    ctx: click.Context, *, stdio: bool, schema: bool, in_memory: bool, bare_key_file: bool
) -> int:
    """Answer requests for suggestions, one JSON value a line, until the input ends.

    The first is {"id":1,"do":"hello","version":1,"surface":"NAME"}. NAME has switches of its own:
    'hushkey set surfaces-off NAME' keeps nothing that is typed there.
    """
    from hushkey.keyboard.embed import stdio as conversation

    if schema:
        click.echo(conversation.schema(), nl=False)
        return Exit.OK
    if not stdio:
        raise click.UsageError("say --stdio: that is the one way in")
    with lent_profile(in_memory=in_memory, bare=bare_key_file or bool(ctx.find_root().obj)) as own:
        conversation.serve(own, sys.stdin.buffer, sys.stdout.buffer)
    return Exit.OK


@contextmanager
def lent_profile(*, in_memory: bool, bare: bool) -> Iterator[Profile]:
    """Open the profile that a program talks to: the owner's, or one that nobody keeps."""
    if in_memory:
        from hushkey.keyboard.hardening import disable_core_dumps
        from hushkey.keyboard.profile import open_profile

        disable_core_dumps()
        with open_profile(in_memory=True) as profile:
            yield profile
        return
    from hushkey.tui.cli.opening import opened
    from hushkey.tui.owner import from_environment

    with opened(from_environment(bare=bare)) as profile:
        yield profile
