"""One list of a person's own words, what is known of one, and what is decided on it: on real profiles."""

from collections.abc import Iterator

import pytest

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.own_words import OwnWord, OwnWords
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.model.base import Base

LINES = (
    Dated(1_000.0, "app", "the Zorblax and the Zorblax"),
    Dated(2_000.0, "shell", "to Zorblax, to Quinces"),
)


@pytest.fixture
def profile(tiny_base: Base) -> Iterator[Profile]:
    with open_profile(in_memory=True, base=tiny_base) as held:
        held.merge_lines(LINES)
        yield held


@pytest.fixture
def own(profile: Profile) -> OwnWords:
    return OwnWords(profile)


def listed(own: OwnWords) -> dict[str, OwnWord]:
    return {word.word: word for word in own.all()}


def offered(profile: Profile, text: str) -> dict[str, str]:
    return {word.text: word.kind for word in profile.session("app").suggest(text)}


def test_typed_words_come_with_counts_dates_and_surfaces(own: OwnWords) -> None:
    word = listed(own)["Zorblax"]
    assert (word.count, word.first, word.last) == (3, 1_000.0, 2_000.0)
    assert (word.surfaces, word.rung) == (("app", "shell"), "trusted")


def test_blocked_words_of_the_base_and_words_kept_as_typed_are_listed_too(
    own: OwnWords, profile: Profile
) -> None:
    own.block("the")
    profile.keep_as_typed("teh")
    found = listed(own)
    assert (found["the"].blocked, found["the"].in_base, found["the"].first) == (True, True, None)
    assert (found["teh"].as_typed, found["teh"].in_base, found["teh"].count) == (True, False, 0)
    own.unblock("the")
    assert "the" not in listed(own)


def test_a_word_stands_in_the_list_once_however_many_lists_it_is_on(
    own: OwnWords, profile: Profile
) -> None:
    own.block("zorblax")
    profile.vouch_for("Zorblax")
    assert [word.word for word in own.all()] == ["Zorblax", "Quinces"]
    word = listed(own)["Zorblax"]
    assert (word.blocked, word.vouched, word.rung) == (True, True, "trusted")


def test_an_added_word_is_offered_before_it_was_ever_typed(own: OwnWords, profile: Profile) -> None:
    assert own.add("Wurblek,") == "added"
    assert offered(profile, "the wurb")["wurblek"] == "completion"
    assert offered(profile, "the Wurb")["Wurblek"] == "completion"
    (word,) = [word for word in own.all() if word.word == "Wurblek"]
    assert (word.count, word.rung, word.vouched) == (0, "trusted", True)


def test_an_added_word_that_is_forgotten_or_blocked_is_offered_no_more(
    own: OwnWords, profile: Profile
) -> None:
    own.add("Wurblek")
    own.block("wurblek")
    assert "wurblek" not in offered(profile, "the wurb")
    own.unblock("wurblek")
    assert "wurblek" in offered(profile, "the wurb")
    own.forget(["Wurblek"])
    assert "wurblek" not in offered(profile, "the wurb")
    assert "Wurblek" not in listed(own)


def test_a_word_seen_once_is_offered_once_it_was_added(own: OwnWords, profile: Profile) -> None:
    assert "quinces" not in offered(profile, "the quin")
    assert own.add("Quinces") == "added"
    assert "quinces" in {word.lower() for word in offered(profile, "the quin")}


@pytest.mark.parametrize(
    ("text", "became"),
    [
        ("the", "known"),
        ("two words", "no word"),
        ("?!", "no word"),
        ("", "no word"),
        ("AKIAIOSFODNN7EXAMPLE", "secret"),
    ],
)
def test_what_is_no_word_of_ones_own_is_not_added(
    own: OwnWords, profile: Profile, text: str, became: str
) -> None:
    assert own.add(text) == became
    assert profile.history.vouched.words() == []


def test_adding_a_blocked_word_allows_it_again(own: OwnWords, profile: Profile) -> None:
    own.block("the")
    own.block("Zorblax")
    assert (own.add("the"), own.add("zorblax")) == ("allowed", "added")
    assert not profile.engine.blocked


def test_forgetting_reaches_every_line_and_is_proved_by_asking(
    own: OwnWords, profile: Profile
) -> None:
    report, found = own.forget(["zorblax", "Quinces"])
    assert (report.entries, found.holds) == (2, True)
    assert own.all() == []
    assert not [entry for entry in profile.history.entries() if "orblax" in entry.text]


def test_the_reasons_of_a_word_say_how_often_when_where_and_how_far_it_has_come(
    own: OwnWords, profile: Profile
) -> None:
    (word,) = [s for s in profile.session("app").suggest("the Zorb") if s.text == "Zorblax"]
    reasons = own.reasons(word)
    assert (reasons.why.uses, reasons.why.lines) == (3, {"app": 1, "shell": 1})
    assert (reasons.standing.first, reasons.standing.last) == (1_000.0, 2_000.0)
    assert (reasons.standing.rung, reasons.standing.in_base) == ("trusted", False)
    own.block("zorblax")
    assert own.reasons(word).standing.blocked


def test_a_review_keeps_blocks_and_leaves_its_mark(own: OwnWords, profile: Profile) -> None:
    profile.commit("Quinces, Vexley and Vexley", "app")
    review = own.review()
    assert [word.word for word in review.words] == ["Zorblax", "Quinces", "Vexley"]
    own.reviewed(review, 2, keep=["Zorblax"], block=["Quinces"])
    assert listed(own)["Zorblax"].vouched
    assert listed(own)["Quinces"].blocked
    assert [word.word for word in own.review().words] == ["Vexley"]


def test_no_representation_holds_a_word(own: OwnWords) -> None:
    assert "orblax" not in repr(own.all())
    assert "orblax" not in repr(own)
