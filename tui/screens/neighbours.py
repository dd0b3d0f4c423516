"""Sharing tried with sample neighbours on this machine: the demonstration's live view. No profile is opened for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.screen import Screen
from textual.widgets import Footer

from hushkey.model.base import load_base
from hushkey.sync.demonstration import Plan, read_samples
from hushkey.tui.bound import bound
from hushkey.tui.demonstration.beside import Beside
from hushkey.tui.demonstration.screen import DemonstrationEnded, DemonstrationView, MomentSeen
from hushkey.tui.faults import describe

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

NEIGHBOURS: Final = 4
VERSIONS: Final = 2
REJECTED_MOST: Final = 3
_END_S: Final = 10.0


def sample_neighbours(stop: threading.Event) -> Beside:
    """Make a demonstration of sample devices, which are nobody's."""
    return Beside(Plan(read_samples(NEIGHBOURS), VERSIONS, REJECTED_MOST), load_base(), stop)


class NeighboursScreen(Screen[None]):
    """Shows a demonstration and ends it when it is left."""

    CSS_PATH = "../demonstration/demonstration.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("close", "leave", "End it and go back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._stop = threading.Event()
        self._beside: Beside | None = None

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield DemonstrationView()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def on_unmount(self) -> None:
        """End it, however the screen was left."""
        self._stop.set()

    @work(thread=True)
    def _begin(self) -> None:
        """Read samples and base off the screen's thread, then let it run."""
        try:
            beside = sample_neighbours(self._stop)
        except Exception as error:  # noqa: BLE001 - told on the screen
            self.post_message(DemonstrationEnded(describe(error)))
            return
        beside.post = self.post_message
        self._beside = beside
        if not self._stop.is_set():
            beside.start()

    def finish(self) -> None:
        """Stop it and wait for its end a while: operators, databases and keys go with it."""
        self._stop.set()
        if self._beside is not None:
            self._beside.end(_END_S)

    def on_moment_seen(self, message: MomentSeen) -> None:
        """Show another moment."""
        self.query_one(DemonstrationView).moment = message.moment

    def on_demonstration_ended(self, message: DemonstrationEnded) -> None:
        """Say why it ended early."""
        if message.fault is not None:
            self.query_one(DemonstrationView).say(message.fault)

    def action_leave(self) -> None:
        """Go back; it ends, and nothing of it is kept."""
        self.dismiss()
