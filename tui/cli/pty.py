"""`pty`: a program wrapped so that suggestions can be had where its terminal shows what is typed."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hushkey.keyboard.types import Suggestion
    from hushkey.tui.opening import KeyChoice
    from hushkey.tui.owner import OwnerOpener

_KEYS: Final[Mapping[str, int]] = {
    "ctrl-space": 0x00,
    "ctrl-^": 0x1E,
    "ctrl-_": 0x1F,
    "ctrl-]": 0x1D,
    "ctrl-o": 0x0F,
    "ctrl-t": 0x14,
}


@click.command("pty", context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
@click.option("--key", type=click.Choice(list(_KEYS)), default="ctrl-space", show_default=True)
def pty_(command: tuple[str, ...], *, key: str) -> int:
    """Run COMMAND with suggestions on a key, in the line below; 1 to 3 take one.

    They are had where the terminal itself edits lines and shows what is typed. Where the echo is
    off nothing is looked at; programs that do their own editing, or take the whole screen, are
    left alone. Nothing is learned. Put -- before COMMAND if it has options.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        output.note("hushkey: pty needs a terminal; nothing was started")
        return Exit.USAGE
    from hushkey.keyboard.shellside.relay import Relay
    from hushkey.tui.cli.opening import asked_passphrase
    from hushkey.tui.opening import KeyChoice
    from hushkey.tui.owner import from_environment

    opener = from_environment()  # takes the passphrase out of what the program inherits
    known = not opener.survey().first_run
    choice = KeyChoice(passphrase=asked_passphrase(opener) if known else None)
    with ExitStack() as held:
        engine = _Engine(opener if known else None, choice, held)
        status = Relay(engine.suggest, hotkey=_KEYS[key], begun=engine.start).run(command)
        engine.wait()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    return os.waitstatus_to_exitcode(status)


class _Engine:
    """The owner's engine, or the base's, opened in the background once somebody types: nothing waits for it."""

    def __init__(self, opener: OwnerOpener | None, choice: KeyChoice, held: ExitStack) -> None:
        self._opener = opener
        self._choice = choice
        self._held = held
        self._ask: Callable[[str], Sequence[Suggestion]] | None = None
        self._thread = threading.Thread(target=self._open, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()

    def suggest(self, line: str) -> Sequence[Suggestion] | None:
        return None if self._ask is None else self._ask(line)

    def _open(self) -> None:
        from hushkey.keyboard.engine import SuggestionEngine
        from hushkey.keyboard.errors import KeyboardError
        from hushkey.keyboard.hardening import disable_core_dumps

        disable_core_dumps()  # of this process: the program was started before
        try:
            if self._opener is not None:
                profile = self._held.enter_context(self._opener.open(self._choice))
                self._ask = profile.session("pty").suggest
        except KeyboardError:
            self._opener = None  # locked or busy: the base still suggests
        if self._opener is None:
            self._ask = SuggestionEngine().session("pty").suggest
