"""The privacy screen: what is stored, for how long, of which surface. It carries messages and decides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, cast

from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from hushkey.keyboard.errors import SettingRefused
from hushkey.tui import privacy_view
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.privacy_port import OwnerPrivacy, Privacy
from hushkey.tui.privacy_view import PrivacyState, PrivacyView
from hushkey.tui.screens.export import ExportRequest, ExportScreen
from hushkey.tui.screens.recovery_code import RecoveryCodeScreen
from hushkey.tui.screens.wipe import WipeScreen
from hushkey.tui.widgets.facts import Facts
from hushkey.tui.widgets.room_bar import RoomBar
from hushkey.tui.widgets.surface_list import SurfaceList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.settings import Settings
    from hushkey.tui.rooms import Desk

_WIDE: Final = 140  # columns, from which there are two of facts


class Host(Protocol):
    """What this room asks of the app that shows it."""

    @property
    def sharing_standing(self) -> str:
        """Where sharing stands; "" where nobody looked."""

    async def wipe(self, destroy: Callable[[], None]) -> None:
        """Destroy key and files, and end."""


class PrivacyScreen(Screen[None]):
    """Shows one state; every answer that is no longer waited for is dropped."""

    CSS_PATH = "../privacy.tcss"
    HELP: ClassVar[str | None] = (
        "What is stored of you, where and how it is encrypted; how long it is kept, and of which surface; what was "
        "cut out, in counts alone; the key, and the end of everything."
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (_WIDE, "-wide")]  # noqa: RUF012 - as inherited
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("back", "dismiss", "Back"),
        bound("privacy_surfaces", "surfaces", "Surfaces"),
        bound("privacy_bounds", "bounds", "Keep for"),
        bound("privacy_export", "export", "Export"),
        bound("privacy_wipe", "wipe", "Wipe"),
        bound("privacy_code", "code", "Recovery code"),
    ]

    state: reactive[PrivacyState] = reactive(PrivacyState(), init=False)
    view: reactive[PrivacyView] = reactive(PrivacyView(), init=False)

    def __init__(self, desk: Desk, privacy: Privacy | None = None) -> None:
        super().__init__(id="privacy")
        self._desk = desk
        self._privacy = privacy or OwnerPrivacy(cast("Profile", desk.profile))
        self._turned = 0  # switches turned: an answer counts only where none was turned since

    def compose(self) -> ComposeResult:
        """Lay out head, buttons and facts; in a wide terminal the facts stand in two columns."""
        with Vertical(id="privacy-room"):
            yield RoomBar("privacy")
            with Horizontal(id="privacy-head"):
                yield Static("Privacy", id="privacy-title")
                yield Static(id="privacy-headline", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Export", id="export", compact=True)
                yield Button("Recovery code", id="code", compact=True)
                yield Button("Sharing", id="sharing", compact=True)
                yield Button("Wipe", id="wipe", compact=True)
            yield Static(id="privacy-says", markup=False)
            yield Static(id="privacy-refusal", markup=False)
            with VerticalScroll(id="privacy-body"), Vertical(id="privacy-columns"):
                with Vertical(classes="column"):
                    yield Static(id="privacy-sharing", classes="told", markup=False)
                    yield Static("Surfaces", classes="section-title")
                    yield Static(id="surfaces-note", classes="told", markup=False)
                    yield SurfaceList()
                    yield from self._compose_bounds()
                    yield Facts().add_class("cut")
                with Vertical(classes="column"):
                    yield Facts().add_class("stored")
                    yield Facts().add_class("key")
                    yield Facts().add_class("copies")
            yield Footer(show_command_palette=False)

    def _compose_bounds(self) -> ComposeResult:
        yield Static("Kept for", classes="section-title")
        yield Static(id="bounds-line", classes="told", markup=False)
        with Horizontal(id="bounds"):
            yield Input(
                id="days",
                placeholder="days",
                compact=True,
                tooltip="Days; 0 keeps lines of every age",
            )
            yield Static("days")
            yield Input(id="megabytes", placeholder="MB", compact=True, tooltip="Megabytes of text")
            yield Static("MB")
            yield Button("Set", id="keep", compact=True, disabled=True)
        yield Static(id="would-go", classes="told", markup=False)

    def on_mount(self) -> None:
        """Look, and let the arrow keys read."""
        self.watch_view(self.view)
        self.query_one("#privacy-body").focus()
        self._look()

    def on_screen_resume(self) -> None:
        """Show where sharing stands now: its own screen may have been in front."""
        self.state = replace(self.state, sharing=self._host.sharing_standing)

    @property
    def _host(self) -> Host:
        return cast("Host", self.app)

    # What is shown ------------------------------------------------------------------------------

    def watch_state(self, state: PrivacyState) -> None:
        """Turn the state into what is shown."""
        self.view = privacy_view.view_of(state)

    def watch_view(self, view: PrivacyView) -> None:
        """Hand everything its text."""
        for name, text in (
            ("#privacy-headline", view.headline),
            ("#privacy-says", view.says),
            ("#privacy-refusal", view.refusal),
            ("#privacy-sharing", view.sharing),
            ("#surfaces-note", view.surfaces_note),
            ("#bounds-line", view.bounds),
            ("#would-go", view.would_go),
        ):
            self.query_one(name, Static).update(text)
        self.query_one("#would-go").display = bool(view.would_go)
        for part in ("stored", "key", "cut", "copies"):
            self.query_one(f".{part}", Facts).sections = getattr(view, part)
        self.query_one("#keep", Button).disabled = not view.can_keep
        self.query_one(SurfaceList).rows = view.surfaces

    def _tell(self, *, doing: str = "", note: str = "", refusal: str = "") -> None:
        self.state = replace(self.state, doing=doing, note=note, refusal=refusal)

    def _refuse(self, error: Exception) -> None:
        self._tell(refusal=describe(error))

    # Looking ------------------------------------------------------------------------------------

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Read what is stored, off the screen's thread: a long history takes a while."""
        turned = self._turned
        try:
            seen = await asyncio.to_thread(self._privacy.look)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)
            return
        known = self.state.snapshot
        if known is not None and turned != self._turned:
            seen = replace(seen, settings=known.settings)
        self.state = replace(self.state, snapshot=seen, sharing=self._host.sharing_standing)
        if self.state.bounds is None:
            self._show_bounds(seen.settings)

    def _took(self, settings: Settings) -> None:
        """Show other settings."""
        if self.state.snapshot is not None:
            self.state = replace(
                self.state, snapshot=replace(self.state.snapshot, settings=settings)
            )

    # Surfaces -----------------------------------------------------------------------------------

    def on_surface_list_turned(self, event: SurfaceList.Turned) -> None:
        """Turn the switch where the settings are kept."""
        self._turned += 1
        self._tell()
        self._switch(event.surface, event.on, self._turned, learns=event.learns)

    @work(group="switch")
    async def _switch(self, surface: str, on: bool, turned: int, *, learns: bool) -> None:
        which = {"learns": on} if learns else {"suggests": on}
        job = self._desk.run(lambda: self._privacy.switch(surface, **which))
        try:
            settings = await asyncio.wrap_future(job)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)
            self.query_one(SurfaceList).show_again()
        else:
            if turned == self._turned:
                self._took(settings)

    # How long lines are kept --------------------------------------------------------------------

    def _show_bounds(self, settings: Settings) -> None:
        with self.prevent(Input.Changed):
            self.query_one("#days", Input).value = str(settings.keep_days)
            self.query_one("#megabytes", Input).value = str(settings.keep_megabytes)

    @on(Input.Changed, "#days")
    @on(Input.Changed, "#megabytes")
    def _bounds_entered(self) -> None:
        seen = self.state.snapshot
        if seen is None:
            return
        days, megabytes = (
            self.query_one(f"#{name}", Input).value for name in ("days", "megabytes")
        )
        try:
            bounds, refusal = privacy_view.bounds_from(days, megabytes, seen.settings), ""
        except SettingRefused as error:
            bounds, refusal = None, str(error)
        self.state = replace(self.state, bounds=bounds, expiring=None, note="", refusal=refusal)
        self._count(bounds)

    @work(exclusive=True, group="bounds")
    async def _count(self, bounds: tuple[int, int] | None) -> None:
        """Tell what other bounds would let go; a newer entry takes this one's place."""
        if bounds is None:
            return
        try:
            expiring = await asyncio.to_thread(self._privacy.expiring, *bounds)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)
        else:
            self.state = replace(self.state, expiring=expiring)

    @on(Button.Pressed, "#keep")
    @on(Input.Submitted, "#days")
    @on(Input.Submitted, "#megabytes")
    @work(group="keep")
    async def _keep(self) -> None:
        """Set what was entered, once it was told what goes by it."""
        state = self.state
        if state.bounds is None or state.expiring is None:
            return
        days, megabytes = state.bounds
        job = self._desk.run(lambda: self._privacy.keep(days, megabytes))
        try:
            settings = await asyncio.wrap_future(job)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)
            return
        self.state = replace(self.state, bounds=None, expiring=None)
        self._took(settings)
        self._tell(note=privacy_view.kept_for(state.expiring))

    # Export, recovery, wipe ---------------------------------------------------------------------

    @on(Button.Pressed, "#export")
    def action_export(self) -> None:
        """Ask where to and in which form."""

        def answered(request: ExportRequest | None) -> None:
            if request is not None:
                self._export(request)

        self._tell()
        self.app.push_screen(ExportScreen(), answered)

    @work(group="export")
    async def _export(self, request: ExportRequest) -> None:
        self._tell(doing="writing the copy")
        job = self._desk.run(lambda: self._privacy.export(request.path, request.passphrase))
        try:
            lines = await asyncio.wrap_future(job)
        except FileExistsError:
            self._tell(refusal="There is such a file already; nothing was written.")
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)
        else:
            sealed = request.passphrase is not None
            self._tell(note=privacy_view.exported(lines, str(request.path), encrypted=sealed))
        self._look()  # a copy is noted before it is written

    @on(Button.Pressed, "#code")
    def action_code(self) -> None:
        """Show the key as a code to keep on paper."""
        seen = self.state.snapshot
        if seen is None or seen.place is None:
            return

        async def make(passphrase: Passphrase | None) -> str:
            return await asyncio.wrap_future(
                self._desk.run(lambda: self._privacy.recovery_code(passphrase))
            )

        def closed(shown: bool | None) -> None:
            if shown:
                self._look()

        self._tell()
        asks = seen.place == "passphrase"
        self.app.push_screen(RecoveryCodeScreen(make, asks_passphrase=asks), closed)

    @on(Button.Pressed, "#wipe")
    def action_wipe(self) -> None:
        """Ask for a typed word before everything goes."""
        seen = self.state.snapshot
        if seen is None:
            return

        def answered(goes_on: bool | None) -> None:
            if goes_on:
                self._wipe()

        self._tell()
        self.app.push_screen(WipeScreen(privacy_view.wipe_facts(seen)), answered)

    @work(exclusive=True, group="wipe")
    async def _wipe(self) -> None:
        self._tell(doing="destroying the key, then every file")
        try:
            await self._host.wipe(self._privacy.wipe)
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            self._refuse(error)

    # Ways about ---------------------------------------------------------------------------------

    @on(Button.Pressed, "#sharing")
    async def _sharing(self) -> None:
        """Show sharing."""
        await self.run_action("app.sharing")

    def action_surfaces(self) -> None:
        """Go to the switches."""
        self.query_one(SurfaceList).focus_first()

    def action_bounds(self) -> None:
        """Go to how long lines are kept."""
        self.query_one("#days").focus()
