"""Pictures of the learning room at 60, 100 and 160 columns. After a wished change: pytest --snapshot-update."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from scripted import ScriptedOpener
from scripted_learning import QUIET, LearningProfile, with_runs
from textual.pilot import Pilot
from textual.widgets import Input

from hushkey.tui import learning_port
from hushkey.tui.app import HushkeyApp
from hushkey.tui.screens.learning import LearningScreen

SIZES = pytest.mark.parametrize("columns", [60, 100, 160])
Play = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are told as those of where one is; the machine is as busy as the test says."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(learning_port, "look_at_machine", lambda: QUIET)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def scene(*keys: str, says: str = "", down: int = 0) -> Play:
    """Return what to do before the picture: the room, the keys, what is waited for, how far it is scrolled."""

    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, HushkeyApp)
        while not app.typing.begun:
            await pilot.pause(0.01)
        await pilot.press("ctrl+r")
        while not isinstance(app.screen, LearningScreen) or app.screen.state.snapshot is None:
            await pilot.pause(0.01)
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.press(*keys)
        while says not in app.screen.view.doing:
            await pilot.pause(0.01)
        app.screen.query_one("#learning-body").scroll_to(y=down, animate=False)
        await pilot.pause(0.1)

    return play


@SIZES
def test_without_runs(snap_compare, columns: int) -> None:
    app = HushkeyApp(ScriptedOpener(LearningProfile()))
    assert snap_compare(app, terminal_size=(columns, 40), run_before=scene())


@SIZES
def test_runs_their_curve_and_their_memory(snap_compare, columns: int) -> None:
    app = HushkeyApp(ScriptedOpener(with_runs()))
    assert snap_compare(app, terminal_size=(columns, 44), run_before=scene())


@SIZES
def test_when_it_may_run_and_the_last_audit(snap_compare, columns: int) -> None:
    app = HushkeyApp(ScriptedOpener(with_runs()))
    assert snap_compare(app, terminal_size=(columns, 44), run_before=scene(down=1000))


@SIZES
def test_a_run_under_way(snap_compare, columns: int) -> None:
    profile = with_runs()
    profile.learn_gate.clear()
    app = HushkeyApp(ScriptedOpener(profile))
    play = scene("n", says="33%")
    assert snap_compare(app, terminal_size=(columns, 24), run_before=play)
    app.finish()


def test_on_paper(snap_compare) -> None:
    app = HushkeyApp(ScriptedOpener(with_runs()))
    open_room = scene()

    async def play(pilot: Pilot[None]) -> None:
        await open_room(pilot)
        app.theme = "paper"
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=(100, 44), run_before=play)
