"""Demand 25 and "choosing when training runs": separate switches, and a run that its owner begins, bounds and stops.

In the app's learning room, on a real profile. Runs are the real trainer's, over a base of a few kilobytes.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import real_desk
from real_desk import DeskAt, at_the_desk, profile_at
from stand_ins import WORDS
from textual.widgets import DataTable, Input, Static

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.profile import open_profile
from hushkey.model.base import Base
from hushkey.model.plans import Plan
from hushkey.tui.screens.learning import LearningScreen


@asynccontextmanager
async def in_the_room(home: Path, *lines: str, **settings: object) -> AsyncIterator[DeskAt]:
    async with at_the_desk(home, *lines, size=(100, 60), **settings) as desk:
        await open_room(desk)
        yield desk


async def open_room(desk: DeskAt) -> None:
    await desk.pilot.press("ctrl+r")
    await desk.until(lambda: isinstance(desk.app.screen, LearningScreen))
    await desk.until(lambda: room(desk).state.snapshot is not None)
    await desk.pilot.pause()


def room(desk: DeskAt) -> LearningScreen:
    screen = desk.app.screen
    assert isinstance(screen, LearningScreen)
    return screen


def said(desk: DeskAt) -> str:
    return "\n".join(str(each.render()) for each in desk.app.screen.query(Static))


async def test_learning_unasked_is_forbidden_by_a_key_and_stays_so_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with in_the_room(tmp_path) as desk:
        await desk.pilot.press("b")
        await desk.until(lambda: "learning unasked is off" in said(desk))
        assert not desk.profile.settings.background_learning
        assert desk.profile.settings.learning  # one does not turn off the other
        assert desk.profile.settings.corrections
    with profile_at(tmp_path) as profile:
        assert not profile.settings.background_learning


async def test_learning_is_turned_off_in_its_room_and_what_is_typed_then_is_not_kept(
    tmp_path: Path,
) -> None:
    async with in_the_room(tmp_path) as desk:
        await desk.pilot.press("l")
        await desk.until(lambda: "paused · nothing is kept" in said(desk))
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.typing)
        assert "paused" in said(desk)
        await desk.write("see you soon")
        assert desk.kept() == []
        await desk.press(*"see you tom")
        assert "tomorrow" in desk.words  # suggestions go on


async def test_what_is_trained_and_for_how_long_is_chosen_in_the_room(tmp_path: Path) -> None:
    async with in_the_room(tmp_path) as desk:
        await desk.pilot.press("p")
        await desk.until(lambda: desk.profile.settings.learn_plan == "full")
        await desk.pilot.press("t")
        field = room(desk).query_one("#minutes", Input)
        assert desk.app.focused is field
        field.value = "5"
        await desk.pilot.press("enter")
        await desk.until(lambda: "5 minutes a run" in said(desk))
        assert desk.profile.settings.learn_minutes == 5


async def test_why_nothing_is_trained_right_now_is_said(tmp_path: Path) -> None:
    async with in_the_room(tmp_path) as desk:
        assert "no run begins unasked now: 0 of 30 new lines" in said(desk)
        assert "somebody typed less than a minute ago" in said(desk)


# Runs ---------------------------------------------------------------------------------------------


@pytest.fixture
def lines(monkeypatch, tiny_base: Base) -> list[str]:
    """Forty lines to learn from, over the small base, with a plan that it has room for."""
    plan = Plan("tiny", {"output": 4, "lstm_bias": 1}, budget_bytes=5_000_000)
    monkeypatch.setattr("hushkey.keyboard.profile.preset", lambda _name: plan)
    monkeypatch.setattr(
        real_desk,
        "profile_at",
        lambda home: open_profile(
            home, passphrase=Passphrase(real_desk.PASSPHRASE), base=tiny_base
        ),
    )
    rng = np.random.default_rng(1)
    chances = np.square(list(WORDS.values()))
    chances /= chances.sum()
    return [" ".join(rng.choice(list(WORDS), size=6, p=chances)) for _ in range(40)]


async def patiently(desk: DeskAt, holds: Callable[[], bool]) -> None:
    """Wait for the trainer, which yields to whatever else the machine does."""
    until = time.monotonic() + 300
    while not holds() and time.monotonic() < until:
        await desk.pilot.pause(0.05)
    assert holds()


@pytest.mark.slow
async def test_a_run_is_begun_by_a_key_and_told_in_a_row_and_in_words(
    tmp_path: Path, lines: list[str]
) -> None:
    async with in_the_room(tmp_path, *lines) as desk:
        assert "No run yet, so there is no curve." in said(desk)
        await desk.pilot.press("n")
        await patiently(desk, lambda: "learning ▇" in said(desk))
        await patiently(desk, lambda: bool(room(desk).view.rows))
        table = room(desk).query_one("#runs", DataTable)
        assert table.row_count == 1
        assert "plan tiny: 240 words in " in said(desk)
        assert "One run was judged, on 240 words" in said(desk)
        assert len(desk.profile.history.learn_runs.runs()) == 1


@pytest.mark.slow
async def test_a_run_is_stopped_by_the_same_key_and_changes_nothing(
    tmp_path: Path, lines: list[str]
) -> None:
    async with in_the_room(tmp_path, *lines) as desk:
        await desk.pilot.press("n")
        await patiently(desk, lambda: room(desk).state.under_way.step is not None)
        await desk.pilot.press("n")
        await patiently(desk, lambda: not room(desk).state.under_way.learning)
        assert "nothing is under way" in said(desk)
        assert desk.profile.history.learn_runs.runs() == []
