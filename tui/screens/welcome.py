"""The first screen: what is kept, where, how it is encrypted; sharing is off. Asks to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from hushkey.tui.bound import bound
from hushkey.tui.opening import Survey, kept_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class WelcomeScreen(ModalScreen[bool]):
    """Answers whether to go on; nothing has been written yet."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self._survey = survey

    def compose(self) -> ComposeResult:
        """Lay out the notice."""
        with VerticalScroll(classes="card wide"):
            yield Static("Before the first word", classes="card-title")
            for head, sentence in kept_text(self._survey):
                with Horizontal(classes="fact"):
                    yield Static(head, classes="fact-head")
                    yield Static(sentence, classes="fact-text", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Go on", id="go", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin where the answer is given."""
        self.query_one("#go").focus()

    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave; nothing was written."""
        self.dismiss(False)
