"""The sharing screen: where it stands, and what can be asked for. It carries messages and decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from hushkey.tui import messages, sharing_view
from hushkey.tui.bound import bound
from hushkey.tui.screens.consent import ConsentScreen
from hushkey.tui.screens.preview import PreviewScreen
from hushkey.tui.sharing_view import SharingState, SharingView
from hushkey.tui.widgets.facts import Facts
from hushkey.tui.widgets.room_bar import RoomBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.preview import Preview
    from hushkey.tui.screens.consent import Answer
    from hushkey.tui.sharing_runs import SharingRuns

LOOK_EVERY_S: Final = 1.0  # while the screen is open: reading takes a thousandth of that


class SharingScreen(Screen[None]):
    """Shows one state; every answer that is no longer waited for is dropped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("back", "leave", "Back"),
        bound("sharing_switch", "switch", "On/off"),
        bound("sharing_now", "now", "Share now"),
        bound("sharing_preview", "preview", "Preview"),
        bound("sharing_terms", "terms", "Terms"),
        bound("sharing_withdraw", "withdraw", "Withdraw"),
        bound("sharing_try", "try_it", "Try it"),
    ]

    state: reactive[SharingState] = reactive(SharingState(), init=False)
    view: reactive[SharingView] = reactive(SharingView(), init=False)

    def __init__(self, runs: SharingRuns, try_it: Callable[[], None]) -> None:
        super().__init__()
        self._runs, self._try_it = runs, try_it
        self._terms_token = self._preview_token = 0
        self._previewed: Terms | None = None  # terms that were looked at before they are agreed to

    def compose(self) -> ComposeResult:
        """Lay out head, buttons, facts, and the way in."""
        with Vertical(id="sharing"):
            yield RoomBar("sharing")
            with Horizontal(id="sharing-head"):
                yield Static("Sharing", id="sharing-title")
                yield Static(id="sharing-phase", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Turn on", id="switch", compact=True)
                yield Button("Share now", id="now", compact=True)
                yield Button("Preview", id="preview", compact=True)
                yield Button("Terms", id="terms", compact=True)
            yield Static(id="sharing-doing", markup=False)
            yield Static(id="sharing-refusal", markup=False)
            with VerticalScroll(id="sharing-body", can_focus=False):
                yield Facts()
                with Vertical(id="join"):
                    yield Static(sharing_view.JOIN, classes="told", markup=False)
                    yield Input(placeholder="enrolment code", id="code", compact=True)
                    yield Static(sharing_view.TRY, classes="told", markup=False)
                    yield Button("Try it with sample neighbours", id="try", compact=True)
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look at once, and again while the screen is open."""
        self.watch_view(self.view)
        self.query_one("#switch").focus()
        self._runs.show()
        self.set_interval(LOOK_EVERY_S, self._runs.show)

    def on_unmount(self) -> None:
        """Drop what was asked for and not yet answered, also where another room took this one's place."""
        self._forget_questions()

    # What is shown ------------------------------------------------------------------------------

    def watch_state(self, state: SharingState) -> None:
        """Turn the state into what is shown."""
        self.view = sharing_view.view_of(state)

    def watch_view(self, view: SharingView) -> None:
        """Hand everything its text."""
        self.set_classes(f"-{view.phase}" if view.phase else "")
        self.query_one("#sharing-phase", Static).update(view.headline)
        self.query_one("#sharing-doing", Static).update(view.doing)
        self.query_one("#sharing-refusal", Static).update(view.refusal)
        self.query_one("#switch", Button).label = view.switch
        self.query_one("#now", Button).label = view.report
        for name in ("switch", "now", "preview", "terms"):
            self.query_one(f"#{name}", Button).disabled = name not in view.pressable
        self.query_one(Facts).sections = view.sections
        self.query_one("#join").display = view.joins

    # From the threads ---------------------------------------------------------------------------

    def on_sharing_seen(self, event: messages.SharingSeen) -> None:
        """Show what was seen."""
        self.state = replace(self.state, snapshot=event.snapshot)

    def on_sharing_went(self, event: messages.SharingWent) -> None:
        """Show what is under way."""
        self.state = replace(self.state, doing=event.doing, step=event.step)

    def on_sharing_refused(self, event: messages.SharingRefused) -> None:
        """Say what was refused; everything else holds."""
        self.state = replace(self.state, refusal=event.text)

    def on_terms_offered(self, event: messages.TermsOffered) -> None:
        """Show the terms that were asked for last."""
        if event.token == self._terms_token:
            self.query_one("#code", Input).value = ""
            self._ask_consent(event.terms)

    def on_preview_made(self, event: messages.PreviewMade) -> None:
        """Show the bundle that was asked for last."""
        if event.token == self._preview_token:
            self._show_preview(event.preview)

    # Questions ----------------------------------------------------------------------------------

    def _ask_consent(self, terms: Terms) -> None:
        snapshot = self.state.snapshot
        before = None if snapshot is None else snapshot.status.task

        def answered(answer: Answer | None) -> None:
            if answer == "share":
                self._runs.consent(terms)
            elif answer == "preview":
                self._previewed = terms
                self._preview_token = self._runs.preview(terms)

        self.app.push_screen(ConsentScreen(sharing_view.consent(terms, before)), answered)

    def _show_preview(self, preview: Preview) -> None:
        terms, self._previewed = self._previewed, None

        def closed(_: None) -> None:
            if terms is not None:
                self._ask_consent(terms)

        self.app.push_screen(PreviewScreen(sharing_view.preview(preview)), closed)

    # Keys ---------------------------------------------------------------------------------------

    @on(Button.Pressed, "#switch")
    def action_switch(self) -> None:
        """Stop at once; or show the terms, which alone lead to sharing."""
        snapshot = self._cleared().snapshot
        if snapshot is None or "switch" not in self.view.pressable:
            return
        if not self.view.joins:
            self._forget_questions()
            self._runs.off()
        elif snapshot.status.task is not None:
            self._terms_token = self._runs.review()
        else:
            self.query_one("#code").focus()

    @on(Button.Pressed, "#now")
    def action_now(self) -> None:
        """Take a tick, or stop the report that is being made."""
        if "report" in self._cleared().doing:
            self._runs.stop_report()
        elif "now" in self.view.pressable:
            self._runs.report()

    @on(Button.Pressed, "#preview")
    def action_preview(self) -> None:
        """Make a bundle to look at."""
        self._cleared()
        if "preview" in self.view.pressable:
            self._previewed = None
            self._preview_token = self._runs.preview(None)

    @on(Button.Pressed, "#terms")
    def action_terms(self) -> None:
        """Show the terms as they are offered now."""
        self._cleared()
        if "terms" in self.view.pressable:
            self._terms_token = self._runs.review()

    def action_withdraw(self) -> None:
        """Ask for the live report back."""
        self._cleared()
        if "withdraw" in self.view.pressable:
            self._runs.withdraw()

    @on(Input.Submitted, "#code")
    def _join(self, event: Input.Submitted) -> None:
        self._cleared()
        if event.value.strip():
            self._terms_token = self._runs.invite(event.value.strip())

    @on(Button.Pressed, "#try")
    def action_try_it(self) -> None:
        """Show sharing between sample devices, which are nobody's."""
        self._try_it()

    def action_leave(self) -> None:
        """Go back to typing; what was asked for and not yet answered is dropped."""
        self._forget_questions()
        self.dismiss()

    def _forget_questions(self) -> None:
        self._terms_token = self._preview_token = 0
        self._runs.stop_preview()

    def _cleared(self) -> SharingState:
        """Take away the last refusal: something else is asked for."""
        self.state = replace(self.state, refusal="")
        return self.state
