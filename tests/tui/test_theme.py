"""Every look is readable: what is painted stands out from what it is painted on, and without colours too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.style import Style
from scripted import ScriptedOpener, ScriptedProfile
from scripted_sharing import ScriptedShares, ScriptedSharingOpener
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import Survey
from hushkey.tui.preferences import THEMES, Preferences, keep_theme, read
from hushkey.tui.rooms import ROOMS, Room
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.sharing import SharingScreen
from hushkey.tui.theme import CONTRAST, LOOKS

ENOUGH = 4.5  # WCAG 2.2, 1.4.3
HIGH = 7.0  # WCAG 2.2, 1.4.6
NO_TEXT = " ▁▔│╌"


@dataclass(frozen=True)
class Painted:
    """One run of characters on the screen."""

    text: str
    style: Style

    @property
    def contrast(self) -> float:
        darker, lighter = sorted((luminance(self.style.color), luminance(self.style.bgcolor)))
        return (lighter + 0.05) / (darker + 0.05)


def luminance(painted_in: RichColor | None) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    assert painted_in is not None
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in Color.from_rich_color(painted_in).rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def painted(app: HushkeyApp) -> Iterator[Painted]:
    """Everything that stands on the screen, with the style in which it is sent to the terminal.

    Of what lies under a card only the card is read: the rest is dimmed on purpose.
    """
    screen = app.screen
    shown = screen.query("Static, Input, Button, OptionList") if screen.is_modal else [screen]
    regions = [each.region for each in shown]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            if any(region.contains(x, y) for region in regions) and style and text.strip(NO_TEXT):
                yield Painted(text, style)
            x += cell_len(text)


async def begun(pilot: Pilot[None]) -> HushkeyApp:
    app = pilot.app
    assert isinstance(app, HushkeyApp)
    app.typing.editor.cursor_blink = False
    while not app.typing.begun:
        await pilot.pause(0.01)
    return app


async def typed(pilot: Pilot[None], text: str) -> HushkeyApp:
    app = await begun(pilot)
    await pilot.press(*text)
    while app.typing.editor.offer.asked != text:
        await pilot.pause(0.01)
    await pilot.pause()
    return app


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert Painted("x", Style.parse("#000000 on #ffffff")).contrast == pytest.approx(21.0)
    assert Painted("x", Style.parse("#777777 on #ffffff")).contrast == pytest.approx(4.48, abs=0.01)


def readable(app: HushkeyApp, look: Theme) -> None:
    least = HIGH if look is CONTRAST else ENOUGH
    weak = {
        (each.text.strip(), round(each.contrast, 2), str(each.style))
        for each in painted(app)
        if each.contrast < least
    }
    assert not weak


def wearing(look: Theme, opener: ScriptedOpener | None = None) -> HushkeyApp:
    return HushkeyApp(opener or ScriptedOpener(), preferences=Preferences(theme=look.name))


LOOKING = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


def test_the_config_file_knows_the_looks_that_there_are() -> None:
    assert tuple(look.name for look in LOOKS) == THEMES


@LOOKING
@pytest.mark.parametrize(
    "keys", [(), ("f8",), ("f6",), ("alt+down",), ("f5",), ("f1",), ("ctrl+p",)]
)
async def test_where_one_types_every_text_stands_out(look: Theme, keys: tuple[str, ...]) -> None:
    async with wearing(look).run_test(size=(100, 40)) as pilot:
        app = await typed(pilot, "in ten me")
        await pilot.press(*keys)
        await pilot.pause(0.1)
        readable(app, look)
    app.finish()


@LOOKING
async def test_a_correction_and_a_new_word_stand_out(look: Theme) -> None:
    async with wearing(look).run_test() as pilot:
        app = await typed(pilot, "in teh")
        readable(app, look)
        await pilot.press("space", *"zebr")
        await pilot.pause(0.1)
        readable(app, look)
    app.finish()


@LOOKING
async def test_a_learning_run_and_a_notice_stand_out(look: Theme) -> None:
    opener = ScriptedOpener()
    opener.profile.learn_gate.clear()
    async with wearing(look, opener).run_test() as pilot:
        app = await begun(pilot)
        await pilot.press("f9")
        app.notify("A notice.", severity="error")
        app.notify("A warning.", title="Title", severity="warning")
        app.notify("A word.")
        await pilot.pause(0.2)
        readable(app, look)
        opener.profile.learn_gate.set()
    app.finish()


@LOOKING
async def test_the_first_questions_stand_out(look: Theme) -> None:
    opener = ScriptedOpener(first=Survey(Path("/home/ada"), first_run=True, key_place=None))
    async with wearing(look, opener).run_test(size=(100, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, HushkeyApp)
        await pilot.pause(0.1)
        readable(app, look)
        await pilot.press("enter")
        while not isinstance(app.screen, KeyChoiceScreen) or app.screen.focused is None:
            await pilot.pause(0.01)
        await pilot.press("a", "tab", "tab")
        await pilot.pause()
        readable(app, look)
    app.finish()


@LOOKING
async def test_the_question_before_unlearning_stands_out(look: Theme) -> None:
    async with wearing(look).run_test() as pilot:
        app = await begun(pilot)
        app.typing.action_unlearn()
        await pilot.pause(0.1)
        readable(app, look)
    app.finish()


@LOOKING
async def test_sharing_stands_out_also_where_nothing_can_be_pressed(look: Theme) -> None:
    shares = ScriptedSharingOpener(ScriptedShares(), begun=False)
    app = HushkeyApp(ScriptedOpener(), shares, preferences=Preferences(theme=look.name))
    async with app.run_test(size=(100, 40)) as pilot:
        await begun(pilot)
        await pilot.press("f10")
        while not isinstance(app.screen, SharingScreen) or not app.screen.state.snapshot:
            await pilot.pause(0.01)
        await pilot.pause(0.1)
        assert app.screen.query("Button:disabled")
        readable(app, look)
    app.finish()


@LOOKING
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
async def test_every_room_stands_out(look: Theme, room: Room) -> None:
    async with wearing(look).run_test(size=(100, 40)) as pilot:
        app = await begun(pilot)
        await pilot.press(room.key)
        while app.screen.id != room.name:
            await pilot.pause(0.01)
        await pilot.pause(0.3)
        readable(app, look)
    app.finish()


# The choice --------------------------------------------------------------------------------------


async def test_a_look_that_is_chosen_in_the_palette_is_kept(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('# mine\n[keys]\nprivate = "f12"\n', encoding="utf-8")
    async with HushkeyApp(ScriptedOpener(), config=config).run_test() as pilot:
        app = await begun(pilot)
        assert app.theme == "dusk"
        commands = {each.title: each.callback for each in app.get_system_commands(app.screen)}
        assert {f"Theme: {name}" for name in THEMES} <= set(commands)
        commands["Theme: contrast"]()
        assert app.theme == "contrast"
    app.finish()
    held = read(config)
    assert (held.theme, held.keymap.of("private")) == ("contrast", ("f12",))
    assert "# mine" in config.read_text(encoding="utf-8")
    async with HushkeyApp(ScriptedOpener(), preferences=held).run_test() as pilot:
        app = await begun(pilot)
        assert app.theme == "contrast"
    app.finish()


async def test_a_choice_that_cannot_be_kept_holds_and_is_said(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("app = 3\n", encoding="utf-8")
    async with HushkeyApp(ScriptedOpener(), config=config).run_test() as pilot:
        app = await begun(pilot)
        app.choose_theme("paper")
        await pilot.pause()
        assert app.theme == "paper"
        (told,) = app._notifications
        assert "holds until you leave" in told.message
    app.finish()
    keep_theme(tmp_path / "other.toml", "paper")
    assert config.read_text(encoding="utf-8") == "app = 3\n"


# Without colours ---------------------------------------------------------------------------------


@pytest.fixture
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.usefixtures("no_colour")
@pytest.mark.parametrize("keys", [(), ("f8",), ("f1",), ("f5",), ("ctrl+p",)])
async def test_with_no_color_nothing_is_coloured(keys: tuple[str, ...]) -> None:
    async with HushkeyApp(ScriptedOpener()).run_test() as pilot:
        app = await typed(pilot, "in ten me")
        await pilot.press(*keys)
        await pilot.pause(0.1)
        used = {
            name
            for each in painted(app)
            for painted_in in (each.style.color, each.style.bgcolor)
            if painted_in is not None and (name := painted_in.name) != "default"
        }
        assert not used
    app.finish()


@pytest.mark.usefixtures("no_colour")
async def test_with_no_color_ghost_cursor_mark_and_private_mode_are_told_by_their_style() -> None:
    async with HushkeyApp(ScriptedOpener(ScriptedProfile())).run_test() as pilot:
        app = await typed(pilot, "in ten me")
        styles = {each.text: each.style for each in painted(app)}
        assert styles["in ten me"].italic is not True
        assert styles["ting"].italic  # "e", under the cursor, comes before
        assert styles["e"].reverse
        marked = next(each.style for each in painted(app) if "meeting" in each.text)
        assert marked.bold
        assert marked.underline
        await pilot.press("f8")
        await pilot.pause()
        mode = next(each.style for each in painted(app) if "private" in each.text.lower())
        assert mode.reverse
    app.finish()


async def test_an_empty_no_color_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert HushkeyApp(ScriptedOpener()).native_ansi_color is False
