"""The demonstration's live view: devices, reports that wait, batches. It watches one moment and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable, Footer, Static

from hushkey.sync.demonstration import NOTE, Moment
from hushkey.tui.demonstration import view
from hushkey.tui.theme import DUSK, PAPER

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

_NOTHING_YET: Final = Moment("starting both operators")


class MomentSeen(Message):
    """The demonstration went on."""

    def __init__(self, moment: Moment) -> None:
        super().__init__()
        self.moment = moment


class DemonstrationEnded(Message):
    """It is over; `fault` says why it ended early."""

    def __init__(self, fault: str | None = None) -> None:
        super().__init__()
        self.fault = fault


class DemonstrationView(Vertical):
    """What a demonstration is at: operators, batches, devices."""

    moment: reactive[Moment] = reactive(_NOTHING_YET, init=False)

    def compose(self) -> ComposeResult:
        """Lay out what is shown."""
        yield Static(NOTE, id="note")
        yield Static(id="operators")
        yield Static(id="headline")
        with VerticalScroll():
            yield DataTable(id="batches", show_cursor=False)
            yield DataTable(id="devices", show_cursor=False)

    def on_mount(self) -> None:
        """Name the columns."""
        self._table("devices").add_columns(*view.DEVICE_HEADS)
        self._table("batches").add_columns(*view.BATCH_HEADS)
        self.watch_moment(self.moment)

    def watch_moment(self, moment: Moment) -> None:
        """Paint it."""
        self.query_one("#operators", Static).update(view.operators(moment))
        self.say(view.headline(moment))
        _fill(self._table("devices"), [view.device_row(each) for each in moment.devices])
        _fill(self._table("batches"), [view.batch_row(each) for each in moment.batches])

    def say(self, line: str) -> None:
        """Say how it stands, or why it ended."""
        self.query_one("#headline", Static).update(line)

    def _table(self, name: str) -> DataTable[str]:
        return self.query_one(f"#{name}", DataTable)


class DemonstrationApp(App[None]):
    """Shows a demonstration beside it, which posts messages. `begin` starts it; with `leaves` both end together."""

    CSS_PATH = "demonstration.tcss"
    TITLE = "hushkey"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "End")]

    def __init__(self, begin: Callable[[], None], *, leaves: bool = False) -> None:
        super().__init__()
        self._begin, self._leaves = begin, leaves

    def compose(self) -> ComposeResult:
        """Lay out what is shown."""
        yield DemonstrationView()
        yield Footer()

    def on_mount(self) -> None:
        """Dress, and begin."""
        self.register_theme(DUSK)
        self.register_theme(PAPER)
        self.theme = DUSK.name
        self._begin()

    def on_moment_seen(self, message: MomentSeen) -> None:
        """Show another moment."""
        self.query_one(DemonstrationView).moment = message.moment

    def on_demonstration_ended(self, message: DemonstrationEnded) -> None:
        """Leave, or say that it is over."""
        if self._leaves:
            self.exit()
        elif message.fault is not None:
            self.query_one(DemonstrationView).say(message.fault)


def _fill(table: DataTable[str], rows: list[tuple[str, ...]]) -> None:
    """Show rows; those that are there change in place, so that nothing jumps."""
    for number, row in enumerate(rows):
        if number >= table.row_count:
            table.add_row(*row)
            continue
        for column, cell in enumerate(row):
            if table.get_cell_at((number, column)) != cell:  # type: ignore[arg-type]  # a Coordinate is such a pair
                table.update_cell_at((number, column), cell, update_width=True)  # type: ignore[arg-type]
