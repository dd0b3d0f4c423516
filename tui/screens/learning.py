"""The learning room: runs, their curve and their memory, when they may run, the last audit. It decides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, DataTable, Footer, Input, Static

from hushkey.model.plans import PERSONAL_PRESETS
from hushkey.tui import learning_view
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.learning_port import learning_part, look, under_way
from hushkey.tui.learning_view import WIDE, LearningState, LearningView
from hushkey.tui.widgets.facts import Facts
from hushkey.tui.widgets.plot import PlotView
from hushkey.tui.widgets.room_bar import RoomBar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.learning_view import Snapshot
    from hushkey.tui.rooms import Desk

WATCH_EVERY_S: Final = 0.25  # what is under way; it asks nobody
LOOK_EVERY_S: Final = 2.0  # the log, the settings and the machine, off the screen's thread


class LearningScreen(Screen[None]):
    """Shows one state; an answer that is not the newest is dropped."""

    CSS_PATH = "../learning.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # In the order of the footer: a terminal of 60 columns shows the first five.
        bound("back", "dismiss", "Back"),
        bound("learning_run", "learn", "Learn/stop"),
        bound("learning_audit", "audit", "Audit"),
        bound("learning_unasked", "background", "Unasked"),
        bound("learning_plan", "plan", "Plan"),
        bound("learning_minutes", "minutes", "Minutes"),
        bound("learning_switch", "learning", "Learning"),
        bound("learning_curve", "measure", "Curve"),
    ]

    state: reactive[LearningState] = reactive(LearningState(), init=False)
    view: reactive[LearningView] = reactive(LearningView(), init=False)

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="learning")
        self._desk = desk
        self._token = 0  # of the newest look
        self._looking = False

    def compose(self) -> ComposeResult:
        """Lay out the head, and under it what scrolls."""
        with Vertical(id="learning-desk"):
            yield RoomBar("learning")
            with Horizontal(id="learning-head"):
                yield Static("Learning", id="learning-title")
                yield Static(id="learning-phase", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Learn now", id="learn", compact=True)
                yield Button("Audit", id="audit", compact=True)
                yield Button("Curve: loss", id="measure", compact=True)
            yield Static(id="learning-doing", markup=False)
            yield Static(id="learning-detail", markup=False)
            yield Static(id="learning-refusal", markup=False)
            with VerticalScroll(id="learning-body"):
                yield Static("Runs", id="runs-title", classes="section-title")
                yield Static(id="no-runs", classes="told", markup=False)
                yield DataTable[Text](id="runs", cursor_type="row")
                yield Static(id="run-told", markup=False)
                with Vertical(id="plots"):
                    yield PlotView(id="curve")
                    yield PlotView(id="memory")
                yield Static("When it may run", classes="section-title")
                with Horizontal(classes="buttons choices"):
                    yield Button("Learning", id="learning-switch", compact=True)
                    yield Button("Unasked", id="background", compact=True)
                with Horizontal(classes="buttons choices"):
                    for name in PERSONAL_PRESETS:
                        yield Button(name, id=f"plan-{name}", classes="plan", compact=True)
                    yield Static("minutes", id="minutes-head")
                    yield Input(id="minutes", type="integer", max_length=4, compact=True)
                yield Facts()
                yield Static("The last audit", classes="section-title")
                yield Facts()
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look at once, and again while the room is open."""
        self.query_one("#learning-body").focus()
        self._watch()
        self._look()
        self.set_interval(WATCH_EVERY_S, self._watch)
        self.set_interval(LOOK_EVERY_S, self._look_again)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out of a run's row what has no room; the sentence below says it."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.state = replace(self.state, columns=event.size.width)

    # What is shown ------------------------------------------------------------------------------

    def watch_state(self, state: LearningState) -> None:
        """Turn the state into what is shown."""
        self.view = learning_view.view_of(state)

    def watch_view(self, before: LearningView, view: LearningView) -> None:
        """Hand everything its text."""
        self.set_class(view.busy, "-busy")
        for name, text in (
            ("phase", view.headline),
            ("doing", view.doing),
            ("detail", view.detail),
            ("refusal", view.refusal),
        ):
            self.query_one(f"#learning-{name}", Static).update(text)
        for name, label in (
            ("learn", view.learn),
            ("audit", view.audit),
            ("measure", view.measure),
            ("learning-switch", view.learning),
            ("background", view.background),
            *((f"plan-{name}", label) for name, label in view.plans),
        ):
            self._label(name, label)
        if view.minutes != before.minutes:
            self.query_one("#minutes", Input).value = view.minutes
        if (view.heads, view.rows) != (before.heads, before.rows):
            self._show_runs(view)
        for plot, drawn in zip(view.plots, self.query(PlotView), strict=False):
            drawn.plot = plot
        when, audited = self.query(Facts)
        when.sections, audited.sections = view.when, view.audited

    def _label(self, name: str, label: str) -> None:
        """Give a button its label, and the width that it needs."""
        button = self.query_one(f"#{name}", Button)
        if str(button.label) != label:
            button.label = label
            button.refresh(layout=True)

    def _show_runs(self, view: LearningView) -> None:
        table = self.query_one("#runs", DataTable)
        marked = table.cursor_row
        table.clear(columns=True)
        table.add_columns(*(head or "became" for head in view.heads))
        for row in view.rows:
            table.add_row(*map(Text, row))  # a plan's name is its owner's: no markup in it
        table.move_cursor(row=min(marked, max(0, len(view.rows) - 1)))
        table.display = bool(view.rows)
        empty = self.query_one("#no-runs", Static)
        empty.update(view.empty)
        empty.display = bool(view.empty)
        self._tell_run()

    @on(DataTable.RowHighlighted, "#runs")
    def _tell_run(self) -> None:
        """Say the marked run in a sentence."""
        row, told = self.query_one("#runs", DataTable).cursor_row, self.view.told
        said = self.query_one("#run-told", Static)
        said.update(told[row] if row < len(told) else "")
        said.display = bool(told)

    # Looking ------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """See what is under way; what ended left something to read."""
        now, before = under_way(self._desk.runs), self.state.under_way
        if now != before:
            self.state = replace(self.state, under_way=now)
            if (now.learning, now.auditing) != (before.learning, before.auditing):
                self._look()

    def _look_again(self) -> None:
        """Look, unless the last look is still waiting for the history."""
        if not self._looking:
            self._look()

    @work
    async def _look(self) -> None:
        """Look at everything off the screen's thread; of several answers only that of the newest look counts."""
        self._token += 1
        token, self._looking = self._token, True
        try:
            seen = await asyncio.to_thread(look, self._desk.profile, self._desk.runs)
        except Exception as error:  # noqa: BLE001 - told in the room, as every refusal
            self._refuse(error)
        else:
            if token == self._token:
                self.state = replace(self.state, snapshot=seen)
        finally:
            if token == self._token:
                self._looking = False

    def _refuse(self, error: Exception) -> None:
        self.state = replace(self.state, refusal=describe(error))

    # Keys ---------------------------------------------------------------------------------------

    @on(Button.Pressed, "#learn")
    def action_learn(self) -> None:
        """Begin a run, or stop the one under way."""
        self._cleared()
        self._desk.runs.toggle()
        self._watch()

    @on(Button.Pressed, "#audit")
    def action_audit(self) -> None:
        """Begin an audit, or stop the one under way."""
        self._cleared()
        self._desk.runs.toggle_audit()
        self._watch()

    @on(Button.Pressed, "#measure")
    def action_measure(self) -> None:
        """Draw the curve of the other measure."""
        hits = self.state.measure == "nats"
        self.state = replace(self.state, measure="recall_at_3" if hits else "nats")

    @on(Button.Pressed, "#learning-switch")
    def action_learning(self) -> None:
        """Turn learning on or off; the screen on which one types hears of it, for it says so too."""
        self._cleared()
        self._desk.conversation.toggle("learning")
        self._change({})

    @on(Button.Pressed, "#background")
    def action_background(self) -> None:
        """Allow or forbid that a run begins unasked."""
        seen = self._cleared()
        if seen is not None:
            self._change({"background_learning": not seen.settings.background_learning})

    def action_plan(self) -> None:
        """Choose the next plan."""
        seen = self._cleared()
        if seen is not None:
            self._change({"learn_plan": learning_view.next_plan(seen)})

    @on(Button.Pressed, ".plan")
    def _choose_plan(self, event: Button.Pressed) -> None:
        self._cleared()
        self._change({"learn_plan": str(event.button.id).removeprefix("plan-")})

    def action_minutes(self) -> None:
        """Go to where the minutes are written."""
        self.query_one("#minutes").focus()

    @on(Input.Submitted, "#minutes")
    def _choose_minutes(self, event: Input.Submitted) -> None:
        self._cleared()
        if event.value.strip().isdecimal():
            self._change({"learn_minutes": int(event.value)})
        else:
            event.input.value = self.view.minutes
        self.query_one("#learning-body").focus()

    @work()
    async def _change(self, changes: Mapping[str, Any]) -> None:
        """Change settings on the engine's thread, behind what was asked for before; then look what holds."""
        part = learning_part(self._desk.profile)

        def change() -> None:
            if changes:
                part.set(**changes)

        try:
            await asyncio.wrap_future(self._desk.run(change))
        except Exception as error:  # noqa: BLE001 - told in the room, as every refusal
            self._refuse(error)
            self.query_one("#minutes", Input).value = self.view.minutes
        self._look()

    def _cleared(self) -> Snapshot | None:
        """Take away the last refusal: something else is asked for."""
        self._desk.runs.audits.refusal = ""
        self.state = replace(self.state, refusal="")
        return self.state.snapshot
