"""The keys, on one card. What it says is held to the bindings by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hushkey.tui.view_model import LEGEND

if TYPE_CHECKING:
    from textual.app import ComposeResult

KEYS: Final = (
    ("Right, Ctrl+F", "accept the grey text, at the end of a line"),
    ("Alt+Right", "accept one word of it"),
    ("Tab", "accept the first suggestion; a Tab where none shows"),
    ("Alt+1 2 3", "accept a slot; F2 F3 F4 where the terminal eats Alt"),
    ("Esc", "send the suggestions away until the next key"),
    ("Alt+Down", "mark the next slot, for the two keys below"),
    ("Shift+Delete", "forget the marked word, or Ctrl+D; twice blocks it"),
    ("F5", "why this word?"),
    ("Enter", "new line; the finished line is kept and learned"),
    ("F7", "put back what you typed in the place of a correction"),
    ("F6", "pause: nothing is kept or learned, until F6 again"),
    ("F8", "private mode: nothing is kept"),
    ("F9", "learn now, in the background; again to stop"),
    ("F10", "sharing: what is sent, to whom; off at once"),
    ("Ctrl+Z, Ctrl+Y", "undo, redo; a correction just taken too"),
    ("Ctrl+P", "all commands and themes"),
    ("Ctrl+Q", "quit; the unfinished line is kept"),
)


class HelpScreen(ModalScreen[None]):
    """A card over the typing screen; Esc or F1 closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """Lay out a line for each key."""
        with VerticalScroll(classes="card wide"):
            yield Static("Keys", classes="card-title")
            for key, does in KEYS:
                with Horizontal(classes="key"):
                    yield Static(key, classes="key-name")
                    yield Static(does, classes="key-does")
            yield Static(f"{LEGEND}\nEsc closes", classes="card-foot")
