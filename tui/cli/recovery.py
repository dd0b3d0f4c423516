"""`recovery export`, `recovery import`: the key on paper, and the way back from it."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.opening import ask_passphrase, asked_passphrase, bare_key_file

if TYPE_CHECKING:
    from pathlib import Path

    from hushkey.keyboard.keys import MasterKey


@click.group()
def recovery() -> None:
    """The key on paper, for when keyring or passphrase is lost."""


@recovery.command("export")
def export() -> None:
    """Print the recovery code. Whoever has it can read everything: keep it on paper."""
    from hushkey.keyboard.errors import KeyUnavailable
    from hushkey.keyboard.keystore import open_keystore
    from hushkey.keyboard.recovery import recovery_code
    from hushkey.tui.owner import from_environment

    opener = from_environment()
    if opener.survey().first_run:
        raise KeyUnavailable("there is no key yet; nothing was made; type something first")
    passphrase = opener.passphrase or asked_passphrase(opener)
    key = open_keystore(opener.places.data, passphrase=passphrase)
    output.note("whoever has this code can read all that was typed; keep it on paper:")
    output.result(recovery_code(key))
    _note_code_made(opener.places.history, key)


def _note_code_made(path: Path, key: MasterKey) -> None:
    """Note in the history that there is a code; the owner has it in any case."""
    from hushkey.keyboard.errors import KeyboardError
    from hushkey.keyboard.history import History
    from hushkey.keyboard.recovery import note_code_made
    from hushkey.keyboard.store import Store

    if path.exists():
        with suppress(KeyboardError), Store.open(path, key.history_key()) as store:
            note_code_made(History(store))


@recovery.command("import")
@bare_key_file
@click.pass_context
def import_(ctx: click.Context, *, bare_key_file: bool) -> None:
    """Take a recovery code, from a prompt or from standard input, and keep its key again."""
    from hushkey.keyboard.recovery import recover
    from hushkey.keyboard.system_keyring import system_keyring
    from hushkey.tui.owner import from_environment

    bare = bare_key_file or bool(ctx.find_root().obj)
    opener = from_environment(bare=bare)
    at_terminal = sys.stdin.isatty()
    code = click.prompt("Recovery code", err=True) if at_terminal else sys.stdin.readline()
    passphrase = opener.passphrase
    if passphrase is None and at_terminal and not bare and system_keyring() is None:
        passphrase = ask_passphrase(new=True)
    place = recover(opener.places.data, code, passphrase=passphrase, allow_bare_file=bare)
    output.result(f"the key is kept again; place: {place}")


@click.command(hidden=True)
@bare_key_file
@click.pass_context
def recover(ctx: click.Context, *, bare_key_file: bool) -> None:
    """The same as 'recovery import', under the name that messages about a lost key use."""
    ctx.invoke(import_, bare_key_file=bare_key_file)
