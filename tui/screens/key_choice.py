"""Asks how the key is to be kept where there is no keyring: a passphrase, twice, or a bare file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.tui.bound import bound
from hushkey.tui.opening import KeyChoice

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_NOTICE: Final = (
    "There is no system keyring here. With a passphrase, the key lies in a file that only the "
    "passphrase opens; without it nothing that was typed can ever be read again.\n\n"
    "Or have a bare key file: nothing to remember, and whoever can read your files can read what "
    "you typed."
)


class KeyChoiceScreen(ModalScreen["KeyChoice | None"]):
    """Answers with the owner's choice, or None to leave without anything having been written."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        """Lay out two hidden fields and the ways out."""
        with VerticalScroll(classes="card"):
            yield Static("Where the key lies", classes="card-title")
            yield Static(_NOTICE, classes="fact")
            yield Input(password=True, placeholder="Passphrase", id="once", compact=True)
            yield Input(password=True, placeholder="The same again", id="again", compact=True)
            yield Static("", id="refusal")
            with Horizontal(classes="buttons"):
                yield Button("Use it", id="use", compact=True)
                yield Button("Bare key file", id="bare", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin with the passphrase."""
        self.query_one("#once").focus()

    @on(Input.Submitted, "#once")
    def _next_field(self) -> None:
        self.query_one("#again").focus()

    @on(Button.Pressed, "#use")
    @on(Input.Submitted, "#again")
    def _use(self) -> None:
        once = self.query_one("#once", Input).value
        if not once:
            self._refuse("A passphrase is not empty.")
        elif once != self.query_one("#again", Input).value:
            self._refuse("The two are not the same; nothing was written.")
        else:
            self.dismiss(KeyChoice(passphrase=Passphrase(once)))

    @on(Button.Pressed, "#bare")
    def _bare(self) -> None:
        self.dismiss(KeyChoice(bare=True))

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave; nothing was written."""
        self.dismiss(None)

    def _refuse(self, text: str) -> None:
        self.query_one("#refusal", Static).update(text)
