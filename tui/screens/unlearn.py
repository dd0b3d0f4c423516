"""Are the last ten minutes to be forgotten? Asks, since nothing brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from hushkey.tui.bound import bound

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class UnlearnScreen(ModalScreen[bool]):
    """Answers whether to forget; Enter on the first button leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="card"):
            yield Static("Unlearn the last ten minutes?", classes="card-title")
            yield Static(
                "Every line kept since then, wherever it was typed, goes from the history and from all "
                "that was learned of it. Nothing brings it back.",
                classes="fact-text",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Leave it", id="leave", compact=True)
                yield Button("Forget it", id="forget", compact=True)

    def on_mount(self) -> None:
        """Begin where nothing happens."""
        self.query_one("#leave").focus()

    @on(Button.Pressed, "#forget")
    def _forget(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Forget nothing."""
        self.dismiss(False)
