"""The head line and the status line. Both show one `Status`; what it says is in `view_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from hushkey.tui import view_model
from hushkey.tui.view_model import Status

if TYPE_CHECKING:
    from textual.app import ComposeResult


class HeadLine(Horizontal):
    """The name of the app, and what is being kept."""

    status: reactive[Status] = reactive(Status(), repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._told = ""

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(Content.from_markup("[$foreground 55%]hush[/][b $accent]key[/]"), id="brand")
        yield Static(id="mode")

    def watch_status(self, status: Status) -> None:
        """Show what is being kept; private mode is marked by colour and by words."""
        self.set_class(status.private, "-private")
        self.set_class(status.paused, "-paused")
        mode = view_model.mode(status)
        if self.is_mounted and mode != self._told:
            self._told = mode
            self.query_one("#mode", Static).update(mode)

    def on_mount(self) -> None:
        """Show the first state."""
        self.watch_status(self.status)


class StatusLine(Horizontal):
    """Keys saved today on the left; words learned, or the run under way, on the right.

    It is told of every key: only an end whose text is another one is laid out anew.
    """

    status: reactive[Status] = reactive(Status(), repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._told = ("", "")

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(id="savings")
        yield Static(id="learning")

    def watch_status(self, status: Status) -> None:
        """Show the count and the run."""
        if not self.is_mounted:
            return
        self.set_class(status.learning.share is not None, "-learning")
        told = view_model.status_line(status)
        savings, learning = told
        if savings != self._told[0]:
            self.query_one("#savings", Static).update(
                savings, layout=False
            )  # it has the rest of the line
        if learning != self._told[1]:
            self.query_one("#learning", Static).update(learning)
        self._told = told

    def on_mount(self) -> None:
        """Show the first state."""
        self.watch_status(self.status)
