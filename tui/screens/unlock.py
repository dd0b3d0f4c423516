"""Asks for the passphrase of a history that is already there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.tui.bound import bound
from hushkey.tui.opening import KeyChoice

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class UnlockScreen(ModalScreen["KeyChoice | None"]):
    """Answers with the passphrase, or None to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("leave", "leave", "Leave")]

    def __init__(self, refusal: str = "") -> None:
        super().__init__()
        self._refusal = refusal

    def compose(self) -> ComposeResult:
        """Lay out one hidden field."""
        with Vertical(classes="card"):
            yield Static("Your history is locked", classes="card-title")
            yield Input(password=True, placeholder="Passphrase", id="passphrase", compact=True)
            yield Static(self._refusal, id="refusal", markup=False)
            yield Static("Enter opens it · Esc leaves", classes="card-foot")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value:
            self.dismiss(KeyChoice(passphrase=Passphrase(event.value)))

    def action_leave(self) -> None:
        """Leave; nothing was changed."""
        self.dismiss(None)
