"""Is everything to be destroyed? Asks for a typed word, since nothing brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from hushkey.tui.bound import bound
from hushkey.tui.privacy_view import WIPE_WORD
from hushkey.tui.widgets.facts import Facts

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.sharing_view import Section


class WipeScreen(ModalScreen[bool]):
    """Answers whether to destroy everything; nothing but the typed word lets it."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def __init__(self, sections: tuple[Section, ...]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Lay out what goes, what stays, and the word."""
        with VerticalScroll(classes="card wide"):
            yield Static("Wipe everything?", classes="card-title")
            yield Facts(self._sections)
            yield Static(
                f"Nothing brings it back. To go on, type {WIPE_WORD}; hushkey then ends.",
                classes="told",
                markup=False,
            )
            yield Input(id="word", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Leave it", id="leave", compact=True)
                yield Button("Wipe", id="wipe", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Begin with the word: Enter does nothing until it stands there."""
        self.query_one("#word").focus()

    @on(Input.Changed, "#word")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#wipe", Button).disabled = event.value.strip().lower() != WIPE_WORD

    @on(Button.Pressed, "#wipe")
    @on(Input.Submitted, "#word")
    def _wipe(self) -> None:
        if not self.query_one("#wipe", Button).disabled:
            self.dismiss(True)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Destroy nothing."""
        self.dismiss(False)
