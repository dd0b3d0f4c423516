"""Pictures of the room of learned words and its cards at 60, 100 and 160 columns.

After a wished change: pytest --snapshot-update.
"""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from own_profile import LINES, OwnOpener
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from hushkey.model.base import Base
from hushkey.tui.app import HushkeyApp
from hushkey.tui.screens.add_word import AddWordScreen
from hushkey.tui.screens.forget import ForgetScreen
from hushkey.tui.screens.learned import LearnedScreen
from hushkey.tui.screens.review import ReviewScreen
from hushkey.tui.screens.why import WhyScreen

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


def app(base: Base, *, empty: bool = False) -> HushkeyApp:
    opener = OwnOpener(base, () if empty else LINES)
    if not empty:
        opener.profile.block("the")
        opener.profile.vouch_for("Wurblek")
    opener.profile.words_to_review = lambda _now: 0  # type: ignore[method-assign]  # no notice over the picture
    return HushkeyApp(opener)


def room(*keys: str, screen: type[Screen[object]] = LearnedScreen) -> Play:
    """Return what to do before the picture: the room, the keys, no blinking."""

    async def play(pilot: Pilot[None]) -> None:
        shown = pilot.app
        assert isinstance(shown, HushkeyApp)
        while not shown.typing.begun:
            await pilot.pause(0.01)
        await pilot.press("ctrl+l")
        while not isinstance(shown.screen, LearnedScreen) or shown.screen.state.words is None:
            await pilot.pause(0.01)
        for field in shown.screen.query(Input):
            field.cursor_blink = False
        await pilot.press(*keys)
        while not isinstance(shown.screen, screen) or shown.screen.focused is None:
            await pilot.pause(0.01)
        for field in shown.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return play


@SIZES
def test_the_room_of_learned_words(snap_compare, tiny_base: Base, columns: int) -> None:
    assert snap_compare(app(tiny_base), terminal_size=(columns, 26), run_before=room("down"))


@SIZES
def test_the_room_before_anything_was_learned(snap_compare, tiny_base: Base, columns: int) -> None:
    shown = app(tiny_base, empty=True)
    assert snap_compare(shown, terminal_size=(columns, 24), run_before=room())


@SIZES
def test_a_search_in_the_room(snap_compare, tiny_base: Base, columns: int) -> None:
    play = room("slash", *"ex")
    assert snap_compare(app(tiny_base), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_question_before_a_word_is_forgotten(
    snap_compare, tiny_base: Base, columns: int
) -> None:
    play = room("d", screen=ForgetScreen)
    assert snap_compare(app(tiny_base), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_a_word_added_by_hand(snap_compare, tiny_base: Base, columns: int) -> None:
    play = room("a", screen=AddWordScreen)
    assert snap_compare(app(tiny_base), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_weekly_review(snap_compare, tiny_base: Base, columns: int) -> None:
    play = room("r", screen=ReviewScreen)
    assert snap_compare(app(tiny_base), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_why_with_when_and_where(snap_compare, tiny_base: Base, columns: int) -> None:
    shown = app(tiny_base)

    async def play(pilot: Pilot[None]) -> None:
        shown.typing.editor.cursor_blink = False
        while not shown.typing.begun:
            await pilot.pause(0.01)
        await pilot.press(*"to Zorb")
        while shown.typing.editor.offer.asked != "to Zorb":
            await pilot.pause(0.01)
        await pilot.press("f5")
        while not isinstance(shown.screen, WhyScreen):
            await pilot.pause(0.01)
        while "wrote" not in str(shown.screen.query_one("#yours", Static).render()).split()[1:2]:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(shown, terminal_size=(columns, 26), run_before=play)
