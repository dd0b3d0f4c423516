"""The learning room, driven by keys and the mouse: over a scripted profile that keeps a real log."""

import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from scripted import ScriptedOpener
from scripted_learning import QUIET, RUNS, LearningProfile, with_runs
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Button, DataTable, Input, Static

from hushkey.keyboard.errors import HistoryBusy
from hushkey.tui import learning_port
from hushkey.tui.app import HushkeyApp
from hushkey.tui.audit_runs import AuditRuns
from hushkey.tui.screens.learning import LearningScreen
from hushkey.tui.theme import LOOKS
from hushkey.tui.widgets.plot import Canvas, PlotView

WAIT_S = 20.0


class Room:
    """A running app with its learning room open."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None], profile: LearningProfile) -> None:
        self.app, self.pilot, self.profile = app, pilot, profile

    @property
    def screen(self) -> LearningScreen:
        screen = self.app.screen
        assert isinstance(screen, LearningScreen)
        return screen

    @property
    def text(self) -> str:
        return "\n".join(str(each.render()) for each in self.app.screen.query(Static))

    def label(self, name: str) -> str:
        return str(self.screen.query_one(f"#{name}", Button).label)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                pytest.fail("waited in vain")
            await self.pilot.pause(0.02)
        await self.pilot.pause()

    async def until_says(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    async def enter(self) -> None:
        await self.press("ctrl+r")
        await self.until(lambda: isinstance(self.app.screen, LearningScreen))
        await self.until(lambda: self.screen.state.snapshot is not None)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of which it is known how busy it is."""
    monkeypatch.setattr(learning_port, "look_at_machine", lambda: QUIET)


@asynccontextmanager
async def room(
    profile: LearningProfile | None = None,
    *,
    size: tuple[int, int] = (100, 60),
    audit: Callable[..., None] | None = None,
) -> AsyncIterator[Room]:
    profile = profile or LearningProfile()
    app = HushkeyApp(ScriptedOpener(profile))
    async with app.run_test(size=size) as pilot:
        r = Room(app, pilot, profile)
        await r.until(lambda: app.typing.begun)
        if audit is not None and app.typing._runs is not None:
            app.typing._runs.audits = AuditRuns(profile, audit)
        await r.enter()
        yield r
        profile.learn_gate.set()
        profile.gate.set()
    app.finish()


# What it shows ------------------------------------------------------------------------------------


async def test_without_runs_there_is_no_table_and_no_plot_but_what_a_run_does() -> None:
    async with room() as r:
        assert not r.screen.query_one("#runs").display
        assert [canvas.display for canvas in r.screen.query(Canvas)] == [False, False]
        assert "No run yet. A run trains the personal adapter" in r.text
        assert "No run yet, so there is no curve." in r.text
        assert "No audit of this profile yet." in r.text


async def test_past_runs_are_rows_and_the_marked_one_is_a_sentence() -> None:
    async with room(with_runs()) as r:
        table = r.screen.query_one("#runs", DataTable)
        assert table.row_count == len(RUNS)
        assert "plan full: 3,600 words in 37.0 min" in r.text
        table.focus()
        await r.press("down", "down")
        assert "2,840 words in 1.2 min" in r.text


async def test_a_click_on_a_run_says_it() -> None:
    async with room(with_runs()) as r:
        await r.pilot.click("#runs", offset=(2, 4))
        await r.until_says("1,900 words in 47.5 s")
        assert "not better, so what was learned before stays." in r.text


async def test_plots_are_drawn_and_said_in_words_under_each() -> None:
    async with room(with_runs()) as r:
        for canvas in r.screen.query(Canvas):
            assert canvas.display
            assert "┤" in str(canvas.render())
        assert "went from 5.55 to 4.81 nats a word" in r.text
        assert "Training held at most 25 MB in the newest run" in r.text


async def test_m_draws_the_other_measure() -> None:
    async with room(with_runs()) as r:
        assert "Loss, nats a word" in r.text
        await r.press("m")
        await r.until_says("Next word in three, % of words")
        assert r.label("measure") == "Curve: hits"
        await r.pilot.click("#measure")
        await r.until_says("Loss, nats a word")


@pytest.mark.parametrize("columns", [60, 80, 95, 96, 100, 160, 200])
async def test_plots_stand_side_by_side_where_there_is_room_and_nothing_is_cut(
    columns: int,
) -> None:
    async with room(with_runs(), size=(columns, 40)) as r:
        first, second = (plot.region for plot in r.screen.query(PlotView))
        if columns >= 96:
            assert first.y == second.y
            assert first.right < second.x
        else:
            assert first.bottom <= second.y
        assert max(first.right, second.right) <= columns - 1
        for plot in r.screen.query(PlotView):
            assert plot.query_one(".plot-told").region.bottom < plot.region.bottom
        for button in r.screen.query(Button):
            assert button.region.right <= columns
            assert button.region.width >= len(str(button.label)) + 2
        table = r.screen.query_one("#runs", DataTable)
        assert table.virtual_size.width <= table.size.width


async def test_plots_take_the_colours_of_the_theme() -> None:
    async with room(with_runs()) as r:

        def colours() -> set[str]:
            text = r.screen.query(Canvas).first().render()
            spans = (str(span.style) for span in text.spans)  # type: ignore[union-attr]
            return {word for span in spans for word in span.split() if word.startswith("#")}

        for theme in [look.name for look in reversed(LOOKS)]:
            r.app.theme = theme
            await r.pilot.pause(0.1)
            variables = r.app.theme_variables
            names = ("primary", "foreground", "surface", "warning")
            assert colours() == {Color.parse(variables[name]).hex.lower() for name in names}, theme


async def test_without_colour_all_is_said_and_drawn_with_markers_that_differ(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with room(with_runs()) as r:
        curve, memory = (str(canvas.render()) for canvas in r.screen.query(Canvas))
        assert all(marker in curve for marker in "ox●")
        assert all(marker in memory for marker in "█━")
        assert "o without it   x not kept   ● kept" in r.text
        assert r.label("plan-small") == "● small"
        assert "yes" in r.text


async def test_what_an_owner_called_a_plan_is_no_markup() -> None:
    profile = LearningProfile()
    named = {**RUNS[2].report, "plan": "[red]mine[/"}
    profile.history.learn_runs.append(named, at=RUNS[2].at)
    async with room(profile) as r:
        assert "plan [red]mine[/: 1,210 words" in r.text
        assert str(r.screen.query_one("#runs", DataTable).get_cell_at((0, 3))) == "[red]mine[/"  # type: ignore[arg-type]


# Runs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["n", "f9"])
async def test_a_run_is_begun_shown_with_the_time_left_and_becomes_a_row(key: str) -> None:
    profile = LearningProfile()
    profile.learn_gate.clear()
    async with room(profile) as r:
        await r.press(key)
        await r.until_says("learning ▇▇▇▇········ 33% · about 8 s left")
        assert "step 1 of 3 · loss of the batch 5.00 nats" in r.text
        assert "a run is under way" in r.text
        assert r.label("learn") == "Stop learning"
        profile.learn_gate.set()
        await r.until(lambda: r.screen.query_one("#runs", DataTable).row_count == 1)
        await r.until_says("nothing is under way")
        assert "1,200 words in 3.0 s" in r.text
        assert r.label("learn") == "Learn now"


async def test_a_run_is_stopped_by_its_button_and_leaves_no_row() -> None:
    profile = LearningProfile()
    profile.learn_gate.clear()
    async with room(profile) as r:
        await r.pilot.click("#learn")
        await r.until(lambda: r.label("learn") == "Stop learning")
        await r.pilot.click("#learn")
        await r.until_says("nothing is under way")
        assert profile.history.learn_runs.runs() == []


async def test_a_run_that_was_begun_elsewhere_is_shown_when_the_room_opens() -> None:
    profile = LearningProfile()
    profile.learn_gate.clear()
    async with room(profile) as r:
        await r.press("escape")
        await r.until(lambda: r.app.screen is r.app.typing)
        await r.press("f9")
        await r.enter()
        await r.until_says("about 8 s left")


async def test_why_a_run_was_refused_is_told_in_the_room() -> None:
    profile = LearningProfile()
    profile.learn_error = HistoryBusy("another process holds it; try again")
    async with room(profile) as r:
        await r.press("n")
        await r.until(lambda: bool(r.app._notifications))
        assert [note.message for note in r.app._notifications] == [
            "another process holds it; try again"
        ]


# When it may run ----------------------------------------------------------------------------------


async def test_unasked_learning_is_switched_by_key_and_by_mouse() -> None:
    async with room() as r:
        await r.press("b")
        await r.until(lambda: r.label("background") == "Unasked: off")
        assert r.profile.set_to == [{"background_learning": False}]
        await r.until_says("no run begins unasked now: learning unasked is off, and 2 more")
        await r.pilot.click("#background")
        await r.until(lambda: r.label("background") == "Unasked: on")


async def test_learning_is_switched_and_where_one_types_it_says_so() -> None:
    async with room() as r:
        await r.press("l")
        await r.until(lambda: r.label("learning-switch") == "Learning: off")
        await r.until_says("paused · nothing is kept")
        assert r.app.typing.status.paused
        await r.pilot.click("#learning-switch")
        await r.until(lambda: r.label("learning-switch") == "Learning: on")
        assert not r.app.typing.status.paused


async def test_plans_go_round_by_key_and_are_chosen_by_mouse() -> None:
    async with room() as r:
        await r.press("p")
        await r.until(lambda: r.label("plan-full") == "● full")
        await r.press("p")
        await r.until(lambda: r.label("plan-tiny") == "● tiny")
        await r.pilot.click("#plan-small")
        await r.until(lambda: r.label("plan-small") == "● small")
        assert [each["learn_plan"] for each in r.profile.set_to] == ["full", "tiny", "small"]
        assert "small trains lstm_bias, input, output" in r.text


async def test_minutes_are_written_and_one_that_cannot_be_is_refused_with_what_can() -> None:
    async with room() as r:
        await r.press("t")
        field = r.screen.query_one("#minutes", Input)
        assert r.app.focused is field
        await r.press(*["backspace"] * 4, *"90", "enter")
        await r.until_says("90 minutes a run")
        assert r.profile.settings.learn_minutes == 90
        await r.press("t", *["backspace"] * 4, *"2000", "enter")
        await r.until_says("learn_minutes must be a whole number from 1 to 1440")
        assert r.profile.settings.learn_minutes == 90
        assert field.value == "90"
        await r.press("p")
        await r.until(lambda: r.label("plan-full") == "● full")
        assert "must be a whole number" not in r.text


async def test_what_is_being_written_is_not_overwritten_by_a_look() -> None:
    async with room() as r:
        await r.press("t", *["backspace"] * 4, *"4")
        token = r.screen._token
        await r.until(lambda: r.screen._token > token and not r.screen._looking)
        assert r.screen.query_one("#minutes", Input).value == "4"


# Looking ------------------------------------------------------------------------------------------


async def test_a_late_look_never_takes_the_place_of_a_newer_one(monkeypatch) -> None:
    async with room() as r:
        gate, late = threading.Event(), threading.Event()
        real = learning_port.look

        def slow(profile, runs):
            seen = real(profile, runs)
            late.set()
            gate.wait(WAIT_S)
            return seen

        monkeypatch.setattr("hushkey.tui.screens.learning.look", slow)
        r.screen._look()
        await r.until(late.is_set)
        monkeypatch.setattr("hushkey.tui.screens.learning.look", real)
        await r.press("b")
        await r.until(lambda: r.label("background") == "Unasked: off")
        gate.set()
        await r.pilot.pause(0.1)
        assert r.label("background") == "Unasked: off"


async def test_keys_are_answered_while_the_history_is_busy(monkeypatch) -> None:
    async with room(with_runs()) as r:
        gate = threading.Event()
        monkeypatch.setattr(
            "hushkey.tui.screens.learning.look", lambda *_: gate.wait(WAIT_S) and None
        )
        r.screen._look()
        await r.press("m")
        await r.until_says("Next word in three, % of words")
        gate.set()


async def test_a_look_that_fails_is_told_without_what_was_typed(monkeypatch) -> None:
    def refuse(*_):
        raise RuntimeError("the heron sleeps")

    async with room() as r:
        monkeypatch.setattr("hushkey.tui.screens.learning.look", refuse)
        r.screen._look()
        await r.until_says("unexpected RuntimeError at test_learning_screen.py")
        assert "heron" not in r.text


async def test_escape_goes_back_and_the_footer_names_the_keys() -> None:
    async with room() as r:
        shown = {binding.binding.description for binding in r.screen.active_bindings.values()}
        assert {"Back", "Learn/stop", "Audit", "Unasked", "Plan", "Minutes", "Curve"} <= shown
        await r.press("escape")
        await r.until(lambda: r.app.screen is r.app.typing)


# The audit ----------------------------------------------------------------------------------------


class Audit:
    """An audit that waits at its gate, then keeps what an audit keeps."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate, self.error, self.stopped = threading.Event(), error, False

    def __call__(self, profile, on_progress, cancelled) -> None:
        on_progress("training", 1, 4)
        while not self.gate.wait(0.01):
            if cancelled():
                self.stopped = True
                raise InterruptedError
        if self.error is not None:
            raise self.error
        profile.history.settings.set("last_audit", with_runs().history.settings.get("last_audit"))


async def test_an_audit_is_begun_shown_and_told_when_it_ends() -> None:
    audit = Audit()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("auditing ▇▇▇········· 25% · training")
        assert r.label("audit") == "Stop the audit"
        audit.gate.set()
        await r.until_says("what would be shared cannot be told from chance")
        assert "21 of 21 made-up secrets came out whole" in r.text
        assert "What lowers it" in r.text


async def test_an_audit_is_stopped_by_the_same_key() -> None:
    audit = Audit()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("auditing ")
        await r.press("a")
        await r.until_says("nothing is under way")
        assert audit.stopped
        assert "No audit of this profile yet." in r.text


async def test_an_audit_goes_on_when_the_room_is_left_and_typing_with_it() -> None:
    audit = Audit()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("auditing ")
        await r.press("escape", *"see you tom")
        await r.until(lambda: r.app.typing.editor.offer.asked == "see you tom")
        assert not audit.stopped
        await r.enter()
        await r.until_says("auditing ")


async def test_why_an_audit_was_refused_is_told_until_something_else_is_asked_for() -> None:
    audit = Audit(HistoryBusy("an audit needs a history of 200 words"))
    audit.gate.set()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("an audit needs a history of 200 words")
        await r.press("b")
        await r.until(lambda: "200 words" not in r.text)


async def test_learning_and_an_audit_never_run_side_by_side() -> None:
    audit = Audit()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("auditing ")
        await r.press("n")
        await r.until(lambda: bool(r.app._notifications))
        assert "an audit is under way" in next(iter(r.app._notifications)).message
        assert r.label("learn") == "Learn now"


async def test_the_end_of_the_app_ends_an_audit() -> None:
    audit = Audit()
    async with room(audit=audit) as r:
        await r.press("a")
        await r.until_says("auditing ")
    assert audit.stopped
