"""Keys from the config file in the running app: the new one works, the old one does not, all show the new one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from scripted import ScriptedOpener
from scripted_sharing import ScriptedShares, ScriptedSharingOpener
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from hushkey.tui.app import HushkeyApp
from hushkey.tui.preferences import parsed, read
from hushkey.tui.rooms import ROOMS
from hushkey.tui.screens.consent import ConsentScreen
from hushkey.tui.screens.help import HelpScreen
from hushkey.tui.screens.sharing import SharingScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.why import WhyScreen
from hushkey.tui.widgets.editor import GhostEditor
from hushkey.tui.widgets.room_bar import Door, RoomBar


@asynccontextmanager
async def running(
    config: str = "", *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[HushkeyApp, Pilot[None]]]:
    shares = ScriptedSharingOpener(ScriptedShares(), begun=False)
    app = HushkeyApp(ScriptedOpener(), shares, preferences=parsed(config))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.typing.begun and app._sharing is not None)
        await pilot.pause()
        yield app, pilot
    app.finish()


async def until(pilot: Pilot[None], holds: object) -> None:
    assert callable(holds)
    for _ in range(500):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    pytest.fail("waited in vain")


async def typed(app: HushkeyApp, pilot: Pilot[None], text: str) -> GhostEditor:
    await pilot.press(*text)
    editor = app.typing.editor
    await until(pilot, lambda: editor.offer.asked == editor.before and editor.offer.suggestions)
    return editor


def footer(app: HushkeyApp) -> dict[str, str]:
    return {key.description: key.key_display for key in app.screen.query(FooterKey)}


# A key that was changed --------------------------------------------------------------------------


async def test_a_key_that_was_changed_works_and_the_old_one_does_not() -> None:
    async with running('[keys]\nprivate = "f12"\n') as (app, pilot):
        await pilot.press("f8")
        assert not app.typing.status.private
        await pilot.press("f12")
        assert app.typing.status.private


async def test_the_footer_shows_the_key_that_was_changed_in_its_old_place() -> None:
    async with running() as (app, pilot):
        before = footer(app)
    async with running('[keys]\nprivate = "ctrl+g"\nforget = "f11"\n') as (app, pilot):
        after = footer(app)
        assert (after["Private"], after["Forget"]) == ("^G", "F11")
        assert [*after] == [*before]
        await pilot.click(
            next(k for k in app.screen.query(FooterKey) if k.description == "Private")
        )
        assert app.typing.status.private


async def test_right_still_moves_where_another_key_accepts() -> None:
    async with running('[keys]\naccept = "ctrl+g"\n') as (app, pilot):
        editor = await typed(app, pilot, "see you tom")
        await pilot.press("left", "right", "right")
        assert editor.text == "see you tom"
        await typed(app, pilot, "o")
        await pilot.press("ctrl+g")
        assert editor.text == "see you tomorrow "


async def test_tab_is_a_tab_where_another_key_accepts_the_first() -> None:
    async with running('[keys]\naccept_first = "ctrl+g"\n') as (app, pilot):
        editor = await typed(app, pilot, "see you tom")
        await pilot.press("tab")
        assert editor.text == "see you tom\t"
        await typed(app, pilot, " tom")
        await pilot.press("ctrl+g")
        assert editor.text == "see you tom\t tomorrow "


async def test_tab_may_be_one_of_several_keys_that_accept() -> None:
    async with running('[keys]\naccept_first = ["tab", "ctrl+g"]\n') as (app, pilot):
        editor = await typed(app, pilot, "see you tom")
        await pilot.press("tab")
        assert editor.text == "see you tomorrow "


async def test_keys_that_change_places_do_each_others_work() -> None:
    async with running('[keys]\nwhy = "f8"\nprivate = "f5"\n') as (app, pilot):
        await typed(app, pilot, "see you tom")
        await pilot.press("f8")
        assert isinstance(app.screen, WhyScreen)
        await pilot.press("f8")  # which closes its card too
        assert app.screen is app.typing
        await pilot.press("f5")
        assert app.typing.status.private


async def test_a_key_of_the_text_itself_can_be_changed() -> None:
    async with running('[keys]\nundo = "ctrl+u"\ndelete_to_line_start = "ctrl+z"\n') as (
        app,
        pilot,
    ):
        await pilot.press(*"one two")
        await pilot.press("ctrl+z")
        assert app.typing.editor.text == ""
        await pilot.press("ctrl+u")
        assert app.typing.editor.text == "one two"


async def test_a_room_and_the_help_open_by_the_keys_that_were_chosen() -> None:
    async with running('[keys]\nsharing = "f11"\nhelp = "f12"\nsharing_terms = "x"\n') as (
        app,
        pilot,
    ):
        await pilot.press("f10")
        await pilot.pause(0.05)
        assert app.screen is app.typing
        await pilot.press("f11")
        await until(pilot, lambda: isinstance(app.screen, SharingScreen))
        assert footer(app)["Terms"] == "x"
        await pilot.press("f12")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("f12", "f11")
        assert app.screen is app.typing


async def test_what_is_wrong_in_the_file_is_said_at_the_start_and_the_rest_of_it_holds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nprivate = "f12"\nwhy = "f12"\nlern = "f3"\n', encoding="utf-8")
    app = HushkeyApp(ScriptedOpener(), preferences=read(path), config=path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app._notifications)
        (told,) = app._notifications
        assert told.title == "In the config file"
        assert "lern" in told.message
        assert "1 more: hushkey doctor" in told.message
        await pilot.press("f12")
        assert app.typing.status.private
        await typed(app, pilot, "see you tom")
        await pilot.press("f5")
        assert isinstance(app.screen, WhyScreen)
    app.finish()


async def test_a_file_that_is_no_toml_leaves_all_keys_as_shipped() -> None:
    async with running("[keys") as (app, pilot):
        await pilot.press("f8")
        assert app.typing.status.private
        assert "not TOML" in next(iter(app._notifications)).message


# The palette, and the mouse ----------------------------------------------------------------------


async def test_the_palette_lists_every_action_of_the_screen_with_its_key() -> None:
    async with running('[keys]\nprivate = "f12"\n') as (app, pilot):
        listed = {each.title: each for each in app.get_system_commands(app.screen)}
        ids = {b.binding.id for b in app.screen.active_bindings.values() if b.binding.id}
        assert len(ids) > 40
        assert listed["Private mode"].help == "Nothing is kept · F12"
        assert listed["Private mode"].discover
        assert not listed[
            "Cursor to the start of the line"
        ].discover  # found where it is searched for
        for each in ("Learned", "Learning", "Privacy", "Sharing", "Help", "Quit", "Pause", "Undo"):
            assert each in listed
        listed["Private mode"].callback()
        await until(pilot, lambda: app.typing.status.private)


async def test_the_palette_of_a_room_lists_that_rooms_actions() -> None:
    async with running() as (app, pilot):
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SharingScreen))
        listed = {each.title for each in app.get_system_commands(app.screen)}
        assert {"The terms as they are offered now", "Learned", "Theme: paper"} <= listed
        assert "Private mode" not in listed


async def test_every_key_of_the_footer_can_be_clicked() -> None:
    async with running(size=(160, 30)) as (app, pilot):
        await typed(app, pilot, "see you tom")
        keys = list(app.screen.query(FooterKey))
        assert len(keys) >= 8
        assert all(app.screen.region.contains_region(key.region) for key in keys)
        for name, holds in {
            "Help": lambda: isinstance(app.screen, HelpScreen),
            "Why?": lambda: isinstance(app.screen, WhyScreen),
            "Private": lambda: app.typing.status.private,
            "Accept": lambda: app.typing.editor.text == "see you tomorrow ",
        }.items():
            key = next(k for k in app.typing.query(FooterKey) if k.description == name)
            await pilot.click(key)
            await until(pilot, holds)
            if app.screen is not app.typing:
                await pilot.press("escape")


async def test_at_sixty_columns_the_footer_has_the_keys_that_matter_most() -> None:
    async with running(size=(60, 24)) as (app, _):
        shown = [
            key.description
            for key in app.screen.query(FooterKey)
            if app.screen.region.contains_region(key.region)
        ]
        assert set(shown[:5]) == {"Help", "Accept", "Why?", "Private", "Quit"}


# The rooms ---------------------------------------------------------------------------------------


ALL = (*((room.name, room.key) for room in ROOMS), ("sharing", "f10"))


def here(app: HushkeyApp) -> str:
    return app.screen.id or ("sharing" if isinstance(app.screen, SharingScreen) else "")


async def test_the_rooms_open_from_each_other_and_one_lies_above_the_typing_screen() -> None:
    async with running() as (app, pilot):
        for name, key in (*ALL, *ALL, *ALL[-2::-1], ALL[-1]):
            await pilot.press(key)
            await until(pilot, lambda name=name: here(app) == name)
            assert app.screen_stack[-2] is app.typing
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.typing)


@pytest.mark.parametrize("columns", [60, 100])
async def test_the_bar_of_each_room_names_them_all_marks_it_and_leads_on_by_a_click(
    columns: int,
) -> None:
    async with running(size=(columns, 30)) as (app, pilot):
        names = [name for name, _ in ALL]
        await pilot.press("ctrl+l")
        for name, following in zip(names, [*names[1:], "type"], strict=True):
            await until(pilot, lambda name=name: here(app) == name)
            bar = app.screen.query_one(RoomBar)
            doors = {str(door.render()).split()[0].lower(): door for door in bar.query(Door)}
            assert [*doors] == ["type", *(f"▸{n}" if n == name else n for n in names)]
            assert all(bar.content_region.contains_region(door.region) for door in doors.values())
            await pilot.click(doors[f"▸{name}"])
            assert here(app) == name
            await pilot.click(doors[following])
        await until(pilot, lambda: app.screen is app.typing)


async def test_the_bar_has_the_keys_that_were_chosen() -> None:
    async with running('[keys]\nlearned = "f11"\n') as (app, pilot):
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SharingScreen))
        await until(pilot, lambda: len(app.screen.query(Door)) == 5)
        assert "F11" in {str(door.render()).split()[-1] for door in app.screen.query(Door)}


async def test_no_room_opens_from_under_a_question() -> None:
    async with running() as (app, pilot):
        app.typing.action_unlearn()
        await pilot.pause()
        await pilot.press("ctrl+l", "f10")
        await pilot.pause(0.1)
        assert isinstance(app.screen, UnlearnScreen)


async def test_help_opens_in_sharing_and_above_its_terms() -> None:
    async with running() as (app, pilot):
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SharingScreen))
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        assert "The terms as they are offered now" in repr(app.screen._said)
        await pilot.press("f1")
        assert isinstance(app.screen, SharingScreen)
        app.push_screen(ConsentScreen(()))
        await pilot.pause()
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        assert "No, leave it" in repr(app.screen._said)
        await pilot.press("escape")
        assert isinstance(app.screen, ConsentScreen)
