"""`shell-init`, `shell-agent`: suggestions at the prompt of zsh, bash and fish."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.shellside.snippet import Shell
    from hushkey.keyboard.types import Suggestion

_HOW: Final = {
    "zsh": 'eval "$(hushkey shell-init zsh)"     # in ~/.zshrc',
    "bash": 'eval "$(hushkey shell-init bash)"    # in ~/.bashrc',
    "fish": "hushkey shell-init fish | source      # in ~/.config/fish/config.fish",
}


@click.command("shell-init")
@click.argument("shell", type=click.Choice(["zsh", "bash", "fish"]))
@click.option(
    "--key", default="\\ek", show_default=True, help="As the shell writes it; \\ek is Alt+K."
)
@click.option("--learn", is_flag=True, help="Learn the prose of commands that succeeded.")
@click.option("--no-start", is_flag=True, help="Do not start the resident process at the prompt.")
def shell_init(shell: Shell, key: str, *, learn: bool, no_start: bool) -> None:
    """Print what makes SHELL suggest prose: commit messages, echo, mail subjects and the like.

    zsh shows it behind the cursor as you type; in bash and fish a key puts it in. Nothing is read
    of a line that starts with a blank. Nothing is learned without --learn, nor while the surface
    "shell" is off.
    """
    from hushkey.keyboard.paths import places
    from hushkey.keyboard.shellside import client
    from hushkey.keyboard.shellside.server import socket_path
    from hushkey.keyboard.shellside.snippet import Installed, snippet

    installed = Installed(
        client=(sys.executable, "-I", "-S", str(Path(client.__file__))),
        start=() if no_start else (sys.executable, "-m", "hushkey", "shell-agent", "--background"),
        socket=socket_path(places(os.environ), os.environ),
    )
    text = snippet(shell, installed, learns=learn, key=key)
    output.result(f"# {_HOW[shell]}\n{text}")


@click.command("shell-agent")
@click.option(
    "--background", is_flag=True, help="Go on in the background once the profile is open."
)
@click.option("--idle-minutes", type=click.FloatRange(min=0), default=240.0, show_default=True)
def shell_agent(*, background: bool, idle_minutes: float) -> int:
    """Answer the shells' questions, so that no key waits for a program to start.

    It ends when nobody has asked for a while, or when the profile is wiped. Without a profile it
    suggests what the shipped base knows.
    """
    from hushkey.keyboard.errors import FileRefused
    from hushkey.keyboard.hardening import disable_core_dumps
    from hushkey.keyboard.shellside.server import answers, socket_path
    from hushkey.tui.cli.opening import asked_passphrase
    from hushkey.tui.opening import KeyChoice
    from hushkey.tui.owner import from_environment

    opener = from_environment()
    path = socket_path(opener.places, os.environ)
    if answers(path):
        raise FileRefused("the agent of this profile is running already; nothing was started")
    known = not opener.survey().first_run
    choice = KeyChoice(passphrase=asked_passphrase(opener) if known else None)
    if background and _forked():
        return Exit.OK
    disable_core_dumps()
    if not known:
        return _serve(path, None, idle_minutes)
    with opener.open(choice) as profile:
        return _serve(path, profile, idle_minutes)


def _forked() -> bool:
    """Leave the shell's session; True in the process that is to end. No thread runs yet."""
    if os.fork():
        return True
    os.setsid()
    os.chdir("/")
    return False


def _serve(path: Path, profile: Profile | None, idle_minutes: float) -> int:
    from hushkey.keyboard.engine import SuggestionEngine
    from hushkey.keyboard.shellside.agent import SURFACE, Conversation
    from hushkey.keyboard.shellside.server import AgentServer

    bare = SuggestionEngine() if profile is None else None

    def conversation() -> Conversation:
        if profile is None:
            assert bare is not None  # noqa: S101  one of the two
            return Conversation(bare.session(SURFACE), lambda _: 0)
        return Conversation(_Following(profile), lambda said: _learned(profile, said))

    def goes_on() -> bool:
        return profile is None or profile.places is None or profile.places.keystore.exists()

    server = AgentServer(Path(str(path)), conversation, idle_s=idle_minutes * 60, goes_on=goes_on)
    output.note(f"listening at {path}")
    server.run()
    if not goes_on():
        os._exit(Exit.OK)  # wiped: closing the profile would write beside what is gone
    return Exit.OK


class _Following:
    """A session that first follows what other processes did on the profile: forgot, blocked, turned off."""

    def __init__(self, profile: Profile) -> None:
        from hushkey.keyboard.shellside.agent import SURFACE

        self._profile = profile
        self._session = profile.session(SURFACE)

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        self._profile.catch_up()
        return self._session.suggest(text_before_cursor, k)

    def phrase(self) -> Suggestion | None:
        return self._session.phrase()


def _learned(profile: Profile, said: Sequence[str]) -> int:
    """Keep prose, if the surface may be learned from; give how many lines."""
    from hushkey.keyboard.shellside.agent import SURFACE

    profile.catch_up()
    if not profile.settings.learns_from(SURFACE):
        return 0
    profile.commit("\n".join(said), SURFACE)
    return len(said)
