"""Shows the key as a code to keep on paper, once it is asked for; of a wrapped key, once its passphrase is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.privacy_view import code_lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

_NOTICE: Final = (
    "The code is the key itself. Whoever has it and your files can read all that was typed, so keep it on paper and "
    "not beside this machine. “hushkey recovery import” takes it back when keyring or passphrase is lost. That it was "
    "shown is noted, never the code."
)


class RecoveryCodeScreen(ModalScreen[bool]):
    """Answers whether the code was shown."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Close")]

    def __init__(
        self, make: Callable[[Passphrase | None], Awaitable[str]], *, asks_passphrase: bool
    ) -> None:
        super().__init__()
        self._make, self._asks = make, asks_passphrase
        self._shown = False

    def compose(self) -> ComposeResult:
        """Lay out the warning, the passphrase where it is needed, and room for the code."""
        with VerticalScroll(classes="card wide"):
            yield Static("Recovery code", classes="card-title")
            yield Static(_NOTICE, classes="fact", markup=False)
            passphrase = Input(password=True, placeholder="Passphrase", id="once", compact=True)
            passphrase.display = self._asks
            yield passphrase
            yield Static("", id="code", markup=False)
            yield Static("", id="refusal", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Close", id="leave", compact=True)
                yield Button("Show it", id="show", compact=True)

    def on_mount(self) -> None:
        """Begin where nothing is shown."""
        self.query_one("#once" if self._asks else "#leave").focus()

    @on(Button.Pressed, "#show")
    @on(Input.Submitted, "#once")
    @work(exclusive=True)
    async def _show(self) -> None:
        given = self.query_one("#once", Input).value
        self.query_one("#refusal", Static).update("")
        try:
            code = await self._make(Passphrase(given) if self._asks else None)
        except Exception as error:  # noqa: BLE001 - told here, as every refusal
            self.query_one("#refusal", Static).update(describe(error))
            return
        self._shown = True
        self.query_one("#once", Input).value = ""
        self.query_one("#code", Static).update(code_lines(code))

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Take the code off the screen."""
        self.dismiss(self._shown)
