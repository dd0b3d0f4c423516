"""Shall sharing begin? Shows every field of what would be sent; the answer that is marked is no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from hushkey.tui.bound import bound
from hushkey.tui.widgets.facts import Facts

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.sharing_view import Section

Answer: TypeAlias = Literal["no", "preview", "share"]


class ConsentScreen(ModalScreen[Answer]):
    """Answers whether to share, or to look at a bundle first; Esc and Enter both leave everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("leave", "leave", "Leave"),
        bound("read_up", "read(-1)", show=False),
        bound("read_down", "read(1)", show=False),
        bound("read_page_up", "read(-10)", show=False),
        bound("read_page_down", "read(10)", show=False),
    ]

    def __init__(self, sections: tuple[Section, ...]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Lay out the terms, and the answers below them, always in sight."""
        with Vertical(classes="card wide tall"):
            yield Static("Share what was learned?", classes="card-title")
            with VerticalScroll(id="terms", can_focus=False):
                yield Facts(self._sections)
            with Horizontal(classes="buttons"):
                yield Button("No, leave it", id="no", compact=True)
                yield Button("Preview", id="preview", compact=True)
                yield Button("Yes, share", id="share", compact=True)
            yield Static("↑ ↓ read on · Tab to the answers · Esc leaves it", classes="card-foot")

    def on_mount(self) -> None:
        """Begin where nothing happens."""
        self.query_one("#no").focus()

    def action_read(self, lines: int) -> None:
        """Scroll the terms."""
        self.query_one("#terms", VerticalScroll).scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#share")
    def _share(self) -> None:
        self.dismiss("share")

    @on(Button.Pressed, "#preview")
    def _preview(self) -> None:
        self.dismiss("preview")

    @on(Button.Pressed, "#no")
    def action_leave(self) -> None:
        """Agree to nothing."""
        self.dismiss("no")
