"""`lsp`: suggestions for editors that speak the language server protocol."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import sys

import click

from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import bare_key_file as bare_key_file_option
from hushkey.tui.cli.serve import lent_profile


@click.command()
@click.option("--in-memory", is_flag=True, help="A throwaway profile: nothing is read or kept.")
@bare_key_file_option
@click.pass_context
def lsp(ctx: click.Context, *, in_memory: bool, bare_key_file: bool) -> int:
    """Serve an editor over standard input and output.

    It completes words and offers inline completions, and learns what was written when a document is
    saved; 'hushkey set surfaces-off lsp' keeps it from that. docs/embedding.md says how to set up
    an editor.
    """
    from hushkey.keyboard.embed.language_server import SURFACE, serve_editor
    from hushkey.keyboard.embed.surface import Surface

    with lent_profile(in_memory=in_memory, bare=bare_key_file or bool(ctx.find_root().obj)) as own:
        serve_editor(Surface(own, SURFACE), sys.stdin.buffer, sys.stdout.buffer)
    return Exit.OK
