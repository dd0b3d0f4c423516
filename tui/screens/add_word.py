"""Asks for a word of the owner's own, to be offered from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from hushkey.tui.bound import bound

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class AddWordScreen(ModalScreen[str]):
    """Answers with what was entered; nothing where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def __init__(self, begun: str = "") -> None:
        super().__init__()
        self._begun = begun

    def compose(self) -> ComposeResult:
        """Lay out the field."""
        with Vertical(classes="card"):
            yield Static("Add a word", classes="card-title")
            yield Static(
                "It is offered when you begin it, though you never typed it, and never corrected. "
                "Forgetting it takes it away again.",
                classes="fact-text",
                markup=False,
            )
            yield Input(self._begun, placeholder="word", id="new-word", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Add", id="add", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#add")
    def _add(self) -> None:
        self.dismiss(self.query_one(Input).value.strip())

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Add nothing."""
        self.dismiss("")
