"""The help card tells of every key that the screen and the editor bind, and of no other."""

import re

from textual.binding import Binding

from hushkey.tui.screens.help import KEYS
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.widgets.editor import GhostEditor

EVERYBODYS = {"enter", "ctrl+z", "ctrl+y", "ctrl+p"}  # Textual's own, worth telling


def bound() -> set[str]:
    mine = [b for b in GhostEditor.BINDINGS if b.action.split("(")[0] in OURS]
    return {key for b in (*TypingScreen.BINDINGS, *mine) for key in b.key.split(",")}


OURS = {"take_ghost", "take_ghost_word", "take", "dismiss"}


def told() -> set[str]:
    text = " ".join(f"{keys} {does}" for keys, does in KEYS)
    text = text.replace("Alt+1 2 3", "Alt+1 Alt+2 Alt+3").replace("Esc ", "Escape ")
    text += " F1"  # the key that opened the card
    pattern = r"\b(?:(?:Ctrl|Alt|Shift)\+\w+|F\d+|Tab|Escape|Enter|Right)\b"
    return {match.lower() for match in re.findall(pattern, text)}


def test_the_help_and_the_bindings_tell_of_the_same_keys() -> None:
    assert all(isinstance(binding, Binding) for binding in GhostEditor.BINDINGS)
    assert told() == bound() | EVERYBODYS
