"""Where to, and is it to be encrypted? Asks for one copy of all that is the owner's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.tui.bound import bound
from hushkey.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_NOTICE: Final = (
    "Every line with its time, your word lists, and the counts of your words, in one new file that only your account "
    "may read. “hushkey import FILE” takes it back, here or elsewhere. Where it goes is noted: forgetting cannot "
    "reach a copy, but it can name it."
)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for; without a passphrase the copy is open."""

    path: Path
    passphrase: Passphrase | None = None


class ExportScreen(ModalScreen["ExportRequest | None"]):
    """Answers with a request, or None to leave without anything having been written."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        """Lay out the path, the form and two hidden fields."""
        with VerticalScroll(classes="card wide"):
            yield Static("Export all that is yours", classes="card-title")
            yield Static(_NOTICE, classes="fact", markup=False)
            yield Input(placeholder="a new file, such as ~/hushkey-copy", id="path", compact=True)
            yield Tick("encrypted, under a passphrase of its own", True, classes="encrypted")
            yield Input(
                password=True, placeholder="Passphrase of the copy", id="once", compact=True
            )
            yield Input(password=True, placeholder="The same again", id="again", compact=True)
            yield Static("", id="refusal", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Leave", id="leave", compact=True)
                yield Button("Export", id="export", compact=True)

    def on_mount(self) -> None:
        """Begin with the path."""
        self.query_one("#path").focus()

    @on(Checkbox.Changed, ".encrypted")
    def _form(self, event: Checkbox.Changed) -> None:
        for name in ("#once", "#again"):
            self.query_one(name, Input).disabled = not event.value

    @on(Input.Submitted, "#path")
    @on(Input.Submitted, "#once")
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#export")
    @on(Input.Submitted, "#again")
    def _export(self) -> None:
        written = self.query_one("#path", Input).value.strip()
        encrypted = self.query_one(".encrypted", Checkbox).value
        once, again = (self.query_one(name, Input).value for name in ("#once", "#again"))
        path = Path(written).expanduser()
        if not written:
            self._refuse("Name a file; nothing was written.")
        elif path.exists():
            self._refuse("There is such a file already; nothing was written.")
        elif not path.parent.is_dir():
            self._refuse("Its folder is not there; nothing was written.")
        elif encrypted and not once:
            self._refuse("A passphrase is not empty.")
        elif encrypted and once != again:
            self._refuse("The two are not the same; nothing was written.")
        else:
            self.dismiss(ExportRequest(path, Passphrase(once) if encrypted else None))

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave; nothing was written."""
        self.dismiss(None)

    def _refuse(self, text: str) -> None:
        self.query_one("#refusal", Static).update(text)
