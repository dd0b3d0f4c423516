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

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(Content.from_markup("[$foreground 55%]hush[/][b $accent]key[/]"), id="brand")
        yield Static(id="mode")

    def watch_status(self, status: Status) -> None:
        """Show what is being kept; private mode is marked by colour and by words."""
        self.set_class(status.private, "-private")
        self.set_class(status.paused, "-paused")
        if self.is_mounted:
            self.query_one("#mode", Static).update(view_model.mode(status))

    def on_mount(self) -> None:
        """Show the first state."""
        self.watch_status(self.status)


class StatusLine(Horizontal):
    """Keys saved on the left; words learned, or the run under way, on the right."""

    status: reactive[Status] = reactive(Status(), repaint=False)

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(id="savings")
        yield Static(id="learning")

    def watch_status(self, status: Status) -> None:
        """Show the count and the run."""
        if not self.is_mounted:
            return
        self.set_class(status.learning.share is not None, "-learning")
        self.query_one("#savings", Static).update(view_model.savings(status.tally))
        self.query_one("#learning", Static).update(view_model.learning_line(status))

    def on_mount(self) -> None:
        """Show the first state."""
        self.watch_status(self.status)
