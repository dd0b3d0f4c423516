"""Why this word? Each expert's probability for one suggestion, as bars; when and where its owner wrote it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hushkey.tui import view_model, why_view
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.keyboard.own_words import OwnWords
    from hushkey.keyboard.types import Suggestion
    from hushkey.tui.view_model import Why


Answer = Literal["forget", "block"]


class WhyScreen(ModalScreen[Answer | None]):
    """A card over the typing screen. It answers where the word is to be forgotten or blocked; else it only closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("close", "dismiss", "Close"),
        bound("why", "dismiss", show=False),
        bound("why_forget", "answer('forget')", "Forget"),
        bound("why_block", "answer('block')", "Block"),
    ]

    def __init__(self, suggestion: Suggestion, own: OwnWords | None = None) -> None:
        super().__init__()
        self._suggestion, self._own = suggestion, own

    def compose(self) -> ComposeResult:
        """Lay out the title, a line for each expert, and the room for when and where."""
        with Vertical(classes="card"):
            yield Static(Content(view_model.why_title(self._suggestion)), classes="card-title")
            for part in view_model.why(self._suggestion):
                yield Static(_expert(part), classes="expert")
            if self._own is not None:
                yield Static(why_view.READING, id="yours", markup=False)
            yield Static("f forgets it everywhere · b blocks it · Esc closes", classes="card-foot")

    def on_mount(self) -> None:
        """Begin to read."""
        if self._own is not None:
            self._read(self._own)

    @work(exclusive=True)
    async def _read(self, own: OwnWords) -> None:
        """Fill in when and where it was written; the lines are read off the screen's thread."""
        try:
            said = "\n".join(why_view.yours(await asyncio.to_thread(own.reasons, self._suggestion)))
        except Exception as error:  # noqa: BLE001 - told in one line, without typed text
            said = describe(error)
        self.query_one("#yours", Static).update(said)

    def action_answer(self, answer: Answer) -> None:
        """Close, and have it done."""
        self.dismiss(answer)


def _expert(part: Why) -> Content:
    return Content.assemble(
        (f"{part.expert:<12}", "bold"),
        (view_model.meter(part.probability), "$accent"),
        f" {view_model.percent(part.probability):>11}\n",
        (part.note, "$faint"),
    )
