"""The sharing screen, driven by keys: over a scripted sharing, and over real operators on loopback."""

import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted import ScriptedOpener, ScriptedProfile
from scripted_sharing import CODE, LIVE, MOVED, ON, SUSPENDED, ScriptedShares, ScriptedSharingOpener
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.store import Store
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.coordinator.gate import Verdict
from hushkey.sync.demonstration import Plan, Samples
from hushkey.sync.demonstration import operators as running
from hushkey.sync.demonstration.operators import Operators, operators
from hushkey.sync.device.consent import Terms
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.errors import CodeRefused
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.task_terms import unflatten
from hushkey.tui import sharing_opening
from hushkey.tui.app import HushkeyApp
from hushkey.tui.demonstration.beside import Beside
from hushkey.tui.demonstration.screen import DemonstrationView
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.screens import neighbours
from hushkey.tui.screens.consent import ConsentScreen
from hushkey.tui.screens.neighbours import NeighboursScreen
from hushkey.tui.screens.preview import PreviewScreen
from hushkey.tui.screens.sharing import SharingScreen

WAIT_S = 20.0
RANKS = {"lstm_bias": 1, "output": 4}
TYPED = ("the cat is on the theatre", "how are you today", "to the theatre together")


class Desk:
    """A running app with its sharing screen open."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> SharingScreen:
        screen = self.app._sharing_screen
        assert screen is not None
        return screen

    @property
    def text(self) -> str:
        """All that the screen in front says."""
        return "\n".join(str(each.render()) for each in self.app.screen.query(Static))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                pytest.fail("waited in vain")
            await self.pilot.pause(0.02)
        await self.pilot.pause()

    async def until_shown(self, kind: type) -> None:
        await self.until(
            lambda: isinstance(self.app.screen, kind) and bool(self.app.screen.focused)
        )

    async def until_says(self, text: str) -> None:
        await self.until(lambda: text in self.text)


@asynccontextmanager
async def app_of(app: HushkeyApp, *, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Desk]:
    async with app.run_test(size=size) as pilot:
        d = Desk(app, pilot)
        await d.until(lambda: app.typing.begun)
        yield d
    app.finish()


@asynccontextmanager
async def desk(
    shares: ScriptedShares | None = None, *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Desk]:
    opener = ScriptedSharingOpener(shares or ScriptedShares(), begun=False)
    async with app_of(HushkeyApp(ScriptedOpener(), opener), size=size) as d:
        await d.press("f10")
        await d.until_shown(SharingScreen)
        await d.until(lambda: d.screen.state.snapshot is not None)
        yield d
        opener.shares.gate.set()


def joining(d: Desk) -> Input:
    return d.screen.query_one("#code", Input)


async def enter_code(d: Desk) -> None:
    joining(d).focus()
    joining(d).value = CODE
    await d.press("enter")
    await d.until_shown(ConsentScreen)


async def test_before_anything_was_agreed_to_the_screen_says_that_nothing_leaves() -> None:
    shares = ScriptedShares()
    async with desk(shares) as d:
        assert "off · nothing is sent" in d.text
        assert "Nothing leaves this machine." in d.text
        assert "sample neighbours" in d.text
        assert d.app.focused is d.screen.query_one("#switch")
        await d.press("o")
        assert d.app.focused is joining(d)
        await d.press("escape")
        assert d.app.screen is d.app.typing
        assert shares.asked == []


async def test_the_answer_that_is_marked_is_no_and_enter_agrees_to_nothing() -> None:
    shares = ScriptedShares()
    async with desk(shares) as d:
        await enter_code(d)
        assert d.app.focused is d.app.screen.query_one("#no")
        assert "Nothing that you type is sent." in d.text
        await d.press("enter")
        await d.until_shown(SharingScreen)
        assert shares.asked == [f"invite {CODE}"]
        assert "off · nothing is sent" in d.text


async def test_the_terms_are_read_by_keys_while_the_answer_stays_marked() -> None:
    async with desk(size=(60, 24)) as d:
        await enter_code(d)
        terms = d.app.screen.query_one("#terms")
        await d.press("pagedown", "down")
        assert terms.scroll_y == 11
        await d.press("pageup")
        assert terms.scroll_y == 1
        assert d.app.focused is d.app.screen.query_one("#no")


async def test_agreeing_enrols_and_begins_at_once() -> None:
    shares = ScriptedShares()
    async with desk(shares) as d:
        await enter_code(d)
        await d.press("tab", "tab", "enter")
        await d.until_says("on · a report waits for its batch")
        assert shares.asked == [f"invite {CODE}", "consent", "now"]
        assert not joining(d).parent.display
        assert "epsilon 0.00 of 8.00 spent" in d.text


async def test_a_bundle_can_be_looked_at_before_one_agrees_and_the_question_comes_back() -> None:
    shares = ScriptedShares()
    async with desk(shares) as d:
        await enter_code(d)
        await d.press("tab", "enter")
        await d.until(lambda: isinstance(d.app.screen, PreviewScreen))
        assert "on the wire: 41,912, 99.77% less than the whole model's update" in d.text
        await d.press("escape")
        await d.until_shown(ConsentScreen)
        await d.press("escape")
        assert shares.asked == [f"invite {CODE}", "preview of other terms"]


async def test_a_refused_code_is_told_and_nothing_changes() -> None:
    shares = ScriptedShares(refusal=CodeRefused("the code was used before; nothing was sent"))
    async with desk(shares) as d:
        joining(d).focus()
        await d.press("x", "enter")
        await d.until_says("the code was used before; nothing was sent")
        assert "off · nothing is sent" in d.text


async def test_off_works_while_a_report_is_being_made() -> None:
    shares = ScriptedShares(held=ON)
    shares.gate.clear()
    async with desk(shares) as d:
        await d.press("n")
        await d.until_says("about 40 s left")
        assert str(d.screen.query_one("#now", Button).label) == "Stop"
        await d.press("o")
        await d.until_says("off · a report is asked back")
        assert shares.asked == ["now", "off"]
        assert "Neither operator has confirmed" in d.text
        assert "InterruptedError" not in d.text


async def test_a_report_is_asked_back_once() -> None:
    shares = ScriptedShares(held=ON)
    async with desk(shares) as d:
        await d.press("w")
        await d.until_says("withdrawn")
        await d.press("w")
        await d.pilot.pause()
        assert shares.asked == ["withdraw"]


async def test_typing_is_not_held_up_by_a_preview() -> None:
    shares = ScriptedShares(held=ON)
    shares.gate.clear()
    async with desk(shares) as d:
        await d.press("p")
        await d.until_says("making a bundle to look at")
        await d.press("escape", *"see you tom")
        await d.until(lambda: d.app.typing.editor.offer.asked == "see you tom")
        assert d.app.typing.editor.text == "see you tom"
        assert shares.asked == ["preview"]


async def test_a_preview_that_is_no_longer_waited_for_is_never_shown() -> None:
    shares = ScriptedShares(held=ON)
    shares.gate.clear()
    async with desk(shares) as d:
        await d.press("p")
        await d.until(lambda: "preview" in shares.asked)
        await d.press("escape", "f10")
        await d.until_shown(SharingScreen)
        shares.gate.set()
        await d.until(lambda: not d.app._sharing._doing)
        assert isinstance(d.app.screen, SharingScreen)


async def test_changed_terms_suspend_and_are_agreed_to_anew() -> None:
    shares = ScriptedShares(held=SUSPENDED, terms=MOVED)
    async with desk(shares) as d:
        assert "suspended · a report is asked back" in d.text
        await d.press("t")
        await d.until_shown(ConsentScreen)
        assert "leader's address: https://north.example -> https://elsewhere.example" in d.text
        await d.press("tab", "tab", "enter")
        await d.until_says("on · ")
        assert shares.asked[:2] == ["review", "consent"]


async def test_a_suspension_that_is_seen_on_the_screen_is_not_told_again() -> None:
    async with desk(ScriptedShares(held=SUSPENDED)) as d:
        await d.press("escape")
        await d.pilot.pause()
        d.app._sharing.show()
        await d.until(lambda: not d.app._sharing._doing)
        assert list(d.app._notifications) == []


async def test_a_suspension_is_told_where_one_types() -> None:
    opener = ScriptedSharingOpener(ScriptedShares(held=SUSPENDED))
    async with app_of(HushkeyApp(ScriptedOpener(), opener)) as d:
        await d.until(lambda: bool(d.app._notifications))
        (told,) = d.app._notifications
        assert told.message.startswith("Sharing is suspended, nothing is sent: the terms")


async def test_forgetting_takes_back_what_was_made_of_it() -> None:
    opener = ScriptedSharingOpener(ScriptedShares(held=ON))
    profile = ScriptedProfile()
    profile.paused = True  # no tick unasked
    async with app_of(HushkeyApp(ScriptedOpener(profile), opener)) as d:
        await d.press(*"see you tom")
        await d.until(lambda: bool(d.app.typing.editor.offer.suggestions))
        await d.press("ctrl+d")
        await d.until(lambda: "forgot" in opener.shares.asked)


async def test_nothing_of_sharing_is_opened_before_it_is_asked_for() -> None:
    opener = ScriptedSharingOpener(begun=False)
    async with app_of(HushkeyApp(ScriptedOpener(), opener)) as d:
        await d.press(*"see you tom")
        assert opener.opened == 0


async def test_what_is_not_installed_is_named() -> None:
    lacks = "sharing needs the package msgspec: pip install 'hushkey[share]'"
    async with app_of(HushkeyApp(ScriptedOpener(), ScriptedSharingOpener(lacks=lacks))) as d:
        await d.press("f10")
        await d.until(lambda: bool(d.app._notifications))
        assert [told.message for told in d.app._notifications] == [lacks]


async def test_the_palette_opens_it_too() -> None:
    opener = ScriptedSharingOpener(begun=False)
    async with app_of(HushkeyApp(ScriptedOpener(), opener)) as d:
        commands = {c.title: c for c in d.app.get_system_commands(d.app.screen)}
        commands["Sharing"].callback()
        await d.until_shown(SharingScreen)


@pytest.mark.parametrize("columns", [60, 100, 160])
async def test_every_button_is_whole_at_any_width(columns: int) -> None:
    async with desk(ScriptedShares(held=ON), size=(columns, 24)) as d:
        for button in d.screen.query("#sharing > .buttons Button"):
            assert button.region.right <= min(columns, 132)
            assert button.region.width >= len(str(button.label))  # type: ignore[attr-defined]


async def test_without_colour_where_it_stands_is_said_in_words(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(ScriptedShares(held=SUSPENDED)) as d:
        assert "suspended" in d.text
        assert "confirmed" in d.text


async def test_leaving_the_app_ends_what_is_under_way_and_closes_sharing() -> None:
    shares = ScriptedShares(held=replace(ON, live=LIVE))
    shares.gate.clear()
    async with desk(shares) as d:
        await d.press("n")
        await d.until(lambda: "now" in shares.asked)
        await d.press("ctrl+q")
    assert shares.closed


# Over real operators ------------------------------------------------------------------------------


class Passing:
    """So small a base has too few words for made-up secrets."""

    def __init__(self, *_: object) -> None:
        pass

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        return Verdict(True)


def scripted(
    base: Base, start: Adapter, lines: Any, *, cancelled: Any, on_progress: Any
) -> Adapter:
    """A delta at once."""
    rng = np.random.default_rng(len(lines))
    size = start.shape.parameters(start.ranks)
    return unflatten(
        rng.normal(0.0, 0.05, size), start.ranks, start.shape, base=start.base, seed=start.seed
    )


@pytest.fixture
def world(tmp_path: Path, tiny_base: Base, monkeypatch) -> Iterator[Operators]:
    """Both roles, served on loopback, with batches of one report."""
    monkeypatch.setattr(running, "TextGate", Passing)
    with operators(tmp_path, tiny_base, ("the cat",), 1, RANKS) as made:
        yield made


class SampleSharing(Sharing):
    """A sample profile's sharing, whose budget promises nothing."""

    def invite(self, code: str, **_: Any) -> Terms:
        return super().invite(code, budget=Budget(1e6), interval_s=0)


class SampleOpener:
    """Opens the sharing of a profile that is nobody's."""

    def missing(self) -> str:
        return ""

    def was_begun(self, profile: Any) -> bool:
        return False  # the test asks for each tick

    def open(self, profile: Any) -> Sharing:
        return SampleSharing.open(profile, sample=True, train=scripted, environ={})


class MemoryOpener:
    """Opens a throwaway profile that has typed a little."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def survey(self) -> Survey:
        return Survey(Path(), False, "file")

    def open(self, choice: KeyChoice) -> Profile:
        profile = Profile(Store.memory(), None, None, self._base)
        profile.import_lines(TYPED, "app")
        return profile


async def test_from_the_code_to_the_receipt_and_off_again_with_real_operators(
    world: Operators, tiny_base: Base
) -> None:
    async with app_of(HushkeyApp(MemoryOpener(tiny_base), SampleOpener())) as d:
        await d.press("f10")
        await d.until_shown(SharingScreen)
        await d.until_says("off · nothing is sent")
        joining(d).focus()
        joining(d).value = world.codes(1)[0]
        await d.press("enter")
        await d.until_shown(ConsentScreen)
        assert "North (sample)" in d.text
        assert "demonstration, not private" in d.text
        await d.press("tab", "enter")  # look first
        await d.until(lambda: isinstance(d.app.screen, PreviewScreen))
        assert "Nothing of it was sent, charged or kept." in d.text
        await d.press("escape")
        await d.until_shown(ConsentScreen)
        await d.press("tab", "tab", "enter")
        await d.until_says("in 1 report")
        while "receipt 1" not in d.text:  # the worker records the batch meanwhile
            await d.press("n")
            await d.until(lambda: "report" not in d.screen.state.doing)
            await d.pilot.pause(0.1)
        assert "listed by both operators" in d.text
        assert "version 1" in d.text
        await d.press("o")
        await d.until_says("off · nothing is sent")


async def test_the_sample_neighbours_run_on_profiles_of_their_own_and_end_with_the_screen(
    tiny_base: Base, monkeypatch
) -> None:
    monkeypatch.setattr(running, "TextGate", Passing)
    samples = Samples((TYPED, TYPED[::-1]), ("the cat can",))
    made: list[Beside] = []

    def small(stop: threading.Event) -> Beside:
        beside = Beside(Plan(samples, 1, 3, RANKS), tiny_base, stop, scripted)
        made.append(beside)
        return beside

    monkeypatch.setattr(neighbours, "sample_neighbours", small)
    opener = ScriptedOpener()
    async with app_of(HushkeyApp(opener, ScriptedSharingOpener(begun=False))) as d:
        await d.press("f10")
        await d.until_shown(SharingScreen)
        await d.press("d")
        await d.until(lambda: isinstance(d.app.screen, NeighboursScreen))
        await d.until(lambda: d.app.screen.query_one(DemonstrationView).moment.over)
        assert "version 1 of 1" in d.text
        assert "not private" in d.text
        await d.press("escape")
        await d.until_shown(SharingScreen)
        made[0].end(WAIT_S)
        assert not made[0]._thread.is_alive()
    assert opener.profile.asked == [""]  # the typing screen's own, at the start
    assert opener.profile.committed == []


async def test_what_the_demonstration_lacks_is_named(monkeypatch) -> None:
    monkeypatch.setattr(sharing_opening, "_DEMONSTRATION_NEEDED", ("no_such_package",))
    async with desk() as d:
        await d.press("d")
        await d.until(lambda: bool(d.app._notifications))
        (told,) = d.app._notifications
        assert told.message.endswith("no_such_package: pip install 'hushkey[app,coordinator]'")


# The owner's own ----------------------------------------------------------------------------------


def test_the_owners_sharing_is_off_in_a_database_of_its_own_that_only_opening_makes(
    tmp_path: Path,
) -> None:
    opener = sharing_opening.OwnerSharing()
    with open_profile(tmp_path, passphrase=Passphrase("a pass phrase")) as profile:
        assert opener.missing() == ""
        assert not opener.was_begun(profile)
        shares = opener.open(profile)
        assert shares.status().phase == "off"
        assert opener.was_begun(profile)
        shares.close()


def test_the_app_loads_nothing_of_sharing_before_it_is_asked_for() -> None:
    look = "import sys, hushkey.tui.app; print([n for n in ('httpx', 'msgspec', 'uvicorn') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
