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
        self._composed = False
        self._told = ""

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(Content.from_markup("[$faint]hush[/][b $accent]key[/]"), id="brand")
        yield Static(id="mode")

    def watch_status(self) -> None:
        """Show what is being kept."""
        if self._composed:
            self._show()

    def on_mount(self) -> None:
        """Show the first state."""
        self._composed = True
        self._show()

    def _show(self) -> None:
        """Private mode is marked by colour and by words."""
        self.set_class(self.status.private, "-private")
        self.set_class(self.status.paused, "-paused")
        mode = view_model.mode(self.status)
        if mode != self._told:
            self._told = mode
            self.query_one("#mode", Static).update(mode)


class StatusLine(Horizontal):
    """Keys saved today on the left; words learned, or the run under way, on the right.

    It is told of every key: only an end whose text is another one is laid out anew.
    """

    status: reactive[Status] = reactive(Status(), repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._composed = False
        self._told = ("", "")

    def compose(self) -> ComposeResult:
        """Lay out the two ends of the line."""
        yield Static(id="savings")
        yield Static(id="learning")

    def watch_status(self) -> None:
        """Show the count and the run."""
        if self._composed:
            self._show()

    def on_mount(self) -> None:
        """Show the first state."""
        self._composed = True
        self._show()

    def _show(self) -> None:
        self.set_class(self.status.learning.share is not None, "-learning")
        savings, learning = told = view_model.status_line(self.status)
        if savings != self._told[0]:  # it has the rest of the line, whatever its length
            self.query_one("#savings", Static).update(savings, layout=False)
        if learning != self._told[1]:
            self.query_one("#learning", Static).update(learning)
        self._told = told
