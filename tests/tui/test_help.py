"""The help is read off the live bindings: of what has the focus, of the screen, and everywhere."""

from pathlib import Path
from typing import ClassVar

import pytest
from scripted import ScriptedOpener
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, DataTable, Input, Static

from hushkey.tui.actions import BY_ID
from hushkey.tui.app import HushkeyApp
from hushkey.tui.help_view import HelpSection, sections
from hushkey.tui.keymap import Keymap, resolve
from hushkey.tui.opening import Survey
from hushkey.tui.preferences import Preferences
from hushkey.tui.screens.help import HelpScreen
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.widgets.editor import GhostEditor


async def started(pilot: Pilot[None]) -> HushkeyApp:
    app = pilot.app
    assert isinstance(app, HushkeyApp)
    while not app.typing.begun:
        await pilot.pause(0.01)
    return app


def said(app: App[None]) -> tuple[HelpSection, ...]:
    assert isinstance(app.screen, HelpScreen)
    return app.screen._said


def keys(section: HelpSection) -> set[str]:
    return {key for listed, _ in section.rows for key in listed.split(", ")}


async def test_where_one_types_the_text_comes_first_then_the_screen_then_everywhere() -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await started(pilot)
        await pilot.press("f1")
        told = said(app)
        assert [s.title for s in told] == [
            "The text",
            "This screen",
            "Everywhere",
            "Moving and editing",
        ]
        assert told[0].note == GhostEditor.HELP
        assert ("Right, Ctrl+F", "Accept the grey text, at the end of a line") in told[0].rows
        assert ("F8", "Private mode: nothing is kept") in told[1].rows
        assert {"F1", "Ctrl+P", "Ctrl+Q", "F10"} <= keys(told[2])
    app.finish()


async def test_the_help_tells_of_every_key_that_screen_text_and_app_bind() -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await started(pilot)
        ids = {
            binding.id
            for owner in (GhostEditor, TypingScreen, HushkeyApp)
            for binding in owner.BINDINGS
            if isinstance(binding, Binding) and binding.id is not None
        }
        bound = app.screen.active_bindings.values()
        assert ids == {each.binding.id for each in bound if each.binding.id} | {"cursor_right"}
        await pilot.press("f1")
        told = {does for section in said(app) for _, does in section.rows}
        assert told == {BY_ID[name].does for name in ids - {"cursor_right"}}
    app.finish()


async def test_a_key_of_the_config_file_stands_in_the_help_as_it_is_pressed() -> None:
    chosen = Preferences(keymap=resolve({"private": "f12", "accept": "ctrl+g"}))
    async with HushkeyApp(ScriptedOpener(), preferences=chosen).run_test() as pilot:
        app = await started(pilot)
        await pilot.press("f1")
        text, screen, *_ = said(app)
        assert ("F12", "Private mode: nothing is kept") in screen.rows
        assert "F8" not in keys(screen)
        assert ("Ctrl+G", "Accept the grey text, at the end of a line") in text.rows
        assert "Ctrl+F" not in keys(text)
    app.finish()


@pytest.mark.parametrize("closing", ["f1", "escape", "enter", "q"])
async def test_the_key_that_opens_the_help_closes_it_too(closing: str) -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await started(pilot)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press(closing)
        assert app.screen is app.typing
    app.finish()


async def test_the_help_opens_above_a_question_and_says_which_button_is_marked() -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await started(pilot)
        app.typing.action_unlearn()
        await pilot.pause()
        await pilot.press("f1")
        here, card, everywhere = said(app)
        assert here.title == "The button “Leave it”"
        assert here.rows == (("Enter", "Press it"),)
        assert (card.title, keys(card)) == (
            "This card",
            {"Esc", "Tab", "Shift+Tab", "Ctrl+C", "Super+C"},
        )
        assert keys(everywhere) == {"F1", "Ctrl+P", "Ctrl+Q"}  # no room opens under a question
        await pilot.press("ctrl+l", "f1")
        assert isinstance(app.screen, UnlearnScreen)
    app.finish()


async def test_the_help_names_a_field_and_never_what_was_typed_in_it() -> None:
    locked = ScriptedOpener(
        first=Survey(Path("/home/ada"), False, "passphrase", asks_passphrase=True),
        passphrase="open sesame",
    )
    async with HushkeyApp(locked).run_test() as pilot:
        app = pilot.app
        while not isinstance(app.screen, UnlockScreen) or app.screen.focused is None:
            await pilot.pause(0.01)
        await pilot.press(*"sesame", "f1")
        assert said(app)[0].title == "The field “Passphrase”"
        assert "sesame" not in repr(said(app))
        await pilot.press("f1", *"x")
        assert app.screen.query_one(Input).value == "sesamex"
    app.finish()


class Room(Screen[None]):
    """A room of another's making: bindings with descriptions, a widget with a HELP."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "forget", "Forget the word"),
        ("escape", "dismiss", "Back"),
    ]

    class Words(DataTable[str]):
        HELP = "Every word that only you use."
        BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "sort", "Sort")]

    def compose(self) -> ComposeResult:
        yield self.Words()
        yield Static("no keys here")


class Card(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Button("Yes")


async def test_the_help_needs_no_more_of_a_screen_than_its_bindings() -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await started(pilot)
        await app.push_screen(Room())
        await pilot.press("f1")
        words, screen, everywhere = said(app)
        assert (words.title, words.note) == ("A table", "Every word that only you use.")
        assert ("s", "Sort") in words.rows
        assert {("f", "Forget the word"), ("Esc", "Back")} <= set(screen.rows)
        assert "F1" in keys(everywhere)
    app.finish()


async def test_without_a_focus_the_help_says_so() -> None:
    async with App[None]().run_test() as pilot:
        first, *_ = sections(pilot.app.screen, Keymap())
        assert first.title in {"This screen", "Everywhere"}
        await pilot.app.push_screen(Card())
        assert sections(pilot.app.screen, Keymap())[0].title == "The button “Yes”"
