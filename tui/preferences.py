"""The app's config file: keys and theme, read once at the start; the theme alone is ever written.

What is wrong in it is told and left out, so that the app starts whatever the file says.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.errors import FileRefused
from hushkey.keyboard.private_files import make_private_directory, write_private
from hushkey.tui.keymap import Keymap, resolve

if TYPE_CHECKING:
    from pathlib import Path

THEMES: Final = ("dusk", "paper", "contrast")
_HEADER: Final = re.compile(r"^\s*\[\s*app\s*\]\s*(#.*)?$")
_ANY_HEADER: Final = re.compile(r"^\s*\[")
_THEME: Final = re.compile(r"^(\s*theme\s*=\s*)(\"[^\"]*\"|'[^']*')")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the owner wrote: the theme's name, "" where none is chosen, and the keys."""

    theme: str = ""
    keymap: Keymap = field(default_factory=Keymap)
    mistakes: tuple[str, ...] = ()
    """What is wrong outside `[keys]`."""

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is wrong in the file, in a sentence each."""
        return self.mistakes + self.keymap.faults


def read(path: Path) -> Preferences:
    """Read the file; without one everything is as shipped."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return Preferences(mistakes=(f"The file cannot be read: {why}; all keys are as shipped.",))
    return parsed(text)


def parsed(text: str) -> Preferences:
    """Return what a file of that text says."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Preferences(mistakes=(f"It is not TOML: {error}; all keys are as shipped.",))
    mistakes = [
        f"[{name}]: there is no such section; there are [app] and [keys]."
        for name in document
        if name not in {"app", "keys"}
    ]
    app, keys = document.get("app", {}), document.get("keys", {})
    theme = ""
    if not isinstance(app, dict):
        mistakes.append("app: write a section, [app].")
    else:
        theme, more = _app(app)
        mistakes += more
    if not isinstance(keys, dict):
        mistakes.append("keys: write a section, [keys]; all keys are as shipped.")
        keys = {}
    return Preferences(theme, resolve(keys), tuple(mistakes))


def _app(section: dict[str, object]) -> tuple[str, list[str]]:
    mistakes = [f"[app] {name}: there is only theme." for name in section if name != "theme"]
    theme = section.get("theme", "")
    if theme in {"", *THEMES}:
        return str(theme), mistakes
    mistakes.append(f"[app] theme: there is no such theme; there are {', '.join(THEMES)}.")
    return "", mistakes


def keep_theme(path: Path, name: str) -> None:
    """Write the choice into the file, and leave the rest of it as it is. Raises FileRefused."""
    target = path.resolve()  # a link into a folder of dotfiles stays one
    try:
        text = target.read_text(encoding="utf-8") if target.exists() else ""
    except (OSError, UnicodeDecodeError):
        raise FileRefused(f"{path} cannot be read; it stays as it is") from None
    changed = with_theme(text, name)
    if changed == text:
        return
    make_private_directory(target.parent)
    write_private(target, changed.encode(), replace=True)


def with_theme(text: str, name: str) -> str:
    """Return the file's text with that theme in its `[app]`. Raises FileRefused where it is not to be told how."""
    try:
        before = tomllib.loads(text)
        after = _with_line(text, f'theme = "{name}"', f'"{name}"')
        wished = {**before, "app": {**before.get("app", {}), "theme": name}}
        if tomllib.loads(after) == wished:
            return after
    except (tomllib.TOMLDecodeError, TypeError):
        pass
    raise FileRefused(f'the config file stays as it is; write theme = "{name}" into its [app]')


def _with_line(text: str, line: str, value: str) -> str:
    lines = text.splitlines(keepends=True)
    header = next((row for row, each in enumerate(lines) if _HEADER.match(each)), None)
    if header is None:
        return f"[app]\n{line}\n" + (f"\n{text}" if text else "")
    for row in range(header + 1, len(lines)):
        if _ANY_HEADER.match(lines[row]):
            break
        if _THEME.match(lines[row]):
            lines[row] = _THEME.sub(lambda found: found[1] + value, lines[row])
            return "".join(lines)
    lines[header] = lines[header].rstrip("\r\n") + "\n"
    return "".join([*lines[: header + 1], f"{line}\n", *lines[header + 1 :]])
