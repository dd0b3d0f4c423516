"""The benefit meter in the app: each key is counted once, what is taken back costs, private lines count nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from scripted import ScriptedOpener, ScriptedProfile
from textual.pilot import Pilot
from textual.widgets import Static

from hushkey.keyboard.benefit import Benefit
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.meter import Standing
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.tui import benefit_view
from hushkey.tui.app import HushkeyApp
from hushkey.tui.cli.root import root
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.screens.benefit import BenefitScreen
from hushkey.tui.tally import Tally

SIZES = pytest.mark.parametrize("columns", [60, 100, 160])
WEEK = Benefit(keys=700, characters=1_000, accepted=80, base=220, shared=30, mine=95, spent=45)
STANDING = Standing(
    Benefit(keys=70, characters=100, accepted=8, base=20, mine=15, spent=5), WEEK, WEEK + WEEK
)


def today() -> datetime:
    return datetime.now().astimezone()


class Desk:
    """A running app and what its tally says."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None], profile: ScriptedProfile) -> None:
        self.app, self.pilot, self.profile = app, pilot, profile

    @property
    def tally(self) -> Tally:
        return self.app.typing.status.tally

    @property
    def kept(self) -> Benefit:
        return self.profile.meter.standing(today().date()).today

    async def press(self, *keys: str) -> None:
        """Press keys, each once the one before it was answered, as a person does who looks."""
        editor = self.app.typing.editor
        for key in keys:
            await self.pilot.press(key)
            for _ in range(250):
                if editor.offer.asked == editor.before:
                    break
                await self.pilot.pause(0.01)

    async def until_kept(self, keys: int) -> None:
        for _ in range(250):
            if self.kept.keys == keys:
                return
            await self.pilot.pause(0.02)
        pytest.fail(f"kept are {self.kept}")


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    opener = ScriptedOpener()
    app = HushkeyApp(opener)
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.01)
        yield Desk(app, pilot, opener.profile)
    app.finish()


async def test_a_finished_lines_keys_are_kept_and_credited_once_it_is_kept() -> None:
    async with desk() as d:
        await d.press(*"see tom", "tab", *"me", "tab")  # tomorrow is the base's, meeting mine
        assert d.kept == Benefit()
        assert d.tally.shown.saved == len("orrow") + len("eting") - 0
        await d.press("enter")
        await d.until_kept(7 + 1 + 2 + 1)
        assert d.kept == Benefit(
            keys=11, characters=len("see tomorrow meeting "), accepted=2, base=5, mine=5
        )
        for _ in range(250):
            if d.tally.today == d.kept:
                break
            await d.pilot.pause(0.02)
        assert d.tally == Tally(d.kept, Benefit(keys=1, characters=1))  # Enter is the next line's


@pytest.mark.parametrize(
    ("keys", "saved"),
    [
        (("backspace",), 5 - 2),  # the blank and the key
        (("ctrl+w",), 5 - 9 - 1),  # the word, what was typed of it included, and the key
        (("ctrl+z",), 5 - 6 - 1),  # what it gave, and the key
        ((",",), 4),  # a mark in the place of the blank
        (("ctrl+u",), 5 - 9 - 1),  # of the whole line only what a suggestion gave is taken back
        (("backspace",) * 9, 5 - 9 - 9),
        (("shift+home", "x"), 5 - 9),  # typed over: the key is the letter's
        (("z", "backspace"), 5),  # a slip of one's own
    ],
)
async def test_taking_back_a_suggestion_costs_its_letters_and_the_keys(
    keys: tuple[str, ...], saved: int
) -> None:
    async with desk() as d:
        await d.press(*"see tom", "tab", *keys)
        shown = d.tally.shown
        assert shown.saved == saved
        assert shown.spent == 5 - saved


async def test_slips_of_ones_own_cost_nothing_and_save_nothing() -> None:
    async with desk() as d:
        await d.press(*"see tpm", "backspace", "backspace", *"om")
        assert d.tally.shown.saved == 0


async def test_a_correction_put_back_costs_both_keys() -> None:
    async with desk() as d:
        await d.press(*"teh", "alt+3")
        assert d.app.typing.editor.text == "the "
        assert d.tally.shown.saved == 0  # the blank was given, the key spent
        await d.press("f7")
        assert d.app.typing.editor.text == "teh "
        assert d.tally.shown.saved == -1


async def test_a_private_line_counts_nothing_nor_does_the_line_that_became_private() -> None:
    async with desk() as d:
        await d.press(*"see tom", "tab")
        await d.press("f8", *"see tom", "tab", "enter", *"more", "f8", "enter", *"a b")
        assert d.tally.line.characters <= len("a b") + 1
        await d.press("enter")
        await d.until_kept(d.kept.keys or len("a b"))
    assert d.kept.accepted == 0
    assert d.kept.characters <= len("a b") + 1


async def test_what_is_typed_while_learning_is_off_is_not_counted_either() -> None:
    async with desk() as d:
        d.profile.set(learning=False)
        await d.press(*"see tom", "tab", "enter")
        assert d.tally.shown.accepted == 0
    assert d.kept == Benefit()


async def test_the_last_line_is_counted_as_the_app_ends() -> None:
    async with desk() as d:
        await d.press(*"see tom", "tab")
    assert (d.kept.accepted, d.kept.base) == (1, 5)


async def test_the_app_begins_with_what_was_kept_today() -> None:
    opener = ScriptedOpener()
    opener.profile.meter.keep(STANDING.today, today().date())
    app = HushkeyApp(opener)
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.01)
        await pilot.pause()
        assert app.typing.query_one("#savings", Static).content == "30% saved today · 30 keys"
        await pilot.press("ctrl+t")
        assert isinstance(app.screen, BenefitScreen)
        await pilot.press("escape")
        assert app.screen is app.typing
    app.finish()


@SIZES
def test_the_benefit_card(snap_compare, columns: int) -> None:
    app = HushkeyApp(ScriptedOpener())

    async def play(pilot: Pilot[None]) -> None:
        app.typing.editor.cursor_blink = False
        while not app.typing.editor.offer.suggestions:
            await pilot.pause(0.01)
        await app.push_screen(BenefitScreen(STANDING))
        await pilot.pause()

    assert snap_compare(app, terminal_size=(columns, 30), run_before=play)


def test_the_rows_add_up() -> None:
    rows = {row.name: row.cells for row in benefit_view.rows(STANDING)}
    assert rows["saved"] == ("30", "300", "600")
    for column in range(3):
        parts = (rows[name][column] for name in ("base", "shared", "mine", "spent"))
        numbers = (int(part.replace("\N{MINUS SIGN}", "-").replace(",", "")) for part in parts)
        assert sum(numbers) == int(rows["saved"][column])
    assert benefit_view.sentence(STANDING) == "600 keys saved, 30% of all."
    empty = Standing(Benefit(), Benefit(), Benefit())
    assert "nothing was typed" in benefit_view.sentence(empty)
    assert benefit_view.rows(empty)[1].cells == ("–", "–", "–")


def test_the_command_tells_the_same_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path))
    monkeypatch.setenv("HUSHKEY_PASSPHRASE", "a pass phrase")
    with open_profile(tmp_path, passphrase=Passphrase("a pass phrase")) as profile:
        profile.meter.keep(STANDING.today, today().date())
    told = CliRunner().invoke(root, ["benefit", "--json"])
    assert told.exit_code == 0, told.output
    spans = json.loads(told.stdout)
    assert spans["today"] == {**STANDING.today.as_dict(), "saved": 30, "share": 0.3}
    assert spans["ever"] == spans["week"] == spans["today"]
    monkeypatch.setenv(
        "HUSHKEY_PASSPHRASE", "a pass phrase"
    )  # each run takes it out of its environment
    said = CliRunner().invoke(root, ["benefit"]).stdout
    assert "30 keys saved, 30% of all." in said
    assert "\N{MINUS SIGN}5" in said


class Opener:
    """Opens the same real home again and again."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def survey(self) -> Survey:
        return Survey(self.home, False, "passphrase")

    def open(self, choice: KeyChoice) -> Profile:
        return open_profile(self.home, passphrase=Passphrase("a pass phrase"))


async def test_on_a_real_profile_a_word_that_only_i_use_is_mine_and_another_the_bases(
    tmp_path: Path,
) -> None:
    with Opener(tmp_path).open(KeyChoice()) as profile:
        for _ in range(3):
            profile.commit("the quuxly sleeps", "app")
    app = HushkeyApp(Opener(tmp_path))
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.02)
        d = Desk(app, pilot, ScriptedProfile())
        await d.press(*"the quu")
        editor = app.typing.editor
        slot = [s.text for s in editor.offer.suggestions].index("quuxly")
        await d.press(f"alt+{editor.offer.filled[slot] + 1}")
        await d.press(*"see you tom")
        slot = [s.text for s in editor.offer.suggestions].index("tomorrow")
        await d.press(f"alt+{editor.offer.filled[slot] + 1}")
    app.finish()
    with Opener(tmp_path).open(KeyChoice()) as profile:
        kept = profile.meter.standing(today().date()).today
    assert (kept.mine, kept.base, kept.accepted) == (3, 5, 2)
    assert kept.base + kept.shared + kept.mine - kept.spent == kept.saved
