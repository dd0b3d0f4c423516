"""The terminal app: opens the profile, shows the screens, and keeps the last line when it ends."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import App, SystemCommand

from hushkey.keyboard.errors import WrongPassphrase
from hushkey.tui.alt_digits import read_alt_digits
from hushkey.tui.faults import describe
from hushkey.tui.opening import KeyChoice, Opener, Survey
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.screens.welcome import WelcomeScreen
from hushkey.tui.theme import DUSK, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.screen import Screen

    from hushkey.tui.ports import Keeper

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_OPENING_S = 30.0  # waited for at the end, so that what was typed meanwhile is kept


class HushkeyApp(App[None]):
    """Type, with suggestions. `finish` is to be called when it has run, however it ended.

    `fault` is the one line that says why it ended early, without typed text, or None.
    """

    CSS_PATH = "app.tcss"
    TITLE = "hushkey"

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        read_alt_digits()
        self._opener = opener
        self._profile: Keeper | None = None
        self._pool = ThreadPoolExecutor(1, "hushkey-opening")
        self._opening: Future[Keeper] | None = None
        self._survey: Survey | None = None
        self._typing = TypingScreen()
        self.fault: str | None = None

    @property
    def typing(self) -> TypingScreen:
        """The screen on which one types."""
        return self._typing

    def on_mount(self) -> None:
        """Show the typing screen at once; the profile opens meanwhile, after the questions."""
        self.register_theme(DUSK)
        self.register_theme(PAPER)
        self.theme = DUSK.name
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, self.exit)
        self.push_screen(self._typing)
        self._begin()

    def finish(self) -> None:
        """Keep what is unfinished and close the profile; safe to call twice."""
        profile, self._profile = self._opened(), None
        self._opening = None
        if profile is None:
            return
        try:
            lost = self._typing.finish(profile)
            self.fault = self.fault or lost
        finally:
            profile.close()

    def _opened(self) -> Keeper | None:
        """Return the profile, waiting for it where the app ended while it was being opened."""
        if self._profile is not None or self._opening is None:
            return self._profile
        try:
            return self._opening.result(_OPENING_S)
        except (Exception, CancelledError):  # noqa: BLE001 - then there is nothing to close
            return None

    # The profile ---------------------------------------------------------------------------------

    @work
    async def _begin(self) -> None:
        """Look at what is there; asking a keyring takes its time."""
        try:
            survey = await asyncio.to_thread(self._opener.survey)
        except Exception as error:  # noqa: BLE001 - told in one line where the app was started
            self._give_up(error)
            return
        if survey.first_run:
            self._survey = survey
            self.push_screen(WelcomeScreen(survey), self._welcomed)
        elif survey.asks_passphrase:
            self.push_screen(UnlockScreen(), self._chosen)
        else:
            self._typing.admit()
            self._chosen(KeyChoice())

    def _welcomed(self, goes_on: bool | None) -> None:
        if not goes_on:
            self.exit()
        elif self._survey is not None and self._survey.key_place is None:
            self.push_screen(KeyChoiceScreen(), self._chosen)
        else:
            self._chosen(KeyChoice())

    def _chosen(self, choice: KeyChoice | None) -> None:
        if choice is None:
            self.exit()
        else:
            self._open(choice)

    @work(exclusive=True)
    async def _open(self, choice: KeyChoice) -> None:
        """Open the profile off the screen's thread: a passphrase costs a tenth of a second."""
        try:
            self._opening = self._pool.submit(self._opener.open, choice)
            self._profile = await asyncio.wrap_future(self._opening)
        except WrongPassphrase as refusal:
            self.push_screen(UnlockScreen(str(refusal)), self._chosen)
        except Exception as error:  # noqa: BLE001 - told in one line where the app was started
            self._give_up(error)
        else:
            self._typing.begin(self._profile)

    def _give_up(self, error: Exception) -> None:
        self.fault = describe(error)
        self.exit(return_code=1)

    # Commands and faults -------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Add our own to the palette; leave out the one that writes what is typed to a file."""
        inherited = super().get_system_commands(screen)
        yield from (command for command in inherited if command.title != "Screenshot")
        if screen is self._typing:
            desk = self._typing
            yield SystemCommand("Private mode", "Keep nothing, or keep again", desk.action_private)
            yield SystemCommand("Pause learning", "Turn learning off or on", desk.action_pause)
            for setting in ("phrases", "corrections", "emoji"):
                yield SystemCommand(
                    setting.capitalize(),
                    f"Turn {setting} on or off",
                    partial(desk.action_switch, setting),
                )
            yield SystemCommand("Learn now", "Train in the background", desk.action_learn)
            yield SystemCommand("Why this word?", "What the experts said", desk.action_why)
            yield SystemCommand("Forget this word", "The marked suggestion", desk.action_forget)
            yield SystemCommand(
                "Unlearn the last ten minutes",
                "Forget every line kept since then",
                desk.action_unlearn,
            )
            yield SystemCommand("Help", "The keys", desk.action_help)

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or describe(error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback: it prints locals, and those hold what was typed."""
        self._close_messages_no_wait()
