"""A key and its answer are painted at once where the answer is quick, and a key alone where it is not."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from scripted import ScriptedOpener, ScriptedProfile, ScriptedSession
from textual import events, screen
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.pilot import Pilot
from textual.widget import Widget

from hushkey.keyboard.types import Suggestion
from hushkey.tui import together
from hushkey.tui.app import HushkeyApp
from hushkey.tui.offer import window
from hushkey.tui.together import Together
from hushkey.tui.widgets.strip import SlotView


class SteadySession(ScriptedSession):
    """Takes a moment: the editor has told its screen of the key when the answer comes."""

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        time.sleep(0.004)
        return super().suggest(text_before_cursor, k)


class SteadyProfile(ScriptedProfile):
    """Answers after a moment."""

    def session(self, surface: str) -> SteadySession:
        return SteadySession(self)


class Painted:
    """What stands in the terminal: the editor's first row and each slot, as they were when a paint last held them."""

    def __init__(self, app: HushkeyApp, patch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.row = ""
        self.slots: dict[int, str] = {}
        self.paints: list[str] = []
        self.behind: list[str] = []
        patch.setattr(app, "_display", self.look)

    def look(self, _: object, update: ChopsUpdate | LayoutUpdate | None) -> None:
        """At a paint, take what it sends to the terminal; compare all that stands there with what is to be shown."""
        if update is None:
            return
        editor = self.app.typing.editor
        views = list(self.app.typing.query(SlotView))
        if sends(update, editor):
            self.row = editor.render_line(0).text.rstrip()
        self.slots |= {view.slot.number: view.slot.text for view in views if sends(update, view)}
        self.paints.append(self.row)
        if editor.offer.asked != window(editor.before):
            self.behind.append(f"{editor.before!r} was painted without its answer")
        elif self.slots != (held := {view.slot.number: view.slot.text for view in views}):
            self.behind.append(f"{editor.before!r} with {self.slots}, not {held}")
        elif self.row != (editor.before + editor.suggestion).rstrip():
            self.behind.append(f"{self.row!r}, not {editor.before!r} and its ghost")


def sends(update: ChopsUpdate | LayoutUpdate, widget: Widget) -> bool:
    """Whether a paint sends a widget's first row; one that follows a layout sends everything."""
    at = widget.content_region
    if not isinstance(update, ChopsUpdate):
        return True
    return any(y == at.y and start <= at.x and end >= at.right for y, start, end in update.spans)


async def until_begun(app: HushkeyApp, pilot: Pilot[None]) -> None:
    while not app.typing.begun:
        await pilot.pause(0.01)
    await asyncio.sleep(2 * together.APART_S)


async def test_a_key_its_ghost_and_every_slot_are_painted_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(together, "PATIENCE_S", 30.0)  # no paint comes because time is over
    monkeypatch.setattr(screen, "UPDATE_PERIOD", 1 / 240)  # as `paint_promptly` has it
    app = HushkeyApp(ScriptedOpener(SteadyProfile()))
    async with app.run_test() as pilot:
        await until_begun(app, pilot)
        painted = Painted(app, monkeypatch)
        app.typing.refresh()
        for key in "see tom I teh in the tomorrow ":
            before = len(painted.paints)
            app.post_message(events.Key("space" if key == " " else key, key))
            for _ in range(1_000):  # on a busy machine keys come late, and then together
                if len(painted.paints) > before:
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(2 * together.APART_S)
        assert painted.behind == []
        assert painted.paints[-1].startswith("see tom I teh in the tomorrow")
        assert len(painted.paints) >= len("see tom I teh in the tomorrow ")
    app.finish()


async def test_a_key_is_painted_alone_where_its_answer_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = ScriptedProfile()
    app = HushkeyApp(ScriptedOpener(profile))
    async with app.run_test() as pilot:
        await until_begun(app, pilot)
        painted = Painted(app, monkeypatch)
        profile.gate.clear()
        await pilot.press("s", "e", "e")
        for _ in range(100):
            if painted.row == "see":
                break
            await asyncio.sleep(0.02)
        assert painted.row == "see"
        assert app.typing.editor.offer.asked != "see"
        profile.gate.set()
    app.finish()


async def test_what_goes_on_elsewhere_is_painted_also_where_no_answer_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = ScriptedProfile()
    app = HushkeyApp(ScriptedOpener(profile))
    async with app.run_test() as pilot:
        await until_begun(app, pilot)
        profile.gate.clear()
        await pilot.press("s", "f1")
        painted = Painted(app, monkeypatch)
        for _ in range(100):
            if painted.paints:
                break
            app.screen.refresh()
            await asyncio.sleep(0.02)
        assert painted.paints
        profile.gate.set()
    app.finish()


class Canvas:
    """Stands for the app: it counts who holds its paints back."""

    def __init__(self) -> None:
        self.held = 0
        self.screen_stack: list[object] = []

    @contextmanager
    def batch_update(self) -> Iterator[None]:
        self.held += 1
        yield
        self.held -= 1


async def test_a_wait_ends_by_itself() -> None:
    canvas, paints = Canvas(), Together()
    paints.wait(canvas)
    paints.wait(canvas)
    assert canvas.held == 1
    await asyncio.sleep(3 * together.PATIENCE_S)
    assert canvas.held == 0


async def test_keys_that_never_pause_are_painted_nevertheless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(together, "APART_S", 30.0)
    canvas, paints = Canvas(), Together()
    paints.wait(canvas)
    paints.paint()
    paints.wait(canvas)  # of the next key, too soon for another wait
    assert canvas.held == 0


async def test_an_answer_waits_for_the_widgets_it_changed() -> None:
    canvas, paints = Canvas(), Together()
    paints.wait(canvas)
    paints.soon()
    assert canvas.held == 1
    for _ in range(together.TURNS + 1):
        await asyncio.sleep(0)
    assert canvas.held == 0
    paints.soon()  # nothing is held: nothing is to be done
    paints.paint()
    assert canvas.held == 0
