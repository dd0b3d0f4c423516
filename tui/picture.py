"""A picture of the app with a sample text in it: the shipped base in memory, nothing of an owner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hushkey.keyboard.profile import open_profile
from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import KeyChoice, Survey

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from hushkey.tui.ports import Keeper

_SETTLE_S = 1.0  # for the last answer to arrive and be painted


class MemoryOpener:
    """Opens a throwaway profile in memory."""

    def survey(self) -> Survey:
        """Nothing to ask: nothing will be written."""
        return Survey(data=Path(), first_run=False, key_place="file")

    def open(self, choice: KeyChoice) -> Keeper:  # noqa: ARG002 - nothing was asked
        """Open it; it has learned nothing."""
        return open_profile(in_memory=True)


def take(text: str, *, columns: int, rows: int) -> str:
    """Return the SVG of the app at that size after `text` was typed, accepting nothing."""
    app = HushkeyApp(MemoryOpener())
    pictures: list[str] = []

    async def type_and_look(pilot: Pilot[object]) -> None:
        while not app.typing.begun:
            await pilot.pause(0.05)
        app.typing.editor.cursor_blink = False
        for character in text:
            await pilot.press("enter" if character == "\n" else character)
        await pilot.pause(_SETTLE_S)
        pictures.append(app.export_screenshot())
        app.exit()

    try:
        app.run(headless=True, size=(columns, rows), auto_pilot=type_and_look)
    finally:
        app.finish()
    if not pictures:
        raise RuntimeError(app.fault or "the app ended before the picture")
    return pictures[0]
