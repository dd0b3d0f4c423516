"""Is a word to be forgotten? Asks once, since nothing brings it back."""

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


class ForgetScreen(ModalScreen[bool]):
    """Answers whether to forget; Enter on the first button leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("leave", "leave", "Leave"),
        bound("learned_sure", "forget", "Forget"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="card"):
            yield Static(self._title, classes="card-title", markup=False)
            yield Static(self._text, classes="fact-text", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Leave it", id="leave", compact=True)
                yield Button("Forget it", id="forget", compact=True)
            yield Static("f forgets it · Esc leaves it", classes="card-foot")

    def on_mount(self) -> None:
        """Begin where nothing happens."""
        self.query_one("#leave").focus()

    @on(Button.Pressed, "#forget")
    def action_forget(self) -> None:
        """Forget it."""
        self.dismiss(True)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Forget nothing."""
        self.dismiss(False)
