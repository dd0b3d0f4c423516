"""The app on a real profile and the shipped base, driven key by key: what a person sees is what is asserted.

A desk waits for each key's answer, as a person does who looks at the strip before the next key.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import KeyChoice, Survey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from hushkey.keyboard.types import Suggestion

PASSPHRASE = "a pass phrase"
_POLL_S = 0.01
_PATIENCE = 2000  # polls; twenty seconds without an answer are a fault


class Given:
    """Opens the profile that it was given."""

    def __init__(self, profile: Profile, home: Path) -> None:
        self._profile, self._home = profile, home

    def survey(self) -> Survey:
        return Survey(self._home, False, "passphrase")

    def open(self, choice: KeyChoice) -> Profile:
        return self._profile


class DeskAt:
    """A running app, with a person before it."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[object], profile: Profile) -> None:
        self.app, self.pilot, self.profile = app, pilot, profile

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each once the last one's answer is there."""
        for key in keys:
            await self.pilot.press(key)
            await self.answered()

    async def write(self, *lines: str) -> None:
        """Type lines and finish each."""
        for line in lines:
            await self.press(*line, "enter")
        await self.idle()

    async def answered(self) -> None:
        """Wait until the strip is that of the line as it stands."""
        editor = self.app.typing.editor
        await self.until(lambda: editor.offer.asked == editor.before)

    async def idle(self) -> None:
        """Wait until the engine's thread has done all that was asked for, and the screen shows it."""
        desk = self.app.typing.desk
        assert desk is not None
        await asyncio.wrap_future(desk.run(lambda: None))
        await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(_PATIENCE):
            if holds():
                return
            await self.pilot.pause(_POLL_S)
        raise AssertionError("it did not come to this")

    @property
    def text(self) -> str:
        return self.app.typing.editor.text

    @property
    def ghost(self) -> str:
        return self.app.typing.editor.suggestion

    @property
    def offered(self) -> list[Suggestion]:
        return list(self.app.typing.editor.offer.suggestions)

    @property
    def words(self) -> list[str]:
        return [suggestion.text for suggestion in self.offered]

    def slot_of(self, word: str) -> int:
        """The number, from 1, of the slot that shows a word."""
        return self.app.typing.editor.offer.filled[self.words.index(word)] + 1

    async def mark(self, word: str) -> None:
        """Move the mark to the slot that shows a word."""
        while self.app.typing._marked != self.slot_of(word) - 1:
            await self.pilot.press("alt+down")

    async def gone(self, word: str) -> None:
        """Wait until a word is offered no more."""
        await self.until(lambda: word not in self.words)

    @property
    def told(self) -> str:
        """All that was notified."""
        return "\n".join(note.message for note in self.app._notifications)

    def kept(self) -> list[str]:
        """The lines of the history."""
        return [entry.text for entry in self.profile.history.entries()]


def profile_at(home: Path) -> Profile:
    """A real profile on the disk: encrypted, with the shipped base."""
    return open_profile(home, passphrase=Passphrase(PASSPHRASE))


@asynccontextmanager
async def at_the_desk(
    home: Path, *lines: str, size: tuple[int, int] = (80, 24), **settings: object
) -> AsyncIterator[DeskAt]:
    """Run the app on the profile in `home`, which wrote `lines` before, and end it as quitting does."""
    profile = profile_at(home)
    if settings:
        profile.set(**settings)
    for line in lines:
        profile.session("app").commit(line)
    app = HushkeyApp(Given(profile, home))
    try:
        async with app.run_test(size=size) as pilot:
            desk = DeskAt(app, pilot, profile)
            await desk.until(lambda: app.typing.begun)
            await desk.answered()
            yield desk
    finally:
        app.finish()
