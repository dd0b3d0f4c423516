"""What a report would be: the very bundle, measured, as a card. Nothing of it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hushkey.tui.bound import bound
from hushkey.tui.widgets.facts import Facts

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.sharing_view import Section


class PreviewScreen(ModalScreen[None]):
    """A card over the sharing screen; Esc, Enter or P closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("close", "dismiss", "Close"),
        bound("sharing_preview", "dismiss", show=False),
    ]

    def __init__(self, sections: tuple[Section, ...]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Lay out what was measured."""
        with VerticalScroll(classes="card wide"):
            yield Static("A report, before it is one", classes="card-title")
            yield Facts(self._sections)
            yield Static("↑ ↓ read on · Esc closes", classes="card-foot")
