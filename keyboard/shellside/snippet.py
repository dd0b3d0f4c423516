"""The text that a shell reads at its start: the shipped snippet with this installation's paths in it."""

import re
import shlex
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, get_args

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.shellside.commands import NAMES

Shell = Literal["zsh", "bash", "fish"]
SHELLS: Final = get_args(Shell)
KEY: Final = r"\ek"  # Alt+K
_KEY: Final = re.compile(r"(?:\\e|\\C-|\^)?[A-Za-z0-9_.,;/\[\]^-]{1,6}")


class SnippetRefused(KeyboardError):
    """A shell's snippet cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What a shell has to find: two command lines, and the socket between them."""

    client: tuple[str, ...]
    """Asks once."""
    start: tuple[str, ...]
    """Starts the resident process; empty where the owner does that."""
    socket: Path


def snippet(shell: Shell, installed: Installed, *, learns: bool, key: str = KEY) -> str:
    """Return what a shell has to read. Raises SnippetRefused for a key that is none: it becomes part of a script."""
    if not _KEY.fullmatch(key):
        raise SnippetRefused("that is no key as shells write them, as in \\ek for Alt+K")
    text = files(__package__).joinpath("snippets", f"hushkey.{shell}").read_text(encoding="utf-8")
    if not learns:
        text = re.sub(r"@LEARN@\n.*?@END@\n", "", text, flags=re.DOTALL)
    start = installed.start
    values = {
        "KEY": _written(shell, key),
        "NAMES": "|".join(NAMES),
        "SOCKET": shlex.quote(str(installed.socket)),
        "CLIENT": shlex.join(installed.client),
        "START": _started(shell, shlex.join(start)) if start else "",
        "LEARN": "",
        "END": "",
    }
    return re.sub(r"@([A-Z]+)@", lambda found: values.get(found[1], found[0]), text)


def _written(shell: Shell, key: str) -> str:
    return f"'{key}'" if shell == "zsh" else key


def _started(shell: Shell, command: str) -> str:
    """The resident process, started in the background where none runs; it ends at once where one does."""
    if shell == "fish":
        return f"{command} </dev/null >/dev/null 2>&1 & ; disown 2>/dev/null"
    if shell == "zsh":
        return f"{command} </dev/null >/dev/null 2>&1 &!"
    return f"( {command} </dev/null >/dev/null 2>&1 & )"
