"""Pictures of the sharing screens at 60, 100 and 160 columns. After a wished change: pytest --snapshot-update."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from scripted import ScriptedOpener
from scripted_sharing import (
    MOVED,
    ON,
    RECEIPT,
    RECORDS,
    SUSPENDED,
    ScriptedShares,
    ScriptedSharingOpener,
)
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from hushkey.tui.app import HushkeyApp
from hushkey.tui.screens.consent import ConsentScreen
from hushkey.tui.screens.preview import PreviewScreen
from hushkey.tui.screens.sharing import SharingScreen

SIZES = pytest.mark.parametrize("columns", [60, 100, 160])
Play = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are told as those of where one is."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def app(shares: ScriptedShares) -> HushkeyApp:
    return HushkeyApp(ScriptedOpener(), ScriptedSharingOpener(shares, begun=False))


def on() -> ScriptedShares:
    return ScriptedShares(held=ON, found=[RECEIPT], records=RECORDS)


def scene(*keys: str, screen: type[Screen[object]] = SharingScreen, quiet: bool = True) -> Play:
    """Return what to do before the picture: the screen, the keys, nothing under way, no blinking."""

    async def play(pilot: Pilot[None]) -> None:
        shown = pilot.app
        assert isinstance(shown, HushkeyApp)
        while not shown.typing.begun:
            await pilot.pause(0.01)
        shown._sharing._reason_against = lambda _idle_s: "somebody typed a moment ago"
        await pilot.press("f10")
        while not isinstance(shown.screen, SharingScreen) or not shown.screen.state.snapshot:
            await pilot.pause(0.01)
        for field in shown.screen.query(Input):
            field.cursor_blink = False
        await pilot.press(*keys)
        while not isinstance(shown.screen, screen) or shown.screen.focused is None:
            await pilot.pause(0.01)
        while quiet and shown._sharing_screen.state.doing:
            await pilot.pause(0.01)
        await pilot.pause()

    return play


@SIZES
def test_sharing_before_anything_was_agreed_to(snap_compare, columns: int) -> None:
    size = (columns, 30)
    assert snap_compare(app(ScriptedShares()), terminal_size=size, run_before=scene())


@SIZES
def test_sharing_that_is_on(snap_compare, columns: int) -> None:
    assert snap_compare(app(on()), terminal_size=(columns, 44), run_before=scene())


@SIZES
def test_sharing_that_is_suspended_with_a_report_unconfirmed(snap_compare, columns: int) -> None:
    shares = ScriptedShares(held=SUSPENDED, records=RECORDS)
    assert snap_compare(app(shares), terminal_size=(columns, 40), run_before=scene())


@SIZES
def test_a_report_under_way(snap_compare, columns: int) -> None:
    shares = on()
    shares.gate.clear()
    shown = app(shares)
    begin = scene("n", quiet=False)

    async def play(pilot: Pilot[None]) -> None:
        await begin(pilot)
        while shown._sharing_screen.state.step is None:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(shown, terminal_size=(columns, 24), run_before=play)
    shown.finish()


@SIZES
def test_the_terms_after_a_change(snap_compare, columns: int) -> None:
    shares = ScriptedShares(held=SUSPENDED, terms=MOVED)
    play = scene("t", screen=ConsentScreen)
    assert snap_compare(app(shares), terminal_size=(columns, 40), run_before=play)


@SIZES
def test_a_preview(snap_compare, columns: int) -> None:
    play = scene("p", screen=PreviewScreen)
    assert snap_compare(app(on()), terminal_size=(columns, 44), run_before=play)
