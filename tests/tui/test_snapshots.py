"""Pictures of the screens at 60, 100 and 160 columns. After a wished change: pytest --snapshot-update."""

from pathlib import Path

import pytest
from scripted import ScriptedOpener
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import Survey
from hushkey.tui.preferences import Preferences
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.welcome import WelcomeScreen

SIZES = pytest.mark.parametrize("columns", [60, 100, 160])
HOME = Path("/home/ada/.local/share/hushkey")


def questions(*keys: str, screen: type[Screen[object]]):
    """Return what to do before the picture of a question: the keys, the screen, no blinking."""

    async def play(pilot: Pilot[None]) -> None:
        while not isinstance(pilot.app.screen, WelcomeScreen) or pilot.app.screen.focused is None:
            await pilot.pause(0.01)
        await pilot.press(*keys)
        while not isinstance(pilot.app.screen, screen) or pilot.app.screen.focused is None:
            await pilot.pause(0.01)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return play


def scene(*keys: str, asked: str):
    """Return what to do before the picture: no blinking, the keys, the answer to the last one."""

    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, HushkeyApp)
        app.typing.editor.cursor_blink = False
        while not app.typing.begun:
            await pilot.pause(0.01)
        await pilot.press(*keys)
        while app.typing.editor.offer.asked != asked or not app.typing.editor.offer.suggestions:
            await pilot.pause(0.01)
        await pilot.pause()

    return play


TYPED = (*"see you tom", "tab", *"at noon", "enter", *"in ten m")


@SIZES
def test_the_typing_screen(snap_compare, columns: int) -> None:
    play = scene(*TYPED, asked="in ten m")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 30), run_before=play)


@SIZES
def test_a_correction_on_offer(snap_compare, columns: int) -> None:
    play = scene(*"in teh", asked="in teh")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_a_phrase_behind_the_first_word_and_an_emoji(snap_compare, columns: int) -> None:
    opener = ScriptedOpener()
    opener.profile.set(emoji=True)
    app = HushkeyApp(opener)
    typed = scene(*"at the party ", asked="at the party ")

    async def play(pilot: Pilot[None]) -> None:
        await typed(pilot)
        while app.typing.editor.offer.phrase is None:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(app, terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_typing_screen_in_private_mode(snap_compare, columns: int) -> None:
    play = scene(*TYPED, "f8", asked="in ten m")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_a_learning_run_under_way(snap_compare, columns: int) -> None:
    opener = ScriptedOpener()
    opener.profile.learn_gate.clear()
    app = HushkeyApp(opener)
    begin = scene(*TYPED, "f9", asked="in ten m")

    async def play(pilot: Pilot[None]) -> None:
        await begin(pilot)
        while not app.typing.status.learning.share:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(app, terminal_size=(columns, 24), run_before=play)
    app.finish()


@SIZES
def test_the_question_before_the_last_minutes_are_unlearned(snap_compare, columns: int) -> None:
    app = HushkeyApp(ScriptedOpener())
    begin = scene(*TYPED, asked="in ten m")

    async def play(pilot: Pilot[None]) -> None:
        await begin(pilot)
        app.typing.action_unlearn()
        while not isinstance(app.screen, UnlearnScreen) or app.screen.focused is None:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(app, terminal_size=(columns, 24), run_before=play)
    app.finish()


@SIZES
def test_the_first_screen(snap_compare, columns: int) -> None:
    opener = ScriptedOpener(first=Survey(HOME, first_run=True, key_place="keyring"))
    play = questions(screen=WelcomeScreen)
    assert snap_compare(HushkeyApp(opener), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_choice_of_where_the_key_lies(snap_compare, columns: int) -> None:
    opener = ScriptedOpener(first=Survey(HOME, first_run=True, key_place=None))
    play = questions("enter", screen=KeyChoiceScreen)
    assert snap_compare(HushkeyApp(opener), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_why_this_word(snap_compare, columns: int) -> None:
    play = scene(*TYPED, "f5", asked="in ten m")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 24), run_before=play)


@SIZES
def test_help(snap_compare, columns: int) -> None:
    play = scene("f1", asked="")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 30), run_before=play)


@SIZES
def test_the_typing_screen_in_high_contrast(snap_compare, columns: int) -> None:
    play = scene(*TYPED, asked="in ten m")
    app = HushkeyApp(ScriptedOpener(), preferences=Preferences(theme="contrast"))
    assert snap_compare(app, terminal_size=(columns, 24), run_before=play)


@SIZES
def test_the_typing_screen_without_colours(
    snap_compare, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    play = scene(*TYPED, asked="in ten m")
    assert snap_compare(HushkeyApp(ScriptedOpener()), terminal_size=(columns, 24), run_before=play)
