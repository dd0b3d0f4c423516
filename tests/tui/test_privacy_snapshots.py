"""Pictures of the privacy screen at 60, 100 and 160 columns. After a wished change: pytest --snapshot-update."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from scripted import ScriptedOpener
from scripted_privacy import EMPTY, ScriptedPrivacy
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from hushkey.tui.app import HushkeyApp
from hushkey.tui.screens.export import ExportScreen
from hushkey.tui.screens.privacy import PrivacyScreen
from hushkey.tui.screens.recovery_code import RecoveryCodeScreen
from hushkey.tui.screens.wipe import WipeScreen

SIZES = pytest.mark.parametrize("columns", [60, 100, 160])
Play = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days are told as those of where one is."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def scene(
    privacy: ScriptedPrivacy | None = None,
    *keys: str,
    screen: type[Screen[object]] = PrivacyScreen,
    theme: str = "",
) -> Play:
    """Return what to do before the picture: the room, the keys, no blinking."""

    async def play(pilot: Pilot[None]) -> None:
        shown = pilot.app
        assert isinstance(shown, HushkeyApp)
        while not shown.typing.begun:
            await pilot.pause(0.01)
        shown.theme = theme or shown.theme
        room = PrivacyScreen(shown.typing.desk, privacy or ScriptedPrivacy())
        await shown.push_screen(room)
        while room.state.snapshot is None:
            await pilot.pause(0.01)
        await pilot.pause()
        await pilot.press(*keys)
        while not isinstance(shown.screen, screen) or shown.screen.focused is None:
            await pilot.pause(0.01)
        while room.state.bounds is not None and room.state.expiring is None:
            await pilot.pause(0.01)
        for field in shown.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return play


def app() -> HushkeyApp:
    return HushkeyApp(ScriptedOpener())


@SIZES
def test_a_profile_of_months(snap_compare, columns: int) -> None:
    size = (columns, {60: 110, 100: 84, 160: 48}[columns])
    assert snap_compare(app(), terminal_size=size, run_before=scene())


@SIZES
def test_as_it_opens_in_a_usual_terminal(snap_compare, columns: int) -> None:
    assert snap_compare(app(), terminal_size=(columns, 30), run_before=scene())


def test_on_paper(snap_compare) -> None:
    play = scene(theme="paper")
    assert snap_compare(app(), terminal_size=(100, 40), run_before=play)


@SIZES
def test_before_anything_was_typed(snap_compare, columns: int) -> None:
    play = scene(ScriptedPrivacy(EMPTY))
    assert snap_compare(app(), terminal_size=(columns, 40), run_before=play)


@SIZES
def test_what_would_go_before_it_goes(snap_compare, columns: int) -> None:
    play = scene(None, "b", "backspace", "9", "0")
    assert snap_compare(app(), terminal_size=(columns, 40), run_before=play)


@SIZES
def test_the_question_for_an_export(snap_compare, columns: int) -> None:
    play = scene(None, "x", screen=ExportScreen)
    assert snap_compare(app(), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_question_for_a_wipe(snap_compare, columns: int) -> None:
    play = scene(None, "w", screen=WipeScreen)
    assert snap_compare(app(), terminal_size=(columns, 30), run_before=play)


@SIZES
def test_the_recovery_code(snap_compare, columns: int) -> None:
    play = scene(None, "c", "tab", "enter", screen=RecoveryCodeScreen)
    assert snap_compare(app(), terminal_size=(columns, 24), run_before=play)
