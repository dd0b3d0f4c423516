"""The names of keys: which there are, how they are written, what a terminal does with them. Pure.

The names are Textual's; a test holds them to it. Nothing here needs Textual.
"""

from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MODIFIERS: Final = ("alt", "ctrl", "shift", "super")  # in this order, as Textual writes them
FUNCTION_KEYS: Final = tuple(f"f{number}" for number in range(1, 25))
NAMED: Final[Mapping[str, tuple[str, str]]] = {  # how each is said, and how a footer has it
    "up": ("Up", "↑"),
    "down": ("Down", "↓"),
    "left": ("Left", "←"),
    "right": ("Right", "→"),
    "home": ("Home", "Home"),
    "end": ("End", "End"),
    "pageup": ("Page Up", "PgUp"),
    "pagedown": ("Page Down", "PgDn"),
    "insert": ("Insert", "Ins"),
    "delete": ("Delete", "Del"),
    "backspace": ("Backspace", "⌫"),
    "enter": ("Enter", "Enter"),
    "tab": ("Tab", "Tab"),
    "escape": ("Esc", "Esc"),
    "space": ("Space", "Space"),
}
_SHORTER: Final = {  # Textual's own names where Unicode's are long
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SAME_BYTE: Final = {  # to a terminal these are one key
    "ctrl+h": "backspace",
    "ctrl+i": "tab",
    "ctrl+j": "enter",
    "ctrl+m": "enter",
    "ctrl+left_square_bracket": "escape",
}
_TAKEN: Final = {
    "f1": "some desktops open the terminal's own help",
    "f10": "some desktops open the terminal's menu",
    "f11": "most desktops make the window fill the screen",
    "ctrl+a": "GNU screen keeps it",
    "ctrl+b": "tmux keeps it",
    "ctrl+space": "many input methods keep it",
    "alt+down": "some window managers keep it",
    "ctrl+backspace": "many terminals send the same as for Backspace",
}


class UnknownKey(ValueError):
    """There is no key of that name; the message says what to write instead, where that is known."""


def character_name(character: str) -> str:
    """Return the name of the key that types a character: "slash" for "/", "a" for "a"."""
    if character.isalnum():
        return character
    name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


CHARACTERS: Final[Mapping[str, str]] = {
    character_name(character): character for character in string.printable.strip()
}


def parse(written: str) -> str:
    """Return a key's one name, "alt+right" for "Right+Alt" or "ALT+right". Raises UnknownKey."""
    typed = written.strip()
    tokens = [*typed[:-2].split("+"), "+"] if typed.endswith("++") else typed.split("+")
    if typed == "+":
        tokens = ["+"]
    *prefixes, key = [token.strip() for token in tokens]
    modifiers = sorted({prefix.lower() for prefix in prefixes})
    if not set(modifiers) <= set(MODIFIERS):
        raise UnknownKey(f"“{written}” is no key: modifiers are {', '.join(MODIFIERS)}")
    key = _base(key, alone=not modifiers)
    if not key:
        raise UnknownKey(f"“{written}” is no key")
    name = "+".join([*modifiers, key])
    if name in _SAME_BYTE:
        same = _SAME_BYTE[name]
        raise UnknownKey(f"“{written}”: a terminal cannot tell it from {spoken(same)}")
    return name


def _base(key: str, *, alone: bool) -> str:
    lower = key.lower()
    if lower in NAMED or lower in FUNCTION_KEYS:
        return lower
    if len(key) == 1 and key.isprintable():
        return character_name(key if alone else lower)
    return lower if lower in CHARACTERS else ""


def types_text(key: str) -> bool:
    """Tell whether a key of that name types a character, as "a" and "space" do."""
    if key == "space":
        return True
    return "+" not in key and key not in NAMED and key not in FUNCTION_KEYS


def spoken(key: str) -> str:
    """Write a key for a sentence: Ctrl+Q, Shift+Delete, Alt+1."""
    *modifiers, base = key.split("+")
    said = NAMED[base][0] if base in NAMED else CHARACTERS.get(base, base.upper())
    if modifiers and len(said) == 1:
        said = said.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), said])


def brief(key: str) -> str:
    """Write a key for a footer: ^Q, ⇧Del, Alt+→."""
    *modifiers, base = key.split("+")
    shown = NAMED[base][1] if base in NAMED else CHARACTERS.get(base, base.upper())
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    signs = {"ctrl": "^", "shift": "⇧", "alt": "Alt+", "super": "Super+"}
    return "".join(signs.get(modifier, modifier) for modifier in modifiers) + shown


def spoken_all(keys: tuple[str, ...]) -> str:
    """Write several keys: Alt+1, F2."""
    return ", ".join(map(spoken, keys))


def caution(key: str) -> str:
    """Say what may keep a key from reaching the app; "" where nothing usually does."""
    *modifiers, base = key.split("+")
    if key in _TAKEN:
        return _TAKEN[key]
    if "super" in modifiers:
        return "most desktops keep it"
    if "alt" in modifiers and base.isdigit():
        return "some terminals switch tabs with it"
    if "ctrl" in modifiers and base.isdigit():
        return "most terminals send nothing for it"
    if {"ctrl", "shift"} <= set(modifiers) and len(base) == 1:
        return "many terminals send the same as without Shift, or keep it"
    return ""
