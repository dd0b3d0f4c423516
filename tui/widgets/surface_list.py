"""The surfaces with two switches each. It says which was turned and holds no logic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Checkbox, Static

from hushkey.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from hushkey.tui.privacy_view import SurfaceRow


class SurfaceEntry(Container):
    """One surface."""

    def __init__(self, row: SurfaceRow) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        """Lay out name, switches and use."""
        row, fixed = self._row, not self._row.switchable
        yield Static(row.name, classes="surface-name", markup=False)
        yield Tick("learns", row.learns, classes="learns", disabled=fixed)
        yield Tick("suggests", row.suggests, classes="suggests", disabled=fixed)
        yield Static(row.told, classes="surface-told", markup=False)

    def show(self, row: SurfaceRow) -> None:
        """Show another state of the same surface; nobody turned anything."""
        self._row = row
        self.query_one(".surface-told", Static).update(row.told)
        with self.prevent(Checkbox.Changed):
            self.query_one(".learns", Checkbox).value = row.learns
            self.query_one(".suggests", Checkbox).value = row.suggests

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Say which switch was turned."""
        event.stop()
        learns = event.checkbox.has_class("learns")
        self.post_message(SurfaceList.Turned(self._row.name, learns=learns, on=event.value))


class SurfaceList(Vertical):
    """Every surface; laid out anew only where there are others."""

    rows: reactive[tuple[SurfaceRow, ...]] = reactive((), init=False)

    class Turned(Message):
        """A switch was turned: that of learning, or else that of suggesting."""

        def __init__(self, surface: str, *, learns: bool, on: bool) -> None:
            super().__init__()
            self.surface, self.learns, self.on = surface, learns, on

    def compose(self) -> ComposeResult:
        """Lay out an entry for each."""
        yield from map(SurfaceEntry, self.rows)

    def watch_rows(self, before: tuple[SurfaceRow, ...], rows: tuple[SurfaceRow, ...]) -> None:
        """Show other states in place."""
        if [row.name for row in before] != [row.name for row in rows]:
            self.refresh(recompose=True)
        else:
            self.show_again()

    def show_again(self) -> None:
        """Show what holds, also where a switch was turned and refused."""
        for entry, row in zip(self.query(SurfaceEntry), self.rows, strict=False):
            entry.show(row)

    def focus_first(self) -> None:
        """Go to the first switch."""
        for switch in self.query(Checkbox):
            if not switch.disabled:
                switch.focus()
                return
