"""The privacy screen, driven by keys and clicks: over a scripted privacy, and on a real profile."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from scripted import ScriptedOpener
from scripted_privacy import EMPTY, ScriptedPrivacy
from scripted_sharing import ScriptedSharingOpener
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Checkbox, Input, Static

from hushkey.keyboard.errors import KeyUnavailable, SettingRefused
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.portability.files import read_copy
from hushkey.keyboard.portability.merging import merge
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.recovery import key_from_code
from hushkey.model.base import Base
from hushkey.tui.app import WIPED, HushkeyApp
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.screens.export import ExportScreen
from hushkey.tui.screens.privacy import PrivacyScreen
from hushkey.tui.screens.recovery_code import RecoveryCodeScreen
from hushkey.tui.screens.sharing import SharingScreen
from hushkey.tui.screens.wipe import WipeScreen
from hushkey.tui.widgets.surface_list import SurfaceEntry

WAIT_S = 20.0
PASSPHRASE = "a pass phrase"


class Room:
    """A running app with its privacy screen open."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> PrivacyScreen:
        (screen,) = (each for each in self.app.screen_stack if isinstance(each, PrivacyScreen))
        return screen

    @property
    def text(self) -> str:
        """All that the screen in front says."""
        return "\n".join(str(each.render()) for each in self.app.screen.query(Static))

    def switch(self, surface: str, which: str) -> Checkbox:
        for entry in self.screen.query(SurfaceEntry):
            if str(entry.query_one(".surface-name", Static).render()) == surface:
                return entry.query_one(f".{which}", Checkbox)
        pytest.fail(f"no row for {surface}")

    def field(self, name: str) -> Input:
        return self.app.screen.query_one(f"#{name}", Input)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def turn(self, surface: str, which: str) -> None:
        self.switch(surface, which).focus()
        await self.press("enter")

    async def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                pytest.fail("waited in vain")
            await self.pilot.pause(0.02)
        await self.pilot.pause()

    async def until_says(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    async def until_shown(self, kind: type[Screen[Any]]) -> None:
        await self.until(
            lambda: isinstance(self.app.screen, kind) and bool(self.app.screen.focused)
        )


@asynccontextmanager
async def app_of(app: HushkeyApp, *, size: tuple[int, int] = (100, 50)) -> AsyncIterator[Room]:
    async with app.run_test(size=size) as pilot:
        room = Room(app, pilot)
        await room.until(lambda: app.typing.begun)
        yield room
    app.finish()


@asynccontextmanager
async def scripted(
    privacy: ScriptedPrivacy | None = None, *, size: tuple[int, int] = (100, 50)
) -> AsyncIterator[Room]:
    sharing = ScriptedSharingOpener(begun=False)
    async with app_of(HushkeyApp(ScriptedOpener(), sharing), size=size) as room:
        desk = room.app.typing.desk
        assert desk is not None
        await room.app.push_screen(PrivacyScreen(desk, privacy or ScriptedPrivacy()))
        await room.until(lambda: room.screen.state.snapshot is not None)
        yield room


# Surfaces ------------------------------------------------------------------------------------------


async def test_a_switch_turns_one_surface_and_shows_what_holds() -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        assert not room.switch("shell", "learns").value
        await room.turn("lsp", "learns")
        await room.turn("app", "suggests")
        await room.until(lambda: len(privacy.asked) == 2)
        assert privacy.asked == [("switch", "lsp", False, None), ("switch", "app", None, False)]
        held = room.screen.state.snapshot.settings
        assert (held.surfaces_off, held.surfaces_silent) == ("lsp,shell", "app,mail")


async def test_a_switch_turned_by_the_mouse_is_turned() -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy, size=(60, 30)) as room:
        await room.pilot.click(room.switch("app", "learns"))
        await room.until(lambda: privacy.asked == [("switch", "app", False, None)])
        await room.until(lambda: room.screen.state.snapshot.settings.surfaces_off == "app,shell")


async def test_a_switch_that_is_refused_stands_as_it_stood() -> None:
    privacy = ScriptedPrivacy(error=SettingRefused("the disk is full; nothing was changed"))
    async with scripted(privacy) as room:
        await room.turn("app", "learns")
        await room.until_says("the disk is full; nothing was changed")
        assert room.switch("app", "learns").value
        assert privacy.asked == []


async def test_of_two_turns_only_the_later_answer_counts() -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        await room.turn("app", "learns")
        await room.press("enter")
        await room.until(lambda: len(privacy.asked) == 2)
        assert room.switch("app", "learns").value
        assert room.screen.state.snapshot.settings.surfaces_off == "shell"


async def test_the_first_key_of_the_footer_goes_to_the_switches() -> None:
    async with scripted() as room:
        await room.press("s")
        assert room.app.focused is room.switch("app", "learns")


async def test_a_surface_that_has_no_name_for_the_settings_cannot_be_turned() -> None:
    async with scripted() as room:
        assert room.switch("My Chat", "learns").disabled


# How long lines are kept ---------------------------------------------------------------------------


async def test_nothing_is_set_before_it_was_told_what_goes_by_it() -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        assert room.screen.query_one("#keep", Button).disabled
        await room.press("b", "backspace", "9", "0")
        await room.until_says("1,204 lines would go at the next start")
        assert [asked for asked in privacy.asked if asked[0] == "keep"] == []
        await room.press("enter")
        await room.until_says("Set. At the next start 1,204 lines will go.")
        assert privacy.asked[-1] == ("keep", 90, 64)
        assert "Lines older than 90 days go" in room.text
        assert room.screen.query_one("#keep", Button).disabled


async def test_a_bound_that_a_setting_cannot_have_is_refused_in_words() -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        await room.press("b", "backspace", "x")
        await room.until_says("keep_days must be a whole number from 0 to 36,500"[:40])
        await room.press("enter")
        assert privacy.asked == []


# Export, recovery code -----------------------------------------------------------------------------


async def test_an_export_is_encrypted_unless_that_is_turned_off(tmp_path: Path) -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        await room.press("x")
        await room.until_shown(ExportScreen)
        room.field("path").value = str(tmp_path / "copy")
        await room.press("enter", "space")  # from the path to the form, which becomes an open one
        assert room.field("once").disabled
        await room.pilot.click("#export")
        await room.until_says("Wrote 13,257 lines")
        assert privacy.asked == [("export", tmp_path / "copy", False)]
        assert "it is not encrypted" in room.text


@pytest.mark.parametrize(
    ("path", "once", "again", "said"),
    [
        ("", "", "", "Name a file"),
        ("there", "x", "x", "such a file already"),
        ("no/folder", "x", "x", "folder is not there"),
        ("copy", "", "", "not empty"),
        ("copy", "one", "two", "not the same"),
    ],
)
async def test_an_export_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, path: str, once: str, again: str, said: str
) -> None:
    (tmp_path / "there").write_text("mine")
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        await room.press("x")
        await room.until_shown(ExportScreen)
        room.field("path").value = str(tmp_path / path) if path else ""
        room.field("once").value, room.field("again").value = once, again
        await room.pilot.click("#export")
        await room.until_says(said)
        await room.press("escape")
        assert privacy.asked == []
        assert list(bytes_under(tmp_path)) == ["there"]


async def test_the_recovery_code_shows_only_once_it_is_asked_for_and_goes_with_its_card() -> None:
    async with scripted() as room:
        await room.press("c")
        await room.until_shown(RecoveryCodeScreen)
        assert "HUSH1-" not in room.text
        await room.press("tab", "enter")
        await room.until_says("HUSH1-")
        await room.press("escape")
        assert "HUSH1-" not in room.text


async def test_a_recovery_code_of_a_wrapped_key_asks_for_its_passphrase() -> None:
    privacy = ScriptedPrivacy(EMPTY)
    async with scripted(privacy) as room:
        await room.press("c")
        await room.until_shown(RecoveryCodeScreen)
        assert room.app.focused is room.field("once")
        await room.press("x", "enter")
        await room.until_says("HUSH1-")
        assert privacy.asked == [("code", True)]


# Wipe ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [(), ("w", "i", "p"), ("y", "e", "s")])
async def test_nothing_but_the_typed_word_wipes(typed: tuple[str, ...]) -> None:
    privacy = ScriptedPrivacy()
    async with scripted(privacy) as room:
        await room.press("w")
        await room.until_shown(WipeScreen)
        await room.press(*typed, "enter")
        await room.pilot.click("#wipe")
        await room.pilot.pause()
        assert isinstance(room.app.screen, WipeScreen)
        await room.press("escape")
        assert privacy.asked == []
        assert room.app.is_running


async def test_a_wipe_whose_key_cannot_be_destroyed_says_so_and_the_app_goes_on() -> None:
    privacy = ScriptedPrivacy(error=KeyUnavailable("the keyring is not there; the record stays"))
    async with scripted(privacy) as room:
        await room.press("w")
        await room.until_shown(WipeScreen)
        await room.press(*"wipe", "enter")
        await room.until_says("the keyring is not there; the record stays")
        await room.press("escape")
        assert room.app.screen is room.app.typing


# Ways about ----------------------------------------------------------------------------------------


async def test_sharing_is_one_click_away_and_the_way_back_one_key() -> None:
    async with scripted() as room:
        assert "Sharing is off. Nothing leaves this machine." in room.text
        await room.pilot.click("#sharing")
        await room.until_shown(SharingScreen)
        await room.press("ctrl+o")
        await room.until_shown(PrivacyScreen)
        await room.press("escape")
        assert room.app.screen is room.app.typing


async def test_a_look_that_fails_is_told_in_one_line_without_what_it_held() -> None:
    class Broken(ScriptedPrivacy):
        def look(self) -> Any:
            raise RuntimeError("the heron sleeps")

    async with app_of(HushkeyApp(ScriptedOpener())) as room:
        desk = room.app.typing.desk
        await room.app.push_screen(PrivacyScreen(desk, Broken()))
        await room.until_says("RuntimeError")
        assert "heron" not in room.text


@pytest.mark.parametrize("columns", [60, 100, 160, 200])
async def test_every_line_fits_its_terminal(columns: int) -> None:
    async with scripted(size=(columns, 60)) as room:
        for widget in room.screen.query("Static, Button, Input, Checkbox"):
            assert widget.region.right <= columns, widget


# On a real profile ---------------------------------------------------------------------------------


class Opener:
    """Opens the same home again and again."""

    base: ClassVar[Base | None] = None

    def __init__(self, home: Path) -> None:
        self.home = home

    def survey(self) -> Survey:
        return Survey(self.home, False, "passphrase")

    def open(self, choice: KeyChoice) -> Profile:
        return open_profile(self.home, passphrase=Passphrase(PASSPHRASE), base=self.base)


@pytest.fixture(autouse=True)
def _small(tiny_base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small base suffices: nothing here is about what is suggested."""
    monkeypatch.setattr(Opener, "base", tiny_base)


@asynccontextmanager
async def real(home: Path, *, typed: tuple[str, ...] = ()) -> AsyncIterator[Room]:
    """Run the app, type lines, and open the room by its key."""
    async with app_of(HushkeyApp(Opener(home))) as room:
        for line in typed:
            await room.press(*line, "enter")
        await room.press("ctrl+o")
        await room.until_shown(PrivacyScreen)
        await room.until(lambda: room.screen.state.snapshot is not None)
        await look_again(room)
        yield room


async def look_again(room: Room) -> None:
    """Read what is stored once all that was typed is kept."""
    desk = room.app.typing.desk
    assert desk is not None
    desk.run(lambda: None).result(WAIT_S)
    before = room.screen.state.snapshot
    room.screen._look()
    await room.until(lambda: room.screen.state.snapshot is not before)


def bytes_under(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}


async def test_a_surface_switched_off_here_really_stops_learning_and_suggesting_there(
    tmp_path: Path,
) -> None:
    async with real(tmp_path) as room:
        profile = room.app._profile
        profile.commit("the heron sleeps", "shell")
        await room.turn("shell", "learns")
        await room.turn("shell", "suggests")
        await room.until(lambda: profile.settings.surfaces_silent == "shell")
        profile.commit("the heron wakes", "shell")
        profile.commit("the heron flies", "app")
        kept = [(entry.surface, entry.text) for entry in profile.history.entries()]
        assert kept == [("shell", "the heron sleeps"), ("app", "the heron flies")]
        assert profile.session("shell").suggest("the ") == []
        assert profile.session("app").suggest("the ") != []
        await room.turn("shell", "learns")
        await room.until(lambda: profile.settings.surfaces_off == "")
        profile.commit("the heron wakes", "shell")
        assert profile.history.count() == 3
    with Opener(tmp_path).open(KeyChoice()) as again:
        assert again.settings.surfaces_silent == "shell"


async def test_the_app_itself_can_be_switched_off_and_then_keeps_nothing(tmp_path: Path) -> None:
    async with real(tmp_path) as room:
        await room.turn("app", "learns")
        await room.until(lambda: room.app._profile.settings.surfaces_off == "app")
        await room.press("escape")
        await room.press(*"the heron sleeps", "enter")
    with Opener(tmp_path).open(KeyChoice()) as profile:
        assert profile.history.count() == 0


@pytest.mark.parametrize(
    ("line", "kind", "secret"),
    [
        ("my card is 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("my password is Zx9-Quorn-77", "password", "Zx9-Quorn-77"),
    ],
)
async def test_a_secret_typed_counts_one_and_is_nowhere(
    tmp_path: Path, line: str, kind: str, secret: str
) -> None:
    async with real(tmp_path, typed=(line,)) as room:
        (cut,) = room.screen.state.snapshot.redacted
        assert (cut.kind, cut.count) == (kind, 1)
        assert f"{kind} numbers" in room.text or f"{kind}s" in room.text
        found = bytes_under(tmp_path)
        assert secret[:4] not in room.text
    found |= {f"closed {name}": data for name, data in bytes_under(tmp_path).items()}
    spelled = (secret.encode(), secret.replace(" ", "").encode())
    assert [name for name, data in found.items() if any(one in data for one in spelled)] == []


@pytest.mark.parametrize("encrypted", [True, False])
async def test_an_export_made_here_can_be_imported_and_is_noted(
    tmp_path: Path, encrypted: bool
) -> None:
    file = tmp_path / "copy"
    async with real(tmp_path / "home", typed=("the heron sleeps",)) as room:
        await room.press("x")
        await room.until_shown(ExportScreen)
        room.field("path").value = str(file)
        await room.press("enter")
        if encrypted:
            room.field("once").value = room.field("again").value = "another phrase"
        else:
            await room.press("space")
        await room.pilot.click("#export")
        await room.until_says("Wrote 1 line")
        await room.until(lambda: bool(room.screen.state.snapshot.exports))
        assert str(file) in room.text
    assert (b"heron" in file.read_bytes()) is not encrypted
    assert file.stat().st_mode & 0o077 == 0
    with Opener(tmp_path / "other").open(KeyChoice()) as other:
        contents = read_copy(file, lambda: Passphrase("another phrase"))
        assert contents is not None
        assert merge(other, contents).lines == 1
        (entry,) = other.history.entries()
        assert (entry.text, entry.surface) == ("the heron sleeps", "app")


async def test_the_recovery_code_shown_here_is_that_of_the_key_and_is_noted(
    tmp_path: Path,
) -> None:
    async with real(tmp_path) as room:
        assert "No recovery code is noted" in room.text
        await room.press("c")
        await room.until_shown(RecoveryCodeScreen)
        room.field("once").value = "wrong"
        await room.press("enter")
        await room.until_says("wrong passphrase")
        room.field("once").value = PASSPHRASE
        await room.press("enter")
        await room.until_says("HUSH1-")
        code = str(room.app.screen.query_one("#code", Static).render())
        await room.press("escape")
        await room.until_says("A recovery code was shown on")
    with Opener(tmp_path).open(KeyChoice()) as profile:
        assert key_from_code(code).identity() == profile._key.identity()


async def test_bounds_set_here_let_old_lines_go_at_the_next_start(tmp_path: Path) -> None:
    with Opener(tmp_path).open(KeyChoice()) as profile:
        profile.history.append("the heron sleeps", surface="app", at=time.time() - 9e6)
        profile.history.append("the heron wakes", surface="app")
    async with real(tmp_path) as room:
        await room.press("b", "backspace", "3", "0")
        await room.until_says("1 line would go at the next start")
        await room.press("enter")
        await room.until_says("At the next start 1 line will go.")
        assert room.app._profile.history.count() == 2
    with Opener(tmp_path).open(KeyChoice()) as profile:
        assert [entry.text for entry in profile.history.entries()] == ["the heron wakes"]


async def test_a_wipe_leaves_no_key_and_no_file_and_the_app_ends_cleanly(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with real(tmp_path, typed=("the heron sleeps",)) as room:
        await room.press("escape")
        await room.press(*"unfinished")  # which must not be kept on the way out
        await room.press("ctrl+o")
        await room.until_shown(PrivacyScreen)
        await room.until(lambda: room.screen.state.snapshot is not None)
        await room.press("w")
        await room.until_shown(WipeScreen)
        assert "The key first, then 1 line" in room.text
        await room.press(*"wipe", "enter")
        await room.until(lambda: not room.app.is_running)
        app = room.app
    app.finish()
    assert bytes_under(tmp_path) == {}
    assert app.fault is None
    assert WIPED in capfd.readouterr().err


async def test_do_not_track_is_said_in_one_line(tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("msgspec")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    async with real(tmp_path) as room:
        assert "DO_NOT_TRACK is set: nothing is sent" in room.text
