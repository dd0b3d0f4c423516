"""The first screen: what is kept, where, how it is encrypted; sharing is off. Asks to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hushkey.keyboard.keys import Passphrase
from hushkey.tui.opening import KeyChoice, Survey, kept_text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class WelcomeScreen(ModalScreen["KeyChoice | None"]):
    """Answers with the owner's choice, or None to leave without anything having been written."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self._survey = survey

    @property
    def _asks(self) -> bool:
        return self._survey.key_place is None

    def compose(self) -> ComposeResult:
        """Lay out the notice, and the passphrase fields where they are needed."""
        with VerticalScroll(classes="card wide"):
            yield Static("Before the first word", classes="card-title")
            for head, sentence in kept_text(self._survey):
                yield Static(
                    Content.assemble((f"{head}\n", "bold $accent"), sentence), classes="fact"
                )
            if self._asks:
                yield Static(
                    "There is no system keyring here. Choose a passphrase; it cannot be recovered.",
                    classes="fact",
                )
                yield Input(password=True, placeholder="Passphrase", id="once")
                yield Input(password=True, placeholder="The same again", id="again")
            yield Static("", id="refusal")
            with Horizontal(classes="buttons"):
                yield Button("Go on", variant="primary", id="go")
                if self._asks:
                    yield Button("Bare key file instead", id="bare")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        """Begin where the answer is given."""
        self.query_one("#once" if self._asks else "#go").focus()

    @on(Input.Submitted, "#once")
    def _next_field(self) -> None:
        self.query_one("#again").focus()

    @on(Button.Pressed, "#go")
    @on(Input.Submitted, "#again")
    def _go(self) -> None:
        if not self._asks:
            self.dismiss(KeyChoice())
            return
        once = self.query_one("#once", Input).value
        again = self.query_one("#again", Input).value
        if not once:
            self._refuse("A passphrase is not empty.")
        elif once != again:
            self._refuse("The two are not the same. Nothing was written; type them again.")
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
