"""One paint for a key and its answer, where the answer comes at once. It knows neither line nor answer.

Textual paints what lies between the first and the last row that changed, so the paint of a key costs nearly what that
of its answer does, and runs against the engine's thread for the interpreter: painted first, it makes the answer late.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio import TimerHandle

    from textual.app import App

PATIENCE_S: Final = 0.008  # a key is painted without its answer after this
TURNS: Final = 6  # of the loop, in which each widget that changed tells its screen so
APART_S: Final = 0.03  # from one wait to the next: between them all is painted


class Together:
    """Holds paints back from a key until its answer, for `PATIENCE_S` at most."""

    def __init__(self) -> None:
        self._held: tuple[App[object], ExitStack, TimerHandle] | None = None
        self._began = float("-inf")

    def wait(self, app: App[object]) -> None:
        """Paint nothing until `paint`; a wait under way keeps its end."""
        loop = asyncio.get_running_loop()
        if self._held is None and loop.time() - self._began >= APART_S:
            self._began = loop.time()
            held = ExitStack()
            held.enter_context(app.batch_update())
            self._held = app, held, loop.call_later(PATIENCE_S, self.paint)

    def soon(self, turns: int = TURNS) -> None:
        """Paint, once every widget that changed just now has told its screen."""
        if self._held is None:
            return
        if turns:
            asyncio.get_running_loop().call_soon(self.soon, turns - 1)
        else:
            self.paint()

    def paint(self) -> None:
        """Let everything that changed be painted."""
        if self._held is not None:
            (app, held, end), self._held = self._held, None
            end.cancel()
            held.close()
            if app.screen_stack:
                app.screen.check_idle()
