"""Opens the owner's profile for a command: finds or asks for the passphrase, closes at the end."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import functools
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.profile import Profile
    from hushkey.tui.owner import OwnerOpener

bare_key_file = click.option(
    "--bare-key-file",
    is_flag=True,
    help="Where there is no keyring, keep the key in a 0600 file with no passphrase.",
)


@contextmanager
def opened(opener: OwnerOpener) -> Iterator[Profile]:
    """Open the owner's profile. Raises KeyboardError."""
    from hushkey.keyboard.hardening import disable_core_dumps
    from hushkey.tui.opening import KeyChoice

    disable_core_dumps()
    with opener.open(KeyChoice(passphrase=asked_passphrase(opener))) as profile:
        yield profile


def opens_profile(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the open profile as its first argument, and `--bare-key-file`."""

    def run(ctx: click.Context, /, *args: Any, bare_key_file: bool, **options: Any) -> Any:
        from hushkey.tui.owner import from_environment

        opener = from_environment(bare=bare_key_file or bool(ctx.find_root().obj))
        with opened(opener) as profile:
            return command(profile, *args, **options)

    functools.update_wrapper(run, command)
    return bare_key_file(click.pass_context(run))


def asked_passphrase(opener: OwnerOpener) -> Passphrase | None:
    """Ask for the passphrase at the terminal where one is needed and nothing else gives it."""
    survey = opener.survey()
    new = survey.key_place is None
    if not (survey.asks_passphrase or new) or not sys.stdin.isatty():
        return None
    return ask_passphrase(new=new)


def ask_passphrase(*, new: bool) -> Passphrase:
    """Ask at the terminal, hidden; twice where it is a new one."""
    from hushkey.keyboard.keys import Passphrase

    prompt = "Choose a passphrase; without it nothing can be read again" if new else "Passphrase"
    return Passphrase(click.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True))
