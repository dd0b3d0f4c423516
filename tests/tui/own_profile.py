"""An app over a real profile in memory, on the small base, with words of its owner's: what the rooms of words show."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.screens.learned import LearnedScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from hushkey.model.base import Base

WAIT_S = 30.0
DAY_S = 86_400.0
LINES = (
    Dated(1_770_000_000.0, "app", "the Zorblax to the Zorblax"),
    Dated(1_770_000_000.0 + 3 * DAY_S, "shell", "to the Zorblax and the Quinces"),
    Dated(1_770_000_000.0 + 5 * DAY_S, "app", "you and the Quinces"),
    Dated(1_770_000_000.0 + 9 * DAY_S, "mail", "how are the Vexley and the Vexley"),
    Dated(1_770_000_000.0 + 9 * DAY_S, "mail", "the Mabbit"),
)


class OwnOpener:
    """Opens a throwaway profile that is filled beforehand."""

    def __init__(self, base: Base, lines: tuple[Dated, ...] = LINES) -> None:
        self.profile: Profile = open_profile(in_memory=True, base=base)
        self.profile.merge_lines(lines)

    def survey(self) -> Survey:
        return Survey(Path("/home/ada/hushkey"), False, "keyring")

    def open(self, choice: KeyChoice) -> Profile:
        return self.profile


class Desk:
    """A running app and what a test looks at."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None], profile: Profile) -> None:
        self.app, self.pilot, self.profile = app, pilot, profile

    @property
    def room(self) -> LearnedScreen:
        assert isinstance(self.app.screen, LearnedScreen)
        return self.app.screen

    @property
    def text(self) -> str:
        """All that the screen in front says."""
        return "\n".join(str(each.render()) for each in self.app.screen.query(Static))

    @property
    def shown(self) -> list[str]:
        return [word.word for word in self.room.view.shown]

    @property
    def offered(self) -> list[str]:
        return [suggestion.text for suggestion in self.app.typing.editor.offer.suggestions]

    @property
    def told(self) -> list[str]:
        """The notifications, but for that of the review, which is due."""
        said = [each.message for each in self.app._notifications]
        return [message for message in said if "to keep or forget" not in message]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                pytest.fail("waited in vain")
            await self.pilot.pause(0.02)
        await self.pilot.pause()

    async def until_shown(self, kind: type) -> None:
        await self.until(lambda: isinstance(self.app.screen, kind))

    async def until_told(self, text: str) -> None:
        await self.until_shown(LearnedScreen)
        await self.until(lambda: text in self.room.state.told and not self.room.state.doing)

    async def typed(self, text: str) -> None:
        """Type and wait for the answer."""
        await self.pilot.press(*text)
        editor = self.app.typing.editor
        await self.until(lambda: editor.offer.asked == editor.before)

    async def enter(self) -> None:
        """Open the room and wait for its words."""
        await self.press("ctrl+l")
        await self.until_shown(LearnedScreen)
        await self.until(lambda: self.room.state.words is not None)


@asynccontextmanager
async def own_app(opener: OwnOpener, *, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Desk]:
    app = HushkeyApp(opener)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, opener.profile)
        await desk.until(lambda: app.typing.begun)
        yield desk
    app.finish()
