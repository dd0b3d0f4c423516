"""The terminal app: opens the profile, shows the screens, and keeps the last line when it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding

from hushkey.keyboard.errors import (
    FileRefused,
    KeyboardError,
    KeyUnavailable,
    WrongPassphrase,
)
from hushkey.tui import messages, palette, sharing_view, view_model
from hushkey.tui.alt_digits import read_alt_digits
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.key_names import brief, spoken_all
from hushkey.tui.opening import KeyChoice, Opener, Survey
from hushkey.tui.preferences import Preferences, keep_theme
from hushkey.tui.rooms import ROOMS
from hushkey.tui.screens.help import HelpScreen, help_on
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.screens.welcome import WelcomeScreen
from hushkey.tui.sharing_opening import demonstration_lacks
from hushkey.tui.sharing_runs import LOOK_EVERY_S, SharingRuns
from hushkey.tui.theme import DEFAULTS, DUSK, LOOKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import ClassVar

    from textual.binding import BindingType
    from textual.message import Message
    from textual.screen import Screen

    from hushkey.sync.device.status import SharingStatus
    from hushkey.tui.ports import Keeper, SharingOpener
    from hushkey.tui.screens.neighbours import NeighboursScreen
    from hushkey.tui.screens.sharing import SharingScreen

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_OPENING_S = 30.0  # waited for at the end, so that what was typed meanwhile is kept
WIPED = "wiped: the key first, then the data"
_NO_SHARING = "Sharing belongs to a profile of your own; this one has none."


class HushkeyApp(App[None], inherit_bindings=False):
    """Type, with suggestions. `finish` is to be called when it has run, however it ended.

    `preferences` are the owner's keys and theme; a theme chosen in the app is kept in `config`, where
    that is given. `fault` is the one line that says why it ended early, without typed text, or None.
    """

    CSS_PATH = "app.tcss"
    TITLE = "hushkey"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("help", "help", "Help", priority=True),
        bound("palette", "command_palette", priority=True, show=False),
        bound("quit", "quit", priority=True, show=False),
        *(bound(room.name, f"room('{room.name}')", priority=True, show=False) for room in ROOMS),
        bound("sharing", "sharing", priority=True, show=False),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(
        self,
        opener: Opener,
        sharing: SharingOpener | None = None,
        preferences: Preferences | None = None,
        config: Path | None = None,
    ) -> None:
        # Textual's own answer to NO_COLOR is shades of grey; with the terminal's colours there are none.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        read_alt_digits()
        self.preferences = preferences or Preferences()
        self._config = config
        self._opener = opener
        self._sharing_opener = sharing
        self._sharing: SharingRuns | None = None
        self._sharing_screen: SharingScreen | None = None
        self._sharing_was: SharingStatus | None = None
        self._neighbours: NeighboursScreen | None = None
        self._profile: Keeper | None = None
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
        for look in LOOKS:
            self.register_theme(look)
        self.theme = self.preferences.theme or DUSK.name
        self.set_keymap(self.preferences.keymap.overrides())
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, self.exit)
        self.push_screen(self._typing)
        self._tell_mistakes()
        self._begin()

    def finish(self) -> None:
        """Keep what is unfinished and close the profile; safe to call twice."""
        profile, self._profile = self._opened(), None
        self._opening = None
        gc.unfreeze()
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
            pool = ThreadPoolExecutor(1, "hushkey-opening")
            self._opening = pool.submit(self._opener.open, choice)
            pool.shutdown(wait=False)  # a thread that waited for more would keep the closed app
            self._profile = await asyncio.wrap_future(self._opening)
        except WrongPassphrase as refusal:
            self.push_screen(UnlockScreen(str(refusal)), self._chosen)
        except Exception as error:  # noqa: BLE001 - told in one line where the app was started
            self._give_up(error)
        else:
            self._typing.begin(self._profile)
            self._share(self._profile)
            self.refresh_bindings()
            gc.freeze()  # lexicon, memory and styles stay: looking through them for garbage held a key up for 50 ms
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
        keys = spoken_all(self.preferences.keymap.of("learned"))
        then = spoken_all(self.preferences.keymap.of("learned_review"))
        self.notify(f"{due}: {keys}, then {then}.", markup=False)

    # Other rooms ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Open rooms from where one types and from each other; never from under a question."""
        if action not in {"room", "sharing"}:
            return super().check_action(action, parameters)
        rooms = {room.name for room in ROOMS}
        screen = self.screen
        return screen in (self._typing, self._sharing_shown) or screen.id in rooms

    @work(exclusive=True, group="room")
    async def action_room(self, name: str) -> None:
        """Show a room, in the place of another one that shows; its module is loaded off the screen's thread."""
        desk = self._typing.desk
        if desk is None:
            self.notify("The profile is still being opened.")
            return
        room = next(one for one in ROOMS if one.name == name)
        module = await asyncio.to_thread(import_module, room.module)
        if self.screen.id != room.name:
            self._enter(getattr(module, room.screen)(desk))

    def _enter(self, screen: Screen[None]) -> None:
        """Show a room above the typing screen, alone."""
        if self.screen is self._typing:
            self.push_screen(screen)
        elif self.check_action("room", ()):
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

    @property
    def _sharing_shown(self) -> SharingScreen | None:
        """The sharing screen, while it is open."""
        screen = self._sharing_screen
        return screen if screen is not None and screen in self.screen_stack else None

    def _tell_sharing(self, message: Message) -> object:
        """Post what a thread tells to the sharing screen, where it is open, else here."""
        screen = self._sharing_screen
        target = screen if screen is not None and screen.is_running else self
        return target.post_message(message)

    def on_sharing_seen(self, event: messages.SharingSeen) -> None:
        """Tell of a suspension where one types; the sharing screen, from which this comes too, shows it."""
        status = event.snapshot.status
        unseen = self._sharing_shown is None
        if unseen and sharing_view.newly_suspended(self._sharing_was, status):
            self.notify(sharing_view.suspension(status), severity="warning", markup=False)
        self._sharing_was = status

    @work(exclusive=True, group="sharing")
    async def action_sharing(self) -> None:
        """Show sharing, or leave it; what it needs is loaded off the screen's thread."""
        shown = self._sharing_shown
        if shown is not None:
            if self.screen is shown:
                shown.action_leave()
        elif self._sharing is None:
            opener = self._sharing_opener
            missing = "" if opener is None else opener.missing()
            self.notify(missing or _NO_SHARING, markup=False)
        else:
            module = await asyncio.to_thread(import_module, "hushkey.tui.screens.sharing")
            self._sharing_screen = module.SharingScreen(self._sharing, self.try_sharing)
            self._enter(self._sharing_screen)

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

    @property
    def sharing_standing(self) -> str:
        """Where sharing stood when it was last looked at; "" where nobody did."""
        return "" if self._sharing_was is None else sharing_view.headline(self._sharing_was)

    # The end of everything -----------------------------------------------------------------------

    async def wipe(self, destroy: Callable[[], None]) -> None:
        """Stop what runs, destroy key and files on the engine's thread, and end; nothing is kept on the way out.

        Raises KeyUnavailable where the key cannot be destroyed: nothing is gone then, and only sharing rests
        until the next start.
        """
        desk = self._typing.desk
        if desk is None:
            return
        desk.runs.cancel()
        if self._sharing is not None:
            await asyncio.to_thread(self._sharing.finish)
        try:
            await asyncio.wrap_future(desk.run(destroy))
        except KeyUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - told in one line where the app was started
            self.fault = describe(error)
        self._profile = self._opening = None  # closing it would write beside what is gone
        self.exit(message=None if self.fault else WIPED)

    # Keys, looks, commands -----------------------------------------------------------------------

    def action_help(self) -> None:
        """Show the keys of what has the focus, of the screen, and everywhere; or close that card."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            self.push_screen(HelpScreen(help_on(self.screen, self.preferences.keymap)))

    def get_key_display(self, binding: Binding) -> str:
        """Write a key as our footers have it."""
        return binding.key_display or brief(binding.key)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give our own colours a value for themes that are not ours."""
        return DEFAULTS

    def choose_theme(self, name: str) -> None:
        """Change the look, and keep the choice."""
        self.theme = name
        if self._config is not None:
            try:
                keep_theme(self._config, name)
            except FileRefused as refusal:
                self.notify(f"The theme holds until you leave: {refusal}", markup=False)

    def _tell_mistakes(self) -> None:
        """Say what is wrong in the config file; everything else in it holds."""
        faults = self.preferences.faults
        if faults:
            more = f" And {len(faults) - 1} more: hushkey doctor." if len(faults) > 1 else ""
            self.notify(
                faults[0] + more,
                title="In the config file",
                severity="warning",
                timeout=15,
                markup=False,
            )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List the actions of the screen and the themes; none writes what is typed to a file."""
        yield from palette.commands(screen)
        for look in LOOKS:
            title = f"Theme: {look.name}"
            yield SystemCommand(title, "Change the look", partial(self.choose_theme, look.name))
        if screen is self._typing:
            desk = self._typing
            for setting in ("phrases", "corrections", "emoji"):
                yield SystemCommand(
                    setting.capitalize(),
                    f"Turn {setting} on or off",
                    partial(desk.action_switch, setting),
                )
            yield SystemCommand(
                "Unlearn the last ten minutes",
                "Forget every line kept since then",
                desk.action_unlearn,
            )

    # Faults --------------------------------------------------------------------------------------

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or describe(error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback: it prints locals, and those hold what was typed."""
        self._close_messages_no_wait()
