"""Why this word? Each expert's probability for one suggestion, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hushkey.tui import view_model
from hushkey.tui.bound import bound

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.keyboard.types import Suggestion
    from hushkey.tui.view_model import Why


class WhyScreen(ModalScreen[None]):
    """A card over the typing screen; any of Esc, F5, Enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("close", "dismiss", "Close"),
        bound("why", "dismiss", show=False),
    ]

    def __init__(self, suggestion: Suggestion) -> None:
        super().__init__()
        self._suggestion = suggestion

    def compose(self) -> ComposeResult:
        """Lay out the title and a line for each expert."""
        with Vertical(classes="card"):
            yield Static(Content(view_model.why_title(self._suggestion)), classes="card-title")
            for part in view_model.why(self._suggestion):
                yield Static(_expert(part), classes="expert")
            yield Static("Esc closes · ⇧Del forgets the word", classes="card-foot")


def _expert(part: Why) -> Content:
    return Content.assemble(
        (f"{part.expert:<12}", "bold"),
        (view_model.meter(part.probability), "$accent"),
        f" {view_model.percent(part.probability):>11}\n",
        (part.note, "$faint"),
    )
