"""A demonstration on a thread beside its screen. It posts messages, and opens no profile of whoever runs it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hushkey.keyboard.learner import LearningCancelled
from hushkey.sync.demonstration import Demonstration
from hushkey.tui.demonstration.screen import DemonstrationEnded, MomentSeen
from hushkey.tui.faults import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

    from hushkey.model.base import Base
    from hushkey.sync.demonstration import Moment, Plan
    from hushkey.sync.device.training import Train


class Beside:
    """One demonstration; it keeps why it ended early. Once released, the operators answer until `stop` is set."""

    def __init__(
        self, plan: Plan, base: Base, stop: threading.Event, train: Train | None = None
    ) -> None:
        self.post: Callable[[Message], object] = _nowhere
        self.shown = Demonstration(
            plan, base, on_moment=self._see, cancelled=stop.is_set, train=train
        )
        self._stop = stop
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="hushkey-demonstration", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, timeout_s: float | None = None) -> str | None:
        """Wait for its end, and return why it ended early."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return self._fault

    def _see(self, moment: Moment) -> None:
        self.post(MomentSeen(moment))

    def _run(self) -> None:
        try:
            self.shown.run(self._over)
        except LearningCancelled:
            return
        except Exception as error:  # noqa: BLE001 - told in one line
            self._fault = describe(error)
        if self._fault is not None:
            self.post(DemonstrationEnded(self._fault))

    def _over(self) -> None:
        self.post(DemonstrationEnded())
        self._stop.wait()  # the operators go on answering until the screen is left


def _nowhere(_: Message) -> None:
    """Post to nobody: there is no screen yet."""
