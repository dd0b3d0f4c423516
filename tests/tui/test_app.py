"""The app, driven by keys against a scripted profile."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from scripted import ScriptedOpener, ScriptedProfile
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from hushkey.keyboard.erasure import Forgetting
from hushkey.keyboard.errors import HistoryBusy
from hushkey.keyboard.types import Suggestion
from hushkey.tui.app import HushkeyApp
from hushkey.tui.messages import SuggestionsReady
from hushkey.tui.offer import Offer
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.screens.help import HelpScreen
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.screens.welcome import WelcomeScreen
from hushkey.tui.screens.why import WhyScreen
from hushkey.tui.widgets.strip import SlotView

WAIT_S = 5.0


class Desk:
    """A running app and what a test looks at."""

    def __init__(self, app: HushkeyApp, pilot: Pilot[None], profile: ScriptedProfile) -> None:
        self.app = app
        self.pilot = pilot
        self.profile = profile
        self.editor = app.typing.editor

    @property
    def slots(self) -> list[str]:
        return [view.slot.text for view in self.app.typing.query(SlotView)]

    async def type(self, text: str) -> None:
        await self.pilot.press(*("enter" if c == "\n" else c for c in text))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until the threads have brought something about."""
        for _ in range(int(WAIT_S / 0.02)):
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        pytest.fail("waited in vain")

    async def typed(self, text: str) -> None:
        """Type, and wait for the answer to the last key."""
        await self.type(text)
        last = self.editor.before
        await self.until(lambda: self.editor.offer.asked == last)


@asynccontextmanager
async def desk(
    opener: ScriptedOpener | None = None, *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Desk]:
    opener = opener or ScriptedOpener()
    app = HushkeyApp(opener)
    async with app.run_test(size=size) as pilot:
        running = Desk(app, pilot, opener.profile)
        await running.until(lambda: app.typing.begun or len(app.screen_stack) > 2)
        yield running
    app.finish()


async def test_what_is_typed_is_there_and_three_suggestions_show() -> None:
    async with desk() as d:
        await d.typed("in ten me")
        assert d.editor.text == "in ten me"
        assert d.slots == ["meeting", "mean", ""]
        assert d.editor.suggestion == "eting"


async def test_the_thread_that_opened_the_profile_ends_with_that() -> None:
    """It would hold on to what it prints to, and so to the whole app."""
    before = set(threading.enumerate())
    async with desk() as d:
        await d.until(
            lambda: (
                not any(
                    each.name.startswith("hushkey-opening")
                    for each in set(threading.enumerate()) - before
                )
            )
        )
        await d.typed("in ten me")


async def test_right_accepts_the_ghost_with_the_space_after_it() -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press("right")
        assert d.editor.text == "see you tomorrow "
        await d.until(lambda: d.profile.accepted == ["tomorrow"])


@pytest.mark.parametrize("key", ["ctrl+f", "tab", "alt+1", "f2"])
async def test_each_accepting_key_takes_the_first(key: str) -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press(key)
        assert d.editor.text == "see you tomorrow "


@pytest.mark.parametrize("key", ["alt+2", "f3"])
async def test_a_slot_is_taken_by_its_key(key: str) -> None:
    async with desk() as d:
        await d.typed("in ten me")
        await d.pilot.press(key)
        assert d.editor.text == "in ten mean "


async def test_a_slot_is_taken_by_a_click() -> None:
    async with desk() as d:
        await d.typed("in ten me")
        await d.pilot.click(list(d.app.typing.query(SlotView))[1])
        assert d.editor.text == "in ten mean "


async def test_alt_and_a_letter_types_no_letter() -> None:
    async with desk() as d:
        d.app.post_message(events.Key("alt+x", "x"))
        d.app.post_message(events.Key("y", "y"))
        await d.until(lambda: d.editor.text == "y")


async def test_an_empty_slot_takes_nothing() -> None:
    async with desk() as d:
        await d.typed("in ten me")
        await d.pilot.press("f4")
        assert d.editor.text == "in ten me"


@pytest.mark.parametrize("key", ["alt+3", "f4", "tab", "right"])
async def test_a_word_behind_empty_slots_is_taken_where_it_shows(key: str) -> None:
    async with desk(ScriptedOpener(ScriptedProfile(gap=2))) as d:
        await d.typed("see you tom")
        assert d.slots == ["", "", "tomorrow"]
        assert d.editor.suggestion == "orrow"
        await d.pilot.press("alt+1", "alt+2")
        assert d.editor.text == "see you tom"
        await d.pilot.press(key)
        assert d.editor.text == "see you tomorrow "
        await d.until(lambda: d.profile.accepted == ["tomorrow"])


async def test_the_mark_skips_empty_slots() -> None:
    async with desk(ScriptedOpener(ScriptedProfile(gap=1))) as d:
        await d.typed("in ten me")
        assert d.slots == ["", "meeting", "mean"]
        for marked in (1, 2, 1):
            views = list(d.app.typing.query(SlotView))
            assert [view.slot.marked for view in views] == [place == marked for place in range(3)]
            await d.pilot.press("alt+down")
        await d.pilot.press("f5")
        shown = " ".join(str(widget.content) for widget in d.app.screen.query(Static))
        assert "“mean”" in shown
        await d.pilot.press("escape", "shift+delete")
        await d.until(lambda: d.profile.forgotten == ["mean"])


async def test_digits_type_digits() -> None:
    async with desk() as d:
        await d.typed("at 1")
        assert d.editor.text == "at 1"


async def test_tab_is_a_tab_where_nothing_shows() -> None:
    async with desk() as d:
        await d.typed("zzz")
        await d.pilot.press("tab")
        assert d.editor.text == "zzz\t"


async def test_right_moves_where_there_is_no_ghost() -> None:
    async with desk() as d:
        await d.typed("zzz")
        await d.pilot.press("left", "left", "right")
        assert d.editor.cursor_location == (0, 2)


async def test_no_ghost_shows_in_the_middle_of_a_line() -> None:
    async with desk() as d:
        await d.typed("tom x")
        await d.pilot.press("left", "left")
        await d.until(lambda: d.editor.offer.asked == "tom")
        assert d.slots[0] == "tomorrow"
        assert d.editor.suggestion == ""


async def test_escape_sends_the_suggestions_away_until_the_next_key() -> None:
    async with desk() as d:
        await d.typed("see you to")
        await d.pilot.press("escape")
        assert d.slots == ["", "", ""]
        assert d.editor.suggestion == ""
        await d.typed("m")
        assert d.slots[0] == "tomorrow"


async def test_the_ghost_follows_the_letters_without_waiting_for_the_engine() -> None:
    async with desk() as d:
        await d.typed("see you t")
        d.profile.gate.clear()
        await d.type("om")
        assert d.editor.suggestion == "orrow"
        await d.pilot.press("backspace")
        assert d.editor.suggestion == "morrow"
        await d.type("x")
        assert d.editor.suggestion == ""
        d.profile.gate.set()


async def test_typing_goes_on_while_the_engine_is_slow_and_old_questions_are_dropped() -> None:
    async with desk() as d:
        await d.until(lambda: d.editor.offer.asked == "" and d.slots[0] == "the")
        d.profile.asked.clear()
        d.profile.gate.clear()
        await d.type("hello hel")
        assert d.editor.text == "hello hel"
        d.profile.gate.set()
        await d.until(lambda: d.slots == ["hello", "help", "held"][:0] or d.slots[0] == "hello")
        assert len(d.profile.asked) <= 2


async def test_a_stale_answer_is_dropped() -> None:
    async with desk() as d:
        await d.typed("see you tom")
        stale = Offer("see", (Suggestion("stale", "completion", 0.9, {}, 3),))
        d.app.typing.post_message(SuggestionsReady(0, stale))
        await d.pilot.pause()
        assert d.slots[0] == "tomorrow"


async def test_a_mark_right_after_an_accepted_word_takes_its_space() -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press("right")
        await d.type(".")
        assert d.editor.text == "see you tomorrow."


async def test_a_mark_after_a_space_that_was_typed_takes_nothing() -> None:
    async with desk() as d:
        await d.typed("zzz ")
        await d.type(".")
        assert d.editor.text == "zzz ."


async def test_undo_takes_an_accepted_word_back() -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press("right", "ctrl+z")
        assert d.editor.text == "see you tom"


async def test_a_correction_is_marked_taken_by_its_slot_and_taken_back_by_undo() -> None:
    async with desk() as d:
        await d.typed("in teh")
        slot = list(d.app.typing.query(SlotView))[2]
        assert (slot.slot.text, slot.slot.kind) == ("the", "correction")
        assert "3≈ the" in str(slot.render())
        await d.pilot.press("alt+3")
        assert d.editor.text == "in the "
        await d.pilot.press("ctrl+z")
        assert d.editor.text == "in teh"
        await d.until(lambda: d.profile.undone == [("in the ", True)])
        await d.until(lambda: "the" not in d.slots)


@pytest.mark.parametrize("back", [0, 4, 9])
async def test_a_correction_is_put_back_also_after_typing_on_wherever_the_cursor_is(
    back: int,
) -> None:
    async with desk() as d:
        await d.typed("in teh")
        await d.pilot.press("alt+3", *"zzz", *["left"] * back, "f7")
        assert d.editor.text == "in teh zzz"
        assert d.editor.before == "in teh zzz"[: 10 - back]
        await d.until(lambda: d.profile.undone == [("in the zzz", True)])
        await d.pilot.press("ctrl+z")
        assert d.editor.text == "in the zzz"


async def test_the_corrections_of_a_line_are_put_back_one_by_one_the_newest_first() -> None:
    async with desk() as d:
        for word in ("teh", "adn"):
            await d.typed(word)
            await d.pilot.press("alt+3")
        assert d.editor.text == "the and "
        await d.pilot.press("f7")
        assert d.editor.text == "the adn "
        await d.pilot.press("f7", "f7")
        assert d.editor.text == "teh adn "


async def test_undo_of_what_was_typed_behind_a_correction_is_no_undo_of_the_correction() -> None:
    async with desk() as d:
        await d.typed("in teh")
        await d.pilot.press("alt+3", *"zzz", "ctrl+z")
        assert d.editor.text == "in the "
        assert d.profile.undone == []


async def test_a_correction_that_was_typed_over_or_left_behind_cannot_be_put_back() -> None:
    async with desk() as d:
        await d.typed("teh")
        await d.pilot.press("alt+3", "enter", "f7")
        assert d.editor.text == "the \n"
        await d.typed("teh")
        await d.pilot.press("alt+3", "backspace", "backspace", "f7")
        assert d.editor.text == "the \nth"


async def test_a_correction_put_back_on_a_private_line_is_not_remembered() -> None:
    async with desk() as d:
        await d.pilot.press("f8")
        await d.typed("teh")
        await d.pilot.press("alt+3", "f7")
        await d.until(lambda: d.profile.undone == [("the ", False)])


async def test_a_phrase_shows_as_ghost_and_is_taken_whole_or_word_by_word() -> None:
    async with desk() as d:
        await d.typed("call me tom")
        await d.until(lambda: d.editor.suggestion == "orrow at noon")
        assert d.slots[0] == "tomorrow"
        await d.pilot.press("alt+right")
        assert d.editor.text == "call me tomorrow "
        await d.until(lambda: d.profile.accepted == ["tomorrow"])
    async with desk() as d:
        await d.typed("call me tom")
        await d.until(lambda: d.editor.suggestion == "orrow at noon")
        await d.pilot.press("right")
        assert d.editor.text == "call me tomorrow at noon "
        await d.until(lambda: d.profile.accepted == ["tomorrow at noon"])


async def test_each_word_of_a_phrase_is_taken_in_turn_without_waiting_for_the_engine() -> None:
    async with desk() as d:
        await d.typed("call me tom")
        await d.until(lambda: d.editor.suggestion == "orrow at noon")
        d.profile.gate.clear()
        for text in ("call me tomorrow ", "call me tomorrow at ", "call me tomorrow at noon "):
            await d.pilot.press("alt+right")
            assert d.editor.text == text
        assert d.app.typing.status.tally.shown.saved == len("orrow at noon ") - 3
        d.profile.gate.set()


async def test_tab_and_the_slot_take_the_first_word_of_a_phrase_alone() -> None:
    for key in ("tab", "alt+1"):
        async with desk() as d:
            await d.typed("call me tom")
            await d.until(lambda: d.editor.suggestion == "orrow at noon")
            await d.pilot.press(key)
            assert d.editor.text == "call me tomorrow "


async def test_phrases_and_emoji_are_turned_on_and_off_from_the_palette() -> None:
    async with desk() as d:
        titles = {c.title: c.callback for c in d.app.get_system_commands(d.app.screen)}
        assert {"Phrases", "Corrections", "Emoji"} <= set(titles)
        await d.typed("a party ")
        assert d.slots == ["the", "and", "then"]
        titles["Emoji"]()
        await d.until(lambda: d.slots == ["the", "and", "🎉"])
        assert d.profile.settings.emoji
        await d.pilot.press("alt+3")
        assert d.editor.text == "a party 🎉 "
        titles["Phrases"]()
        await d.until(lambda: not d.profile.settings.phrases)
        await d.typed("\ncall me tom")
        assert d.editor.suggestion == "orrow"


async def test_a_word_that_only_its_owner_uses_is_marked_while_it_is_new() -> None:
    async with desk() as d:
        await d.typed("the zebr")
        assert "1+ zebra" in str(next(iter(d.app.typing.query(SlotView))).render())


async def test_enter_commits_the_line_once() -> None:
    async with desk() as d:
        await d.type("first line\nsecond")
        await d.until(lambda: d.profile.committed == ["first line"])
        await d.pilot.press("up", "down")
        await d.until(lambda: d.profile.committed == ["first line", "second"])


async def test_leaving_commits_the_unfinished_line_and_closes_the_profile() -> None:
    async with desk() as d:
        await d.type("half a line")
    assert d.profile.committed == ["half a line"]
    assert d.profile.closed


async def test_lines_typed_before_the_profile_is_open_are_kept_too() -> None:
    app = HushkeyApp(opener := ScriptedOpener())
    app.typing._keep("an early line")
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.02)
    app.finish()
    assert opener.profile.committed == ["an early line"]


async def test_a_line_typed_by_someone_who_leaves_before_the_profile_is_open_is_kept() -> None:
    opener = ScriptedOpener()
    gate = threading.Event()
    opened = opener.open

    def slowly(choice: KeyChoice) -> ScriptedProfile:
        gate.wait(5)
        return opened(choice)

    opener.open = slowly
    app = HushkeyApp(opener)
    async with app.run_test() as pilot:
        while app.typing.editor.disabled:
            await pilot.pause(0.02)
        await pilot.press(*"early")
    gate.set()
    app.finish()
    assert opener.profile.committed == ["early"]
    assert opener.profile.closed


async def test_private_mode_keeps_nothing_and_is_marked() -> None:
    async with desk() as d:
        await d.type("before\nthis li")
        await d.pilot.press("f8")
        assert "private" in str(d.app.typing.query_one("#mode", Static).content)
        await d.type("ne is private\nand this\n")
        await d.pilot.press("f8")
        await d.type("after\n")
        await d.until(lambda: "after" in d.profile.committed)
        assert d.profile.committed == ["before", "after"]


def burst(d: Desk, *keys: str) -> None:
    """Press keys without waiting for any, as a slow line delivers them."""
    for key in keys:
        d.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_a_line_finished_before_private_mode_is_kept_also_in_a_burst_of_keys() -> None:
    async with desk() as d:
        burst(d, *"mine", "enter", "f8", *"theirs", "enter", "f8", *"ours", "enter")
        await d.until(lambda: d.editor.text == "mine\ntheirs\nours\n")
        await d.until(lambda: len(d.profile.committed) == 2)
        assert d.profile.committed == ["mine", "ours"]


async def test_a_line_finished_before_learning_is_paused_is_kept_also_in_a_burst_of_keys() -> None:
    async with desk() as d:
        held, pause = [], d.profile.pause

        def paused() -> None:
            held.extend(d.profile.committed)
            pause()

        d.profile.pause = paused
        burst(d, *"mine", "enter", "f6")
        await d.until(lambda: d.profile.paused)
        assert held == ["mine"]  # when learning went off


async def test_an_unfinished_private_line_is_not_kept_at_the_end() -> None:
    async with desk() as d:
        await d.pilot.press("f8")
        await d.type("half a secret")
    assert d.profile.committed == []


async def test_learning_is_turned_off_and_on() -> None:
    async with desk() as d:
        await d.pilot.press("f6")
        await d.until(lambda: d.profile.paused)
        assert "paused" in str(d.app.typing.query_one("#mode", Static).content)
        await d.pilot.press("f6")
        await d.until(lambda: not d.profile.paused)


async def test_learning_runs_while_typing_goes_on() -> None:
    async with desk() as d:
        d.profile.learn_gate.clear()
        await d.pilot.press("f9")
        await d.until(lambda: d.app.typing.status.learning.share == pytest.approx(1 / 3))
        await d.typed("see you tom")
        assert d.slots[0] == "tomorrow"
        d.profile.learn_gate.set()
        await d.until(lambda: d.app.typing.status.learning.share is None)
        assert "loss 5.10 → 4.80" in d.app.typing.status.learning.note


async def test_a_second_press_stops_the_run() -> None:
    async with desk() as d:
        d.profile.learn_gate.clear()
        await d.pilot.press("f9")
        await d.until(lambda: d.app.typing.status.learning.share == pytest.approx(1 / 3))
        await d.pilot.press("f9")
        await d.until(lambda: d.app.typing.status.learning.share is None)
        assert d.app.typing.status.learning.note == ""


async def test_a_refused_run_is_told_and_typing_goes_on() -> None:
    async with desk() as d:
        d.profile.learn_error = HistoryBusy("another process holds it; try again")
        await d.pilot.press("f9")
        await d.until(lambda: len(d.app._notifications) == 1)
        await d.typed("see you tom")
        assert d.slots[0] == "tomorrow"


async def test_forgetting_takes_the_marked_suggestion() -> None:
    async with desk() as d:
        await d.typed("in ten me")
        await d.pilot.press("alt+down", "shift+delete")
        await d.until(lambda: d.profile.forgotten == ["mean"])


async def test_a_word_that_was_never_typed_is_blocked_by_the_second_press() -> None:
    async with desk() as d:
        d.profile.entries = 0
        await d.typed("in ten me")
        await d.pilot.press("ctrl+d")
        await d.until(lambda: len(d.app._notifications) == 1)
        await d.pilot.press("ctrl+d")
        await d.until(lambda: d.profile.blocked == ["meeting"])
        await d.until(lambda: d.slots == ["mean", "", ""])


async def test_why_shows_each_expert() -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press("f5")
        assert isinstance(d.app.screen, WhyScreen)
        shown = " ".join(str(widget.content) for widget in d.app.screen.query(Static))
        assert "network" in shown
        assert "memory" in shown
        await d.pilot.press("escape")
        assert d.app.screen is d.app.typing


async def test_the_last_ten_minutes_are_unlearned_from_the_palette_once_that_is_confirmed() -> None:
    async with desk() as d:
        titles = {c.title: c.callback for c in d.app.get_system_commands(d.app.screen)}
        unlearn = titles["Unlearn the last ten minutes"]
        for keys in (("enter",), ("escape",)):  # the first button, and Esc, leave everything
            unlearn()
            await d.until(lambda: isinstance(d.app.screen, UnlearnScreen))
            await d.pilot.press(*keys)
            await d.until(lambda: d.app.screen is d.app.typing)
        assert d.profile.unlearned == []
        before = time.time()
        unlearn()
        await d.until(lambda: isinstance(d.app.screen, UnlearnScreen))
        await d.pilot.press("tab", "enter")
        await d.until(lambda: bool(d.profile.unlearned))
        (what,) = d.profile.unlearned
        assert what == Forgetting(since=what.since)  # every surface, and no word alone
        assert before - 600 <= what.since <= time.time() - 600
        await d.until(lambda: len(d.app._notifications) == 1)
        (told,) = d.app._notifications
        assert told.message == "Forgotten: 1 line of the last ten minutes."


async def test_a_run_shows_how_long_it_will_take() -> None:
    async with desk() as d:
        d.profile.learn_gate.clear()
        await d.pilot.press("f9")
        shown = d.app.typing.query_one("#learning", Static)
        await d.until(lambda: str(shown.content).endswith(" 8 s left"))
        d.profile.learn_gate.set()
        await d.until(lambda: d.app.typing.status.learning.share is None)


async def test_no_command_of_the_palette_writes_the_screen_to_a_file() -> None:
    async with desk() as d:
        titles = {command.title for command in d.app.get_system_commands(d.app.screen)}
        assert "Private mode" in titles
        assert "Screenshot" not in titles


@pytest.mark.parametrize("over", [(), ("f1",), ("f5",), ("ctrl+p",)])
async def test_ctrl_q_leaves_from_everywhere_and_keeps_the_line(over: tuple[str, ...]) -> None:
    async with desk() as d:
        await d.typed("see you tom")
        await d.pilot.press(*over, "ctrl+q")
        await d.until(lambda: d.app._exit)
    assert d.profile.committed == ["see you tom"]


async def test_a_weekly_review_that_is_due_is_told_once_the_profile_is_open() -> None:
    async with desk(ScriptedOpener(ScriptedProfile(to_review=14))) as d:
        await d.until(lambda: bool(d.app._notifications))
        (told,) = d.app._notifications
        assert told.message == "14 new words of yours to keep or forget: Ctrl+L, then r."


async def test_help_opens_and_closes() -> None:
    async with desk() as d:
        await d.pilot.press("f1")
        assert isinstance(d.app.screen, HelpScreen)
        await d.pilot.press("escape")
        assert d.app.screen is d.app.typing


async def test_a_pasted_megabyte_is_taken_and_only_the_end_of_its_line_is_asked_about() -> None:
    async with desk() as d:
        pasted = "the quick brown fox " * 50_000
        d.editor.post_message(events.Paste(pasted))
        await d.until(lambda: len(d.editor.text) > 1_000_000)
        await d.typed("z")
        assert all(len(asked) < 2500 for asked in d.profile.asked)
        assert max(map(len, d.editor.text.split("\n"))) <= 2001
    assert len(d.profile.committed) <= 1


async def test_what_was_typed_before_a_paste_of_several_lines_is_kept_and_the_paste_is_not() -> (
    None
):
    async with desk() as d:
        await d.type("typed ")
        d.editor.post_message(events.Paste("a\nb\nc"))
        await d.until(lambda: d.editor.text == "typed a\nb\nc")
    assert d.profile.committed == ["typed"]


async def test_a_smaller_terminal_keeps_three_slots_on_the_screen() -> None:
    async with desk() as d:
        await d.typed("in ten me")
        await d.pilot.resize_terminal(60, 16)
        await d.pilot.pause()
        for view in d.app.typing.query(SlotView):
            assert view.region.right <= 60
            assert 0 < view.region.bottom <= 16
        assert d.slots[0] == "meeting"


async def test_nothing_moves_when_suggestions_come_and_go() -> None:
    async with desk() as d:
        still = (d.editor, *d.app.typing.query(SlotView))
        before = [widget.region for widget in still]
        await d.typed("in ten me")
        assert [widget.region for widget in still] == before


async def test_the_first_run_says_what_is_kept_and_asks_to_go_on() -> None:
    opener = ScriptedOpener(first=Survey(Path("/home/ada/hushkey"), True, "keyring"))
    async with desk(opener) as d:
        assert isinstance(d.app.screen, WelcomeScreen)
        assert opener.choices == []
        shown = " ".join(str(widget.content) for widget in d.app.screen.query(Static))
        for fact in ("/home/ada/hushkey", "keyring", "Nothing leaves this machine"):
            assert fact in shown
        await d.pilot.press("enter")
        await d.until(lambda: d.app.typing.begun)


async def test_leaving_the_first_screen_opens_nothing() -> None:
    opener = ScriptedOpener(first=Survey(Path("/home/ada/hushkey"), True, "keyring"))
    async with desk(opener) as d:
        await d.pilot.press("escape")
        await d.pilot.pause()
    assert opener.choices == []


async def test_without_a_keyring_a_passphrase_is_chosen_twice() -> None:
    opener = ScriptedOpener(first=Survey(Path("/home/ada/hushkey"), True, None), passphrase="abc")
    async with desk(opener) as d:
        await d.pilot.press("enter")
        assert [field.password for field in d.app.screen.query(Input)] == [True, True]
        await d.pilot.press("a", "b", "c", "enter", "a", "b", "enter")
        assert isinstance(d.app.screen, KeyChoiceScreen)
        await d.pilot.press("c", "enter")
        await d.until(lambda: d.app.typing.begun)


async def test_what_is_typed_ahead_of_a_question_never_lands_in_the_text() -> None:
    locked = Survey(Path("/home/ada/hushkey"), False, "passphrase", asks_passphrase=True)
    app = HushkeyApp(opener := ScriptedOpener(first=locked, passphrase="abc"))
    async with app.run_test() as pilot:
        await pilot.press("x", "y", "enter", "a", "b")
        await pilot.pause(0.3)
        assert app.typing.editor.text == ""
    app.finish()
    assert opener.profile.committed == []


async def test_a_bare_key_file_is_an_explicit_choice() -> None:
    opener = ScriptedOpener(first=Survey(Path("/home/ada/hushkey"), True, None))
    async with desk(opener) as d:
        await d.pilot.press("enter")
        await d.pilot.click("#bare")
        await d.until(lambda: d.app.typing.begun)
    assert [choice.bare for choice in opener.choices] == [True]


async def test_a_locked_history_asks_until_the_passphrase_is_right() -> None:
    locked = Survey(Path("/home/ada/hushkey"), False, "passphrase", asks_passphrase=True)
    opener = ScriptedOpener(first=locked, passphrase="abc")
    async with desk(opener) as d:
        await d.pilot.press("x", "enter")
        await d.until(lambda: len(opener.choices) == 1)
        await d.until(lambda: isinstance(d.app.screen, UnlockScreen))
        assert "wrong" in str(d.app.screen.query_one("#refusal", Static).content)
        await d.pilot.press("a", "b", "c", "enter")
        await d.until(lambda: d.app.typing.begun)


async def test_a_fault_ends_the_app_without_a_word_of_what_was_typed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = HushkeyApp(ScriptedOpener())

    def fail() -> None:
        raise ZeroDivisionError(app.typing.editor.text)

    async def type_and_fail() -> None:
        async with app.run_test() as pilot:
            await pilot.press(*"secret")
            app.call_later(fail)
            await asyncio.sleep(0.3)

    with pytest.raises(ZeroDivisionError):
        await type_and_fail()
    app.finish()
    assert app.fault is not None
    assert "ZeroDivisionError" in app.fault
    shown = capsys.readouterr()
    assert "secret" not in app.fault + shown.out + shown.err
