"""No stale answer is ever painted: keys and answers race, and every paint of strip and ghost is looked at.

An answer is painted for the line it was made for, or, once the line went on, as far as the letters typed since confirm
it: never a word that could not be taken at that instant.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from scripted import WORDS, ScriptedOpener, ScriptedProfile, ScriptedSession, suggestions_for
from textual import events

from hushkey.keyboard.types import Suggestion
from hushkey.tui import view_model
from hushkey.tui.app import HushkeyApp
from hushkey.tui.messages import SuggestionsReady
from hushkey.tui.offer import Offer, confirmed, ghost, in_slot, insertion, window
from hushkey.tui.widgets.editor import GhostEditor
from hushkey.tui.widgets.strip import SlotView

OTHERS = ("backspace", "tab", "right", "alt+1", "alt+2", "ctrl+w", "ctrl+z", "enter", "x")
_NAMED = {" ": ("space", " ")}
LONGEST_S = 0.012  # an answer; keys come as fast on average, so that answers come before, between and after them


class SlowSession(ScriptedSession):
    """Takes a random while for each answer, and looks a random while ahead."""

    def __init__(self, profile: "SlowProfile") -> None:
        super().__init__(profile)
        self._waits = profile.waits

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        time.sleep(self._waits.uniform(0.0, LONGEST_S))
        return super().suggest(text_before_cursor, k)

    def phrase(self, *, look_ahead: bool = True) -> Suggestion | None:
        if look_ahead:
            time.sleep(self._waits.uniform(0.0, LONGEST_S))
        return super().phrase(look_ahead=look_ahead)


class SlowProfile(ScriptedProfile):
    """Answers late."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.waits = np.random.default_rng(seed)

    def session(self, surface: str) -> SlowSession:
        return SlowSession(self)


def typist(moments: np.random.Generator) -> Iterator[str]:
    """Type words that are offered, letter by letter, and now and then press something else."""
    while True:
        for letter in (*WORDS[moments.integers(len(WORDS))], " "):
            if moments.random() < 0.15:
                yield OTHERS[moments.integers(len(OTHERS))]
            yield letter


class Witness:
    """Looks at every paint of the ghost and of a slot, and at the line at that instant."""

    def __init__(self, app: HushkeyApp, patch: pytest.MonkeyPatch) -> None:
        self.ghosts = self.slots = self.waited = 0
        self.faults: list[str] = []
        editor = app.typing.editor
        render_line, render_slot = GhostEditor.render_line, SlotView.render

        def painted_line(widget: GhostEditor, y: int) -> object:
            strip = render_line(widget, y)
            cursor = widget.wrapped_document.location_to_offset(widget.cursor_location)
            if widget.suggestion and y + widget.scroll_offset.y == cursor.y:
                self._saw_ghost(widget, strip.text[cursor.x :].rstrip())
            return strip

        def painted_slot(widget: SlotView) -> object:
            if widget.slot.text:
                self._saw_slot(editor, widget)
            return render_slot(widget)

        patch.setattr(GhostEditor, "render_line", painted_line)
        patch.setattr(SlotView, "render", painted_slot)

    def _saw_ghost(self, editor: GhostEditor, painted: str) -> None:
        self.ghosts += 1
        self.waited += editor.offer.asked != window(editor.before)
        wanted = ghost(editor.offer, editor.before) if editor.at_line_end else ""
        leading = editor.offer.leading
        if editor.suggestion != wanted or leading is None:
            self.faults.append(
                f"a ghost of another line: {editor.suggestion!r} at {editor.before!r}"
            )
        elif not window(editor.before + wanted).endswith(leading.text):
            self.faults.append(f"a ghost that letters do not confirm: {wanted!r}")
        one_row = len(editor.line) + len(wanted) < editor.wrap_width
        if one_row and painted != editor.suggestion.rstrip():
            self.faults.append(f"painted was {painted!r}, not {editor.suggestion!r}")

    def _saw_slot(self, editor: GhostEditor, widget: SlotView) -> None:
        self.slots += 1
        before, shown = editor.before, widget.slot
        self.waited += editor.offer.asked != window(before)
        held = in_slot(editor.offer, shown.number - 1)
        if held is None or view_model.visible(held.text) != shown.text:
            self.faults.append(f"a slot of another answer: {shown.text!r} at {before!r}")
        elif insertion(editor.offer, held, before) is None:
            self.faults.append(f"a slot that cannot be taken: {shown.text!r} at {before!r}")


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.parametrize("seed", range(4))
async def test_keys_and_answers_race_and_nothing_stale_is_painted(
    seed: int, patch: pytest.MonkeyPatch
) -> None:
    moments = np.random.default_rng(100 + seed)
    app = HushkeyApp(ScriptedOpener(SlowProfile(seed)))
    witness = Witness(app, patch)
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.01)
        for key in islice(typist(moments), 400):
            app.post_message(events.Key(*_NAMED.get(key, (key, key if len(key) == 1 else None))))
            await asyncio.sleep(moments.exponential(LONGEST_S / 2))
        editor = app.typing.editor
        for _ in range(250):
            if editor.offer.asked == window(editor.before):
                break
            await pilot.pause(0.02)
        await pilot.pause()
        assert editor.offer.asked == window(
            editor.before
        )  # the newest question is answered at last
        assert witness.faults == []
        assert witness.slots > 10
        assert witness.ghosts > 10
        assert witness.waited > 0  # the race was one: some paints came between a key and its answer
    app.finish()


async def test_an_answer_that_comes_after_another_key_is_dropped(patch: pytest.MonkeyPatch) -> None:
    profile = ScriptedProfile()
    app = HushkeyApp(ScriptedOpener(profile))
    witness = Witness(app, patch)
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.01)
        await pilot.press(*"see tom")
        stale = Offer("see tom", tuple(suggestions_for("see tom")))
        profile.gate.clear()
        await pilot.press("backspace", "x")
        threads = [
            threading.Thread(target=app.typing.post_message, args=(SuggestionsReady(token, stale),))
            for token in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        await pilot.pause(0.05)
        assert app.typing.editor.suggestion == ""
        assert [view.slot.text for view in app.typing.query(SlotView)] == ["", "", ""]
        profile.gate.set()
        assert witness.faults == []
    app.finish()


class Racing(RuleBasedStateMachine):
    """The same without a screen: any line, any answer still under way, in any order."""

    @initialize()
    def begin(self) -> None:
        self.line, self.token, self.offer = "", 0, Offer()
        self.under_way: list[tuple[int, Offer]] = []

    @rule(letters=st.text("tomgehr ", min_size=1, max_size=3))
    def type(self, letters: str) -> None:
        self.line += letters
        self._ask()

    @rule(count=st.integers(1, 4))
    def take_back(self, count: int) -> None:
        self.line = self.line[:-count]
        self._ask()

    @rule(slot=st.integers(0, 2))
    def take(self, slot: int) -> None:
        shown = in_slot(confirmed(self.offer, self.line), slot)
        change = insertion(self.offer, shown, self.line)
        if change is not None:
            assert shown is not None
            kept = self.line[: len(self.line) - change.replaces]
            self.line = kept + change.text
            assert self.line.endswith(shown.text + " ")
            self._ask()

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.under_way:
            token, offer = data.draw(st.sampled_from(self.under_way))
            if token == self.token:  # as the screen does
                self.offer = offer

    def _ask(self) -> None:
        self.token += 1
        answer = Offer(window(self.line), tuple(suggestions_for(self.line)))
        self.under_way.append((self.token, answer))

    @invariant()
    def what_shows_can_be_taken_and_goes_on_with_the_line(self) -> None:
        standing = confirmed(self.offer, self.line)
        for slot in standing.filled:
            assert insertion(self.offer, in_slot(standing, slot), self.line) is not None
        rest = ghost(self.offer, self.line)
        if rest:
            assert self.offer.leading is not None
            assert (self.line + rest).endswith(self.offer.leading.text)


TestRacing = Racing.TestCase
