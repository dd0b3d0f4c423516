"""A picture of the app with a sample text in it: the shipped base in memory, nothing of an owner.

The text is typed as the ideal typist of `hushkey eval` does: a suggestion that is the word is taken.
The picture is whole in itself: whoever opens it asks no other machine for anything.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.profile import open_profile
from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import KeyChoice, Survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from hushkey.tui.ports import Keeper

_POLL_S: Final = 0.01
_PATIENCE: Final = 1000  # polls; a key that takes ten seconds to be answered is a fault
# What Rich puts into each SVG: fonts from another machine, and a comment that names a page.
_FOREIGN: Final = re.compile(r"@font-face\s*\{[^}]*\}\s*|<!--.*?-->\s*", re.DOTALL)
_STYLE_END: Final = "</style>"


class MemoryOpener:
    """Opens a throwaway profile in memory."""

    def survey(self) -> Survey:
        """Nothing to ask: nothing will be written."""
        return Survey(data=Path(), first_run=False, key_place="file")

    def open(self, choice: KeyChoice) -> Keeper:  # noqa: ARG002 - nothing was asked
        """Open it; it has learned nothing."""
        return open_profile(in_memory=True)


def take(text: str, *, columns: int, rows: int) -> str:
    """Return the SVG of the app at that size once `text` is typed; its last word stays unfinished."""
    app = HushkeyApp(MemoryOpener())
    pictures: list[str] = []

    async def play(pilot: Pilot[object]) -> None:
        await _until(pilot, lambda: app.typing.begun)
        app.typing.editor.cursor_blink = False
        await _type(app, pilot, text)
        await pilot.pause()
        pictures.append(app.export_screenshot())
        app.exit()

    try:
        app.run(headless=True, size=(columns, rows), auto_pilot=play)
    finally:
        app.finish()
    if not pictures:
        raise RuntimeError("the app ended before the picture")
    return self_contained(pictures[0])


def self_contained(svg: str) -> str:
    """Return an SVG of Rich's without the fonts it would fetch; "monospace" takes their place.

    Only the head is cut: behind it stands the text, which may say anything and loads nothing.
    """
    head, end, body = svg.partition(_STYLE_END)
    return _FOREIGN.sub("", head) + end + body


async def _type(app: HushkeyApp, pilot: Pilot[object], text: str) -> None:
    editor = app.typing.editor
    while len(editor.text) < len(text):
        rest = text[len(editor.text) :]
        word = rest.split(maxsplit=1)[0] if not rest[0].isspace() else ""
        slot = _slot_of(editor.before, word, app)
        if slot is not None and text.startswith(editor.text + word + " "):
            await pilot.press(f"alt+{slot}")
        else:
            await pilot.press("enter" if rest[0] == "\n" else rest[0])
        await _until(pilot, lambda: editor.offer.asked == editor.before)


def _slot_of(before: str, word: str, app: HushkeyApp) -> int | None:
    """Return the number of the slot that offers the word under way as `word` completes it."""
    begun = before.rsplit(" ", maxsplit=1)[-1]
    offer = app.typing.editor.offer
    slots = zip(offer.filled, offer.suggestions, strict=True)
    return next((slot + 1 for slot, s in slots if word and s.text == begun + word), None)


async def _until(pilot: Pilot[object], holds: Callable[[], bool]) -> None:
    for _ in range(_PATIENCE):
        if holds():
            return
        await pilot.pause(_POLL_S)
    raise RuntimeError("the engine did not answer")
