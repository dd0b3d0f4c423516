"""The keys, on one card: of what has the focus, of the screen, and everywhere. It shows what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from hushkey.tui.bound import bound
from hushkey.tui.help_view import HelpSection, sections

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.keymap import Keymap


class HelpScreen(ModalScreen[None]):
    """A card over any screen; the key that opened it closes it too."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("close", "dismiss", show=False)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, said: tuple[HelpSection, ...]) -> None:
        super().__init__()
        self._said = said

    def compose(self) -> ComposeResult:
        """Lay out a line for each key."""
        with VerticalScroll(classes="card wide help"):
            for section in self._said:
                yield Static(section.title, classes="card-title", markup=False)
                if section.note:
                    yield Static(section.note, classes="help-note", markup=False)
                for keys, does in section.rows:
                    with Horizontal(classes="key"):
                        yield Static(keys, classes="key-name", markup=False)
                        yield Static(does, classes="key-does", markup=False)
            yield Static("↑ ↓ read on · [@click=screen.dismiss]Esc closes[/]", classes="card-foot")


def help_on(screen: Screen[Any], keymap: Keymap) -> tuple[HelpSection, ...]:
    """Return what the help says of a screen as it is now."""
    return sections(screen, keymap)
