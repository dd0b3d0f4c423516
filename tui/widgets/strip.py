"""The three suggestion slots. Each keeps its place and width, so that the eye need not search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from hushkey.tui.view_model import EMPTY_STRIP, Slot

if TYPE_CHECKING:
    from textual.app import ComposeResult, RenderResult


class SlotView(Widget):
    """One slot; a click takes it."""

    ALLOW_SELECT = False

    slot: reactive[Slot] = reactive(EMPTY_STRIP[0])

    class Clicked(Message):
        """The owner clicked on a slot."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, slot: Slot) -> None:
        super().__init__()
        self.set_reactive(SlotView.slot, slot)

    def watch_slot(self, slot: Slot) -> None:
        """Dress the slot for what it holds."""
        self.set_class(bool(slot.kind), "-filled")
        self.set_class(slot.marked, "-marked")
        self.set_class(slot.kind == "correction", "-correction")

    def render(self) -> RenderResult:
        """Return the number, the mark in the cell behind it, and the word."""
        return Content.assemble(
            (str(self.slot.number), "not bold not italic $faint"),
            (self.slot.mark or " ", "bold not italic $warning"),
            f" {self.slot.text}",
        )

    def on_click(self) -> None:
        """Take this slot's suggestion."""
        self.post_message(self.Clicked(self.slot.number - 1))


class SuggestionStrip(Horizontal):
    """Three slots side by side."""

    slots: reactive[tuple[Slot, ...]] = reactive(EMPTY_STRIP, repaint=False)

    def compose(self) -> ComposeResult:
        """Lay out the slots once; afterwards only their contents change."""
        for slot in self.slots:
            yield SlotView(slot)

    def watch_slots(self, slots: tuple[Slot, ...]) -> None:
        """Hand each slot its content."""
        for view, slot in zip(self.query(SlotView), slots, strict=False):
            view.slot = slot
