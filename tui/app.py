"""The terminal app: opens the profile, shows the screens, and keeps the last line when it ends."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual import work
from textual.app import App, SystemCommand

from hushkey.keyboard.errors import KeyboardError, WrongPassphrase
from hushkey.tui import messages, sharing_view, view_model
from hushkey.tui.alt_digits import read_alt_digits
from hushkey.tui.faults import describe
from hushkey.tui.opening import KeyChoice, Opener, Survey
from hushkey.tui.rooms import ROOMS
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.screens.welcome import WelcomeScreen
from hushkey.tui.sharing_opening import demonstration_lacks
from hushkey.tui.sharing_runs import LOOK_EVERY_S, SharingRuns
from hushkey.tui.theme import DUSK, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message
    from textual.screen import Screen

    from hushkey.sync.device.status import SharingStatus
    from hushkey.tui.ports import Keeper, SharingOpener
    from hushkey.tui.screens.neighbours import NeighboursScreen
    from hushkey.tui.screens.sharing import SharingScreen

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_OPENING_S = 30.0  # waited for at the end, so that what was typed meanwhile is kept
_NO_SHARING = "Sharing belongs to a profile of your own; this one has none."


class HushkeyApp(App[None]):
    """Type, with suggestions. `finish` is to be called when it has run, however it ended.

    `fault` is the one line that says why it ended early, without typed text, or None.
    """

    CSS_PATH = "app.tcss"
    TITLE = "hushkey"

    def __init__(self, opener: Opener, sharing: SharingOpener | None = None) -> None:
        super().__init__()
        read_alt_digits()
        self._opener = opener
        self._sharing_opener = sharing
        self._sharing: SharingRuns | None = None
        self._sharing_screen: SharingScreen | None = None
        self._sharing_was: SharingStatus | None = None
        self._neighbours: NeighboursScreen | None = None
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
        if self._neighbours is not None:
            self._neighbours.finish()
        if profile is None:
            return
        try:
            if self._sharing is not None:
                self._sharing.finish()
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
            self._share(self._profile)
            threading.Thread(
                target=self._look_for_review,
                args=(self._profile,),
                name="hushkey-review",
                daemon=True,
            ).start()

    def _give_up(self, error: Exception) -> None:
        self.fault = describe(error)
        self.exit(return_code=1)

    # The weekly review ---------------------------------------------------------------------------

    def _look_for_review(self, profile: Keeper) -> None:
        """Ask whether one is due, off the screen's thread: it may read the whole history, once a week."""
        try:
            words = profile.words_to_review(time.time())
        except KeyboardError:
            return  # the profile was closed meanwhile, or is in use; another start asks again
        if words:
            self.post_message(messages.ReviewDue(words))

    def on_review_due(self, event: messages.ReviewDue) -> None:
        """Say so, once."""
        due = view_model.review_due(event.words)
        self.notify(f"{due}: hushkey review, in a terminal.", markup=False)

    # Other rooms ---------------------------------------------------------------------------------

    @work(exclusive=True, group="room")
    async def action_room(self, name: str) -> None:
        """Show a room, in the place of another one that shows; its module is loaded off the screen's thread."""
        desk = self._typing.desk
        if desk is None:
            return
        room = next(one for one in ROOMS if one.name == name)
        module = await asyncio.to_thread(import_module, room.module)
        screen = getattr(module, room.screen)(desk)
        if self.screen is self._typing:
            self.push_screen(screen)
        elif self.screen.id != room.name:
            self.switch_screen(screen)

    # Sharing -------------------------------------------------------------------------------------

    def _share(self, profile: Keeper) -> None:
        """Look now and then whether something of sharing is due."""
        opener = self._sharing_opener
        if opener is None or opener.missing():
            return
        self._sharing = SharingRuns(
            profile, opener, self._tell_sharing, learning=lambda: self._typing.learning
        )
        self._typing.shared_by(self._sharing)
        self.set_interval(LOOK_EVERY_S, self._sharing.look)
        self._sharing.look()

    def _tell_sharing(self, message: Message) -> object:
        """Post what a thread tells to the sharing screen, where it is open, else here."""
        screen = self._sharing_screen
        target = screen if screen is not None and screen.is_running else self
        return target.post_message(message)

    def on_sharing_seen(self, event: messages.SharingSeen) -> None:
        """Tell of a suspension where one types; the sharing screen, from which this comes too, shows it."""
        status = event.snapshot.status
        unseen = self._sharing_screen is None
        if unseen and sharing_view.newly_suspended(self._sharing_was, status):
            self.notify(sharing_view.suspension(status), severity="warning", markup=False)
        self._sharing_was = status

    @work(exclusive=True, group="sharing")
    async def action_sharing(self) -> None:
        """Show sharing; what it needs is loaded off the screen's thread."""
        if self._sharing is None:
            opener = self._sharing_opener
            missing = "" if opener is None else opener.missing()
            self.notify(missing or _NO_SHARING, markup=False)
        elif self._sharing_screen is None:
            module = await asyncio.to_thread(import_module, "hushkey.tui.screens.sharing")
            screen: SharingScreen = module.SharingScreen(self._sharing, self.try_sharing)

            def left(_: None) -> None:
                self._sharing_screen = None

            self._sharing_screen = screen
            self.push_screen(screen, left)

    @work(exclusive=True, group="neighbours")
    async def try_sharing(self) -> None:
        """Show sharing between sample devices; the demonstration's servers are loaded off the screen's thread."""
        if lacks := demonstration_lacks():
            self.notify(lacks, markup=False)
            return
        module = await asyncio.to_thread(import_module, "hushkey.tui.screens.neighbours")
        if self._neighbours is not None:
            await asyncio.to_thread(self._neighbours.finish)  # the last one may still be ending
        self._neighbours = module.NeighboursScreen()
        self.push_screen(self._neighbours)

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
            yield SystemCommand(
                "Sharing", "What is sent, to whom, at what price; off at once", self.action_sharing
            )
            for room in ROOMS:
                yield SystemCommand(room.title, room.does, partial(self.action_room, room.name))
            yield SystemCommand("Help", "The keys", desk.action_help)

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or describe(error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback: it prints locals, and those hold what was typed."""
        self._close_messages_no_wait()
