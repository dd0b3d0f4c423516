"""What the strip offers, and what taking it changes."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.types import Suggestion
from hushkey.tui.offer import (
    Insertion,
    Offer,
    confirmed,
    first_word,
    ghost,
    in_slot,
    insertion,
    window,
)


def word(text: str, replaces: int, kind: str = "completion") -> Suggestion:
    return Suggestion(text, kind, 0.5, {"network": 0.5}, replaces)


TOM = Offer("see you tom", (word("tomorrow", 3), word("Tom", 3, "correction")))
NEXT = Offer("see you ", (word("tomorrow", 0, "prediction"), word("later", 0, "prediction")))


GAP = Offer("in me", (word("meeting", 2), word("mean", 2)), (1, 2))


def test_a_suggestion_is_found_in_the_slot_it_is_shown_in() -> None:
    assert [s and s.text for s in (in_slot(GAP, slot) for slot in range(4))] == [
        None,
        "meeting",
        "mean",
        None,
    ]
    assert in_slot(TOM, 0) == TOM.suggestions[0]


def test_a_taken_slot_is_the_one_shown_and_one_left_empty_gives_nothing() -> None:
    assert insertion(GAP, in_slot(GAP, 0), "in me") is None
    assert insertion(GAP, in_slot(GAP, 1), "in me") == Insertion("meeting ", 2)
    assert insertion(GAP, in_slot(GAP, 2), "in mea") == Insertion("mean ", 3)


def test_of_equally_likely_words_the_ghost_is_that_of_the_lowest_slot() -> None:
    assert (GAP.first, ghost(GAP, "in me")) == (1, "eting")
    assert (Offer().first, ghost(Offer(), "")) == (0, "")


def test_the_ghost_is_the_likeliest_word_in_whichever_slot_it_stands() -> None:
    kept = Suggestion("mean", "completion", 0.1, {}, 2)
    offer = Offer("in me", (kept, Suggestion("meeting", "completion", 0.4, {}, 2)), (0, 2))
    assert (offer.first, ghost(offer, "in me")) == (2, "eting")
    assert offer.leading == in_slot(offer, offer.first)


def test_the_ghost_is_the_rest_of_the_first_suggestion() -> None:
    assert ghost(TOM, "see you tom") == "orrow"


def test_a_letter_that_agrees_shortens_the_ghost_before_any_new_answer() -> None:
    assert ghost(TOM, "see you tomor") == "row"


def test_a_letter_taken_back_lengthens_the_ghost_again() -> None:
    assert ghost(TOM, "see you to") == "morrow"


def test_a_letter_that_disagrees_ends_the_ghost() -> None:
    assert ghost(TOM, "see you tomb") == ""


def test_there_is_no_ghost_on_another_line() -> None:
    assert ghost(TOM, "what about tom") == ""
    assert ghost(TOM, "") == ""


def test_a_correction_is_no_ghost_as_it_changes_what_stands_there() -> None:
    offer = Offer("teh", (word("the", 3, "correction"),))
    assert ghost(offer, "teh") == ""
    assert insertion(offer, in_slot(offer, 0), "teh") == Insertion("the ", 3)


def test_taking_a_slot_replaces_the_letters_typed_and_adds_a_space() -> None:
    assert insertion(TOM, in_slot(TOM, 0), "see you tom") == Insertion("tomorrow ", 3)


def test_taking_an_older_offer_replaces_what_was_typed_since() -> None:
    assert insertion(TOM, in_slot(TOM, 0), "see you tomor") == Insertion("tomorrow ", 5)
    assert insertion(NEXT, in_slot(NEXT, 1), "see you la") == Insertion("later ", 2)


def test_an_older_offer_that_the_letters_no_longer_mean_is_not_taken() -> None:
    assert insertion(NEXT, in_slot(NEXT, 1), "see you to") is None
    assert insertion(TOM, in_slot(TOM, 0), "something else") is None


def test_a_slot_that_is_empty_is_not_taken() -> None:
    assert insertion(TOM, in_slot(TOM, 2), "see you tom") is None
    assert insertion(TOM, in_slot(TOM, -1), "see you tom") is None
    assert insertion(Offer(), None, "") is None


def test_capitals_of_the_suggestion_win_over_those_typed() -> None:
    offer = Offer("", (word("London", 0, "prediction"),))
    assert insertion(offer, in_slot(offer, 0), "lon") == Insertion("London ", 3)
    assert ghost(offer, "lon") == ""


def test_one_word_of_a_phrase_is_its_first_and_a_space() -> None:
    assert first_word("orrow at noon") == "orrow "
    assert first_word(" at noon") == " at "
    assert first_word("  ") == ""


@given(st.text(alphabet="ab ", max_size=6000))
def test_the_window_is_the_end_of_the_line_and_bounded(before: str) -> None:
    shown = window(before)
    assert before.endswith(shown)
    assert len(shown) < 2500
    assert len(shown) >= min(len(before), 2000)


def test_the_window_rests_while_one_types_so_that_the_ghost_does() -> None:
    line = "x" * 2600
    assert window(line + "a").startswith(window(line)[:1])
    assert len(window(line + "a")) == len(window(line)) + 1


@given(st.text(max_size=20), st.text(min_size=1, max_size=10), st.integers(0, 10))
def test_ghost_and_insertion_agree_on_the_text_that_results(
    before: str, text: str, typed: int
) -> None:
    asked = before + text[:typed]
    offer = Offer(asked, (word(text, len(text[:typed])),))
    change = insertion(offer, in_slot(offer, 0), asked)
    assert change is not None
    result = asked[: len(asked) - change.replaces] + change.text
    assert result == before + text + " "
    rest = ghost(offer, asked)
    assert not rest or asked + rest + " " == result


PHRASE = Offer(
    "I look f",
    (word("forward", 1), word("for", 1)),
    phrase=word("forward to seeing", 1, "phrase"),
)


def test_a_phrase_leads_as_ghost_text_while_the_slots_keep_their_words() -> None:
    assert ghost(PHRASE, "I look f") == "orward to seeing"
    assert in_slot(PHRASE, PHRASE.first) == word("forward", 1)
    assert insertion(PHRASE, PHRASE.leading, "I look fo") == Insertion("forward to seeing ", 2)
    assert insertion(PHRASE, in_slot(PHRASE, 0), "I look fo") == Insertion("forward ", 2)


def test_the_rest_of_a_phrase_stays_once_its_first_word_is_there() -> None:
    assert ghost(PHRASE, "I look forward ") == "to seeing"
    assert ghost(PHRASE, "I look forward to") == " seeing"
    assert insertion(PHRASE, in_slot(PHRASE, 0), "I look forward ") is None


def test_neither_a_correction_nor_an_emoji_leads_where_a_word_goes_on() -> None:
    offer = Offer("teh", (word("the", 3, "correction"), word("tehran", 3)), (0, 2))
    assert (offer.first, ghost(offer, "teh")) == (2, "ran")
    offer = Offer("party ", (word("🎉", 0, "emoji"), word("is", 0, "prediction")))
    assert (offer.first, ghost(offer, "party ")) == (1, "is")


def test_the_word_as_typed_never_leads_where_another_would_add_letters() -> None:
    offer = Offer("see you tom", (word("tom", 3, "typed"), word("tomorrow", 3)), (1, 2))
    assert (offer.first, ghost(offer, "see you tom")) == (2, "orrow")


def test_of_an_older_offer_only_what_the_line_confirms_still_shows_each_in_its_slot() -> None:
    offer = Offer("in me", (word("meeting", 2), word("mean", 2), word("me", 2, "typed")), (0, 1, 2))
    assert confirmed(offer, "in me") is offer
    assert confirmed(offer, "in mea").filled == (1,)
    assert confirmed(offer, "in m").filled == (0, 1, 2)
    assert confirmed(offer, "in me ").suggestions == ()
    assert confirmed(offer, "in meeting ").suggestions == ()
    assert confirmed(offer, "other").suggestions == ()


@given(st.text("abc ", max_size=6), st.text("abc ", max_size=8))
def test_whatever_still_shows_can_be_taken(asked: str, before: str) -> None:
    letters = asked.rsplit(" ", 1)[-1]
    offer = Offer(asked, tuple(word(letters + end, len(letters)) for end in ("a", "b", "cab")))
    standing = confirmed(offer, before)
    for slot in range(3):
        change = insertion(offer, in_slot(standing, slot), before)
        assert (change is None) == (in_slot(standing, slot) is None)
