"""The room of learned words on a real profile, driven by keys and mouse; and 'why this word?' with when and where."""

import threading
import time

import pytest
from own_profile import OwnOpener, own_app
from scripted import ScriptedOpener
from textual.widgets import Input

from hushkey.keyboard.errors import HistoryBusy
from hushkey.keyboard.own_words import OwnWord, OwnWords
from hushkey.model.base import Base
from hushkey.tui.app import HushkeyApp
from hushkey.tui.screens.add_word import AddWordScreen
from hushkey.tui.screens.forget import ForgetScreen
from hushkey.tui.screens.learned import LearnedScreen
from hushkey.tui.screens.review import ReviewScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.why import WhyScreen
from hushkey.tui.widgets.word_table import WordTable


@pytest.fixture
def opener(tiny_base: Base) -> OwnOpener:
    return OwnOpener(tiny_base)


# Demands -------------------------------------------------------------------------------------------


async def test_demand_5_everything_that_was_learned_is_shown_with_counts_and_dates(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.enter()
        assert d.shown == ["Zorblax", "Quinces", "Vexley", "Mabbit"]
        assert "4 words · 2 new" in d.text
        assert "“Zorblax”: 3 uses, 2026-02-02 to 2026-02-05, in app, shell. Trusted" in d.text


async def test_demand_1_a_word_is_forgotten_in_the_list_after_one_question(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("d")
        await d.until_shown(ForgetScreen)
        await d.press("enter")  # on the first button, which leaves everything
        await d.until_shown(LearnedScreen)
        assert d.profile.engine.count("zorblax") == 3
        await d.press("shift+delete")
        await d.until_shown(ForgetScreen)
        await d.press("f")
        await d.until_told("Forgotten: 1 word, cut out of 2 lines.")
        await d.until(lambda: d.shown == ["Quinces", "Vexley", "Mabbit"])
        assert d.profile.engine.count("zorblax") == 0


async def test_nine_2_forgetting_in_the_list_cascades_and_is_proved_by_asking(
    opener: OwnOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with own_app(opener) as d:
        told = threading.Event()
        monkeypatch.setattr(d.app.typing, "_take_back", told.set)
        await d.typed("the Zorb")
        assert "Zorblax" in d.offered
        await d.enter()
        await d.press("d")
        await d.until_shown(ForgetScreen)
        await d.press("f")
        await d.until_told("Asked for it: the word is unknown now")
        assert told.is_set()  # sharing was told, to take back what was made of it
        assert not [e for e in d.profile.history.entries() if "orblax" in e.text]
        await d.press("escape")
        await d.until(lambda: d.app.screen is d.app.typing)
        await d.until(lambda: "Zorblax" not in d.offered)
        assert d.app.typing.status.words == d.profile.engine.words_learned


async def test_demand_2_a_shipped_word_is_blocked_for_good_listed_and_allowed_again(
    opener: OwnOpener,
) -> None:
    opener.profile.block("the")
    async with own_app(opener) as d:
        await d.enter()
        await d.press("f", "f", "f")
        assert d.shown == ["the"]
        assert "never offered" in d.text
        await d.press("b")
        await d.until_told("“the” is offered again.")
        assert d.profile.engine.blocked == frozenset()
        assert d.profile.history.blocked.words() == []


async def test_a_word_of_ones_own_is_blocked_and_allowed_again_by_the_same_key(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("b")
        await d.until_told("“Zorblax” is blocked; b once more undoes it.")
        await d.until(lambda: d.room.query_one(WordTable).word.blocked)
        await d.press("b")
        await d.until_told("“Zorblax” is offered again.")
        assert not d.profile.engine.blocked


async def test_demand_3_a_word_that_was_deleted_stays_deleted_after_learning_anew(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("d")
        await d.until_shown(ForgetScreen)
        await d.press("f")
        await d.until_told("Forgotten")
        d.profile.commit("you and the Quinces", "app")
        await d.press("u", "escape", "escape")
        await d.enter()
        assert "Zorblax" not in d.shown
        assert not d.profile.engine.knows("zorblax")


async def test_demand_4_a_typo_seen_once_is_listed_as_not_offered_yet(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("end")
        await d.until(lambda: "“Mabbit”" in d.text)
        assert "Seen: too seldom to be offered yet." in d.text
        await d.press("escape")
        await d.typed("the Mabb")
        assert "Mabbit" not in d.offered


async def test_demand_6_one_press_adds_the_word_before_the_cursor(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.typed("the Mabbit ")
        await d.press("ctrl+n")
        await d.until(lambda: bool(d.told))
        (told,) = d.told
        assert told.startswith("“Mabbit” is yours now")
        await d.typed("and the Mabb")
        assert "Mabbit" in d.offered


async def test_demand_6_a_word_is_added_by_hand_before_it_was_ever_typed(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("slash", *"Wurblek", "enter", "a")
        await d.until_shown(AddWordScreen)
        assert d.app.screen.query_one(Input).value == "Wurblek"
        await d.press("enter")
        await d.until_told("“Wurblek” is yours now")
        await d.until(lambda: d.shown == ["Wurblek"])
        await d.press("escape", "escape")
        await d.typed("the Wurb")
        assert "Wurblek" in d.offered


async def test_nine_7_the_weekly_review_keeps_forgets_and_blocks_and_leaves_its_mark(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("r")
        await d.until_shown(ReviewScreen)
        assert "Weekly review · 1 of 3" in d.text
        assert "Zorblax" in d.text
        await d.press("f")
        assert "Quinces" in d.text
        await d.press("b", "k")
        await d.until_told("Reviewed: 1 kept, 1 blocked, 1 to be forgotten. Forgotten: 1 word")
        assert d.profile.engine.vouched == {"vexley"}
        assert d.profile.engine.blocked == {"quinces"}
        assert d.profile.engine.count("zorblax") == 0
        assert d.profile.review().words == ()
        assert d.profile.review().at == pytest.approx(time.time(), abs=600)
        await d.press("r")
        await d.until_told("Nothing new to review since")


async def test_nine_7_what_a_stopped_review_did_not_come_to_comes_again(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("r")
        await d.until_shown(ReviewScreen)
        await d.press("s", "k", "backspace", "escape")
        await d.until_told("2 come again")
        assert [word.word for word in d.profile.review().words] == ["Quinces", "Vexley"]
        await d.press("r")
        await d.until_shown(ReviewScreen)
        await d.press("a")
        await d.until_told("Reviewed: 2 kept.")
        assert d.profile.engine.vouched == {"quinces", "vexley"}


async def test_nine_7_the_last_ten_minutes_are_unlearned_from_the_room(opener: OwnOpener) -> None:
    opener.profile.commit("the Frobnix and the Frobnix", "shell")
    async with own_app(opener) as d:
        await d.enter()
        assert "Frobnix" in d.shown
        await d.press("u")
        await d.until_shown(UnlearnScreen)
        await d.press("tab", "enter")
        await d.until_told("Forgotten: 1 line of the last ten minutes.")
        await d.until(lambda: "Frobnix" not in d.shown)
        assert "Zorblax" in d.shown


async def test_nine_1_why_tells_when_and_where_a_word_was_written(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.typed("the Zorb")
        await d.press("f5")
        await d.until_shown(WhyScreen)
        height = d.app.screen.query_one("#yours").region.height
        await d.until(lambda: "You wrote it 3 times" in d.text)
        assert "first on 2026-02-02, last on 2026-02-05" in d.text
        assert "Lines that hold it: app 1, shell 1." in d.text
        assert "Trusted" in d.text
        assert d.app.screen.query_one("#yours").region.height == height  # nothing jumped


async def test_nine_1_a_word_is_forgotten_from_the_answer_to_why(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.typed("the Zorb")
        await d.press("f5")
        await d.until_shown(WhyScreen)
        await d.press("f")
        await d.until(lambda: bool(d.told))
        (told,) = d.told
        assert told == "Forgot “Zorblax” in 2 lines of the history."
        await d.until(lambda: "Zorblax" not in d.offered)


async def test_a_word_is_blocked_from_the_answer_to_why(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.typed("the Zorb")
        await d.press("f5")
        await d.until_shown(WhyScreen)
        await d.press("b")
        await d.until(lambda: "zorblax" in d.profile.engine.blocked)
        await d.until(lambda: "Zorblax" not in d.offered)


# The table and the search ----------------------------------------------------------------------------


async def test_the_search_narrows_and_escape_leaves_it_before_the_room(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("slash", *"ex")
        await d.until(lambda: d.shown == ["Vexley"])
        await d.press("escape")
        await d.until(lambda: len(d.shown) == 4)
        await d.press("s", "s", "s")  # a key of the table again
        assert d.room.state.order == "word"
        await d.press("o")
        await d.until(lambda: d.shown == ["Zorblax", "Vexley", "Quinces", "Mabbit"])
        await d.press("escape")
        assert d.app.screen is d.app.typing


async def test_a_click_on_a_head_sorts_and_one_on_a_row_marks_it(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.pilot.click(WordTable, offset=(3, 0))
        assert d.shown == ["Mabbit", "Quinces", "Vexley", "Zorblax"]
        await d.pilot.click(WordTable, offset=(3, 0))
        await d.pilot.pause()
        assert d.shown == ["Zorblax", "Vexley", "Quinces", "Mabbit"]
        await d.pilot.click(WordTable, offset=(3, 2))
        assert d.room.query_one(WordTable).word.word == "Vexley"


async def test_the_cursor_stays_with_its_word_when_the_order_changes(opener: OwnOpener) -> None:
    async with own_app(opener) as d:
        await d.enter()
        await d.press("down", "s")
        assert d.room.query_one(WordTable).word.word == "Quinces"


async def test_ten_thousand_words_are_sorted_and_searched_without_a_freeze(
    opener: OwnOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [
        OwnWord(f"word{n}", n % 97, float(n), float(n), ("app",), "new", False, False, False, False)
        for n in range(10_000)
    ]
    monkeypatch.setattr(OwnWords, "all", lambda _: many)
    async with own_app(opener) as d:
        await d.enter()
        began = time.process_time()
        await d.press("end", "s", "s", "pageup", "slash", *"999")
        await d.until(lambda: len(d.shown) == 19)
        assert time.process_time() - began < 4.0  # a table of widgets' cells takes ten
        await d.press("escape", "home")
        assert d.room.query_one(WordTable).cursor == 0


# Refusals and what is late ---------------------------------------------------------------------------


async def test_a_refusal_is_told_without_a_word_and_everything_else_holds(
    opener: OwnOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: OwnWords, words: object) -> None:
        raise HistoryBusy("another process holds the history; nothing was changed; try again")

    async with own_app(opener) as d:
        await d.enter()
        monkeypatch.setattr(OwnWords, "forget", busy)
        await d.press("d")
        await d.until_shown(ForgetScreen)
        await d.press("f")
        await d.until(lambda: "nothing was changed" in d.text)
        assert "Zorblax" in d.shown


async def test_what_was_asked_for_is_done_though_the_room_was_left(
    opener: OwnOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, forget = threading.Event(), OwnWords.forget

    def late(self: OwnWords, words: tuple[str, ...]) -> object:
        gate.wait(10)
        return forget(self, words)

    monkeypatch.setattr(OwnWords, "forget", late)
    async with own_app(opener) as d:
        await d.enter()
        await d.press("d")
        await d.until_shown(ForgetScreen)
        await d.press("f", "escape")
        await d.until(lambda: d.app.screen is d.app.typing)
        gate.set()
        await d.until(lambda: d.profile.engine.count("zorblax") == 0)


async def test_nothing_is_added_on_a_private_line_or_where_no_word_stands(
    opener: OwnOpener,
) -> None:
    async with own_app(opener) as d:
        await d.press("ctrl+n", "f8", *"Mabbit", "ctrl+n")
        await d.until(lambda: len(d.told) == 2)
        assert d.told[0] == "No word stands before the cursor."
        assert d.told[1] == "Nothing is kept now, so no word was added."
        assert d.profile.history.vouched.words() == []


async def test_a_profile_without_words_to_list_says_so() -> None:
    app = HushkeyApp(ScriptedOpener())
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.02)
        await pilot.press("ctrl+l")
        for _ in range(200):
            await pilot.pause(0.02)
            if isinstance(app.screen, LearnedScreen) and app.screen.state.refusal:
                break
        assert app.screen.state.refusal == "This profile keeps no words that could be listed."
    app.finish()
