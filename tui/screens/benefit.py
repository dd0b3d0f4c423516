"""What suggestions saved: today, in seven days, ever; and who brought it. A card over the typing screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hushkey.tui import benefit_view

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from hushkey.keyboard.meter import Standing


class BenefitScreen(ModalScreen[None]):
    """Esc, Enter or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "dismiss", "Close")]

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self._standing = standing

    def compose(self) -> ComposeResult:
        """Lay out the sum, its parts, and what they mean."""
        with VerticalScroll(classes="card"):
            yield Static(benefit_view.sentence(self._standing), classes="card-title")
            yield _line("", benefit_view.HEADS, "head")
            for row in benefit_view.rows(self._standing):
                yield _line(row.label, row.cells, row.name)
            for note in benefit_view.NOTES:
                yield Static(note, classes="card-foot", markup=False)
            yield Static("Esc closes", classes="card-foot")


def _line(label: str, cells: tuple[str, ...], name: str) -> Horizontal:
    told = (Static(cell, classes="sum-cell", markup=False) for cell in cells)
    return Horizontal(Static(label, classes="sum-label"), *told, classes=f"sum -{name}")
