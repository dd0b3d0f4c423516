"""The room of learned words as text: what is shown of a state, in which order, at which width. Pure."""

import dataclasses
import time
from collections.abc import Iterator

import pytest

from hushkey.keyboard.embed.why import Why
from hushkey.keyboard.exports import Export
from hushkey.keyboard.own_words import OwnWord, Reasons
from hushkey.keyboard.reports import ForgetReport, ProbeReport, WordProbe
from hushkey.keyboard.review import LearnedWord, Review
from hushkey.tui import learned_view, review_view, why_view
from hushkey.tui.learned_view import GAP, LearnedState, view_of
from hushkey.tui.review_view import ReviewState

DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days are told as those of where one is."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def word(text: str, count: int = 1, first: float | None = 0.0, **told: object) -> OwnWord:
    last = None if first is None else told.pop("last", first)
    fields: dict[str, object] = {
        "surfaces": ("app",),
        "rung": "seen",
        "vouched": False,
        "blocked": False,
        "as_typed": False,
        "in_base": False,
    }
    return OwnWord(text, count, first, last, **(fields | told))  # type: ignore[arg-type]


WORDS = (
    word("Zorblax", 7, DAY_S, last=9 * DAY_S, rung="trusted"),
    word("quinces", 2, 5 * DAY_S, last=6 * DAY_S, rung="new", surfaces=("app", "shell")),
    word("Vexley", 1, 2 * DAY_S),
    word("Mabbit", 0, None, rung="trusted", vouched=True),
    word("damn", 4, None, rung="trusted", blocked=True, in_base=True),
)


def shown(**changes: object) -> list[str]:
    state = dataclasses.replace(LearnedState(WORDS, doing=""), **changes)  # type: ignore[arg-type]
    return [one.word for one in view_of(state).shown]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("count", ["Zorblax", "damn", "quinces", "Vexley", "Mabbit"]),
        ("word", ["damn", "Mabbit", "quinces", "Vexley", "Zorblax"]),
        ("first", ["Zorblax", "Vexley", "quinces", "damn", "Mabbit"]),
        ("last", ["Zorblax", "quinces", "Vexley", "damn", "Mabbit"]),
        ("rung", ["Mabbit", "Zorblax", "quinces", "Vexley", "damn"]),
    ],
)
def test_words_are_sorted_by_any_column(order: str, first: list[str]) -> None:
    assert shown(order=order) == first


def test_an_order_that_is_turned_round_still_has_what_is_not_dated_last() -> None:
    assert shown(order="last", reverse=True) == ["Vexley", "quinces", "Zorblax", "damn", "Mabbit"]


def test_a_search_finds_a_part_of_a_word_in_any_case() -> None:
    assert shown(search=" BL") == ["Zorblax"]
    assert shown(search="x") == ["Zorblax", "Vexley"]


@pytest.mark.parametrize(
    ("sift", "left"),
    [("new", ["quinces"]), ("kept", ["Mabbit"]), ("blocked", ["damn"])],
)
def test_kinds_of_words_are_shown_alone(sift: str, left: list[str]) -> None:
    assert shown(sift=sift) == left


def test_the_head_counts_all_and_says_where_only_some_show() -> None:
    state = LearnedState(WORDS)
    assert view_of(state).headline == "5 words · 1 new · 1 kept · 1 blocked"
    some = dataclasses.replace(state, search="zorb")
    assert view_of(some).headline == "1 of 5 words · 1 new · 1 kept · 1 blocked"


def test_an_empty_table_says_why_it_is_empty() -> None:
    assert view_of(LearnedState(())).empty == learned_view.NOTHING
    none = LearnedState(WORDS, search="nix", sift="blocked")
    assert view_of(none).empty == "No word with “nix” among the blocked ones."


def test_nothing_is_claimed_before_the_words_were_read() -> None:
    view = view_of(LearnedState())
    assert (view.headline, view.empty, view.doing) == ("", "", learned_view.READING)


def test_a_column_that_is_chosen_again_turns_its_order_round() -> None:
    state = LearnedState(WORDS)
    assert learned_view.turned(state, "word") == ("word", False)
    assert learned_view.turned(state, "count") == ("count", True)


@pytest.mark.parametrize("width", range(50, 130, 5))
def test_the_columns_fit_every_width(width: int) -> None:
    columns = learned_view.columns(width)
    assert sum(column.cells for column in columns) + GAP * (len(columns) - 1) <= width
    assert [column.title for column in columns][:3] == ["Word", "Uses", "Standing"]


def test_what_a_narrow_table_leaves_out_is_told_of_the_word_under_the_cursor() -> None:
    told = learned_view.detail(WORDS[1])
    for said in ("“quinces”: 2 uses", "1970-01-06 to 1970-01-07", "in app, shell", "New:"):
        assert said in told
    assert learned_view.detail(WORDS[4]).endswith("until you unblock it.")
    assert learned_view.detail(None) == ""


def test_the_rung_of_a_word_is_one_or_two_words() -> None:
    assert [learned_view.standing(one) for one in WORDS] == [
        "trusted",
        "new",
        "seen",
        "kept",
        "blocked",
    ]
    assert learned_view.standing(word("teh", 0, as_typed=True)) == "as typed"
    assert learned_view.standing(word("teh", 3, as_typed=True, rung="new")) == "new, as typed"


def test_the_question_says_what_forgetting_reaches() -> None:
    title, text = learned_view.question(WORDS[0])
    assert title == "Forget “Zorblax”?"
    assert text.startswith("All 7 uses of it go from the history")
    assert text.endswith("Nothing brings it back.")
    assert learned_view.question(WORDS[3])[1].startswith("It goes from counts")


def test_what_was_forgotten_is_told_with_what_asking_for_it_gave() -> None:
    probe = WordProbe("zorblax", False, 0, 0, 0.0, 0, 0)
    report = ForgetReport(
        3, adapter_dropped=True, reports_dropped=1, exports=(Export(1.0, "x", 3, 3),)
    )
    told = learned_view.forgotten(1, report, ProbeReport(True, False, 12, (probe,)))
    for said in (
        "1 word, cut out of 3 lines.",
        "The adapter went with it",
        "1 report that waited",
        "1 export made since may still hold it.",
        "the word is unknown now",
    ):
        assert said in told
    assert "orblax" not in told


def test_characters_that_a_terminal_would_act_on_are_shown_as_marks() -> None:
    column = learned_view.columns(80)[0]
    assert column.text(word("a\x1b[2Jb")) == "a·[2Jb"


# The weekly review ---------------------------------------------------------------------------------


def due(*words: str) -> Review:
    return Review(
        tuple(
            LearnedWord(one, 2, 0.0, DAY_S, ("app",), "new", False, False, place)
            for place, one in enumerate(words, 1)
        ),
        None,
    )


def test_a_review_asks_word_by_word_and_sorts_what_was_decided() -> None:
    state = ReviewState(due("one", "two", "three", "four"))
    assert review_view.headline(state) == "Weekly review · 1 of 4"
    state = state.decide("keep").decide("forget").decide("block").decide("leave")
    assert state.word is None
    ended = state.ended()
    assert (ended.asked, ended.keep, ended.forget, ended.block) == (
        4,
        ("one",),
        ("two",),
        ("three",),
    )
    assert review_view.told(ended) == "Reviewed: 1 kept, 1 blocked, 1 to be forgotten."


def test_a_decision_can_be_taken_back_and_the_rest_kept() -> None:
    state = ReviewState(due("one", "two", "three")).decide("forget").back().decide("block")
    ended = state.decide_rest("keep").ended()
    assert (ended.block, ended.keep, ended.forget) == (("one",), ("two", "three"), ())


def test_a_review_that_is_stopped_says_that_the_rest_comes_again() -> None:
    ended = ReviewState(due("one", "two", "three")).decide("leave").ended()
    assert ended.asked == 1
    assert review_view.told(ended) == "Reviewed: 2 come again."


def test_no_representation_of_a_review_holds_a_word() -> None:
    state = ReviewState(due("Zorblax")).decide("keep")
    assert "orblax" not in repr(state)
    assert "orblax" not in repr(state.ended())


# Why this word -------------------------------------------------------------------------------------


def test_a_word_of_ones_own_tells_how_often_when_and_where() -> None:
    why = Why({}, 12, {"shell": 3, "app": 9}, DAY_S, 5 * DAY_S)
    assert why_view.yours(Reasons(why, WORDS[0])) == (
        "You wrote it 12 times, first on 1970-01-02, last on 1970-01-06.",
        "Lines that hold it: app 9, shell 3.",
        "Trusted: offered as any other word.",
    )


def test_a_word_that_was_never_written_says_so() -> None:
    told = why_view.yours(Reasons(Why({}, 0), word("the", 0, None, in_base=True)))
    assert told == ("You never wrote it.", "", "From the shipped list.")


def test_many_surfaces_are_counted_and_once_is_once() -> None:
    lines = dict.fromkeys("abcdefg", 1)
    told = why_view.yours(Reasons(Why({}, 1, lines, 0.0, 0.0), WORDS[2]))
    assert told[0] == "You wrote it once, first on 1970-01-01."
    assert told[1] == "Lines that hold it: a 1, b 1, c 1, d 1, 3 more 3."
