"""State in, text out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.benefit import Benefit
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.profile import LearnProgress, LearnReport
from hushkey.keyboard.types import Suggestion
from hushkey.tui import view_model
from hushkey.tui.offer import Offer, confirmed
from hushkey.tui.tally import Tally
from hushkey.tui.view_model import Learning, Status

LATER = Suggestion("later", "prediction", 0.21, {"memory": 0.05, "network": 0.3}, 0)


def report(*, words: int = 900, kept: bool = True, finished: bool = True) -> LearnReport:
    return LearnReport(
        words=words,
        seconds=2.0,
        keyboard_before=Figures(5.0, 0.31),
        keyboard_after=Figures(4.5, 0.36),
        kept=kept,
        finished=finished,
    )


def test_the_strip_has_three_places_however_many_suggestions_there_are() -> None:
    for count in range(5):
        slots = view_model.strip(Offer("", (LATER,) * count))
        assert [slot.number for slot in slots] == [1, 2, 3]
        assert [bool(slot.text) for slot in slots] == [count > place for place in range(3)]


def test_a_word_is_shown_in_its_slot_behind_empty_ones() -> None:
    slots = view_model.strip(Offer("", (LATER,), (2,)), marked=2)
    assert [slot.text for slot in slots] == ["", "", "later"]
    assert [slot.number for slot in slots] == [1, 2, 3]
    assert [slot.marked for slot in slots] == [False, False, True]


def test_a_word_that_the_line_left_behind_leaves_its_slot_and_the_slot_looks_as_it_did() -> None:
    offer = Offer("so ", (LATER, replace(LATER, text="long")))
    slots = view_model.strip(offer, marked=0)
    left = view_model.standing_in(slots, confirmed(offer, "so lo"))
    assert [slot.text for slot in left] == ["", "long", ""]
    assert [slot.marked for slot in left] == [True, False, False]
    assert [slot.kind for slot in left] == [slot.kind for slot in slots]
    assert view_model.standing_in(slots, offer) == slots


def test_only_the_marked_slot_is_marked() -> None:
    slots = view_model.strip(Offer("", (LATER, LATER)), 1)
    assert [slot.marked for slot in slots] == [False, True, False]


def test_what_is_special_about_a_slots_word_is_marked_without_colour() -> None:
    special = (
        Suggestion("the", "correction", 0.9, {}, 3),
        Suggestion("teh", "typed", 0.0, {}, 3),
        Suggestion("tehn", "completion", 0.1, {}, 3, new=True),
    )
    slots = view_model.strip(Offer("teh", special))
    assert [slot.mark for slot in slots] == ["≈", "=", "+"]
    assert all(mark in view_model.LEGEND for mark in "≈=+")
    assert view_model.strip(Offer("", (LATER,)))[0].mark == ""
    said = [view_model.spoken(suggestion) for suggestion in (*special, LATER)]
    assert said == ["the (a correction)", "teh (as you typed it)", "tehn (new)", "later"]


def test_why_says_that_a_word_is_new() -> None:
    new = Suggestion("quuxly", "completion", 0.01, {}, 2, new=True)
    assert "still new" in view_model.why_title(new)


@given(st.text())
def test_nothing_a_terminal_would_act_on_is_shown(text: str) -> None:
    assert view_model.visible(text).isprintable()


def test_savings_are_told_as_share_and_count() -> None:
    assert view_model.savings(Tally()) == "no keys saved today"
    assert view_model.savings(Tally(Benefit(69, 100))) == "31% saved today · 31 keys"
    assert view_model.savings(Tally(Benefit(), Benefit(1, 2))) == "50% saved today · 1 key"
    assert (
        view_model.savings(Tally(Benefit(40, 60), Benefit(29, 40))) == "31% saved today · 31 keys"
    )


def test_private_mode_is_told_before_anything_else() -> None:
    assert "private" in view_model.mode(Status(private=True, paused=True))
    assert "paused" in view_model.mode(Status(paused=True))
    assert "learning" in view_model.mode(Status())


@given(st.integers(0, 900), st.integers(1, 900), st.floats(0.0, 3e5))
def test_the_bar_of_a_run_never_changes_its_width(step: int, steps: int, left_s: float) -> None:
    run = view_model.advanced(LearnProgress(min(step, steps), steps, 5.0, left_s))
    line = view_model.learning_line(Status(learning=run))
    assert len(line) == len(view_model.learning_line(Status(learning=Learning(0.0))))


def test_the_words_are_told_while_no_run_is_under_way() -> None:
    assert view_model.learning_line(Status(words=4210)) == "4,210 words learned"
    assert view_model.learning_line(Status(words=1)) == "1 word learned"


def test_a_run_of_no_known_length_stands_at_nothing() -> None:
    assert view_model.advanced(LearnProgress(1, 0, 5.0)).share == 0.0
    assert view_model.advanced(LearnProgress(3, 4, 5.0)).share == 0.75


def test_the_result_of_a_run_says_what_became_of_it() -> None:
    assert view_model.learned(report()).note == "learned · loss 5.00 → 4.50"
    assert "nothing changed" in view_model.learned(report(kept=False)).note
    assert "nothing to learn" in view_model.learned(report(words=0)).note
    assert view_model.learned(report(finished=False, kept=False)).note.endswith("goes on later")
    assert "too few words" in view_model.learned(LearnReport(words=40)).note


def test_what_is_left_is_told_as_exactly_as_a_guess_deserves() -> None:
    told = [view_model.time_left(s) for s in (0.0, 0.2, 12.3, 59.4, 60.0, 140.0, 3_500.0, 7_300.0)]
    assert told == [
        "",
        "about 1 s left",
        "about 12 s left",
        "about 59 s left",
        "about 1 min left",
        "about 2 min left",
        "about 58 min left",
        "about 2.0 h left",
    ]


def test_a_run_tells_how_long_it_will_take_and_its_share_where_nobody_knows() -> None:
    run = view_model.advanced(LearnProgress(1, 4, 5.0, 12.0))
    assert view_model.learning_line(Status(learning=run)).endswith(" 12 s left")
    assert view_model.learning_line(Status(learning=Learning(0.25))).endswith(" 25%")


def test_what_was_unlearned_is_told_by_its_lines() -> None:
    assert view_model.unlearned(1) == "Forgotten: 1 line of the last ten minutes."
    assert view_model.unlearned(1_200).startswith("Forgotten: 1,200 lines")
    assert "Nothing" in view_model.unlearned(0)


def test_the_status_line_fits_sixty_columns() -> None:
    status = Status(tally=Tally(Benefit(100_000, 200_000)), words=1_000_000)
    over = report(kept=False, finished=False)
    longest = (
        Learning(0.5),
        Learning(0.5, "59 min left"),
        view_model.learned(report()),
        view_model.learned(over),
    )
    for learning in (*longest, view_model.learned(LearnReport(words=40)), Learning()):
        left, right = view_model.status_line(replace(status, learning=learning))
        assert len(left) + len(right) + 2 * 3 < 60
        assert left.endswith("100,000 keys")


def test_why_lists_the_most_convinced_expert_first() -> None:
    assert [part.expert for part in view_model.why(LATER)] == ["network", "memory"]
    assert view_model.why_title(LATER) == "“later” — a next word, 21.0% likely"


def test_a_small_chance_is_not_rounded_to_nothing() -> None:
    assert view_model.percent(0.0004) == "under 0.1%"
    assert view_model.percent(0.0) == "0.0%"
    assert view_model.meter(0.0004).strip() != ""
    assert view_model.meter(0.0).strip() == ""
    assert len(view_model.meter(1.0)) == len(view_model.meter(0.3)) == 16


def test_before_the_profile_is_open_nothing_is_claimed_of_what_is_kept() -> None:
    assert view_model.mode(Status(opened=False)) == ""
    assert view_model.mode(Status()) == "learning as you type"
