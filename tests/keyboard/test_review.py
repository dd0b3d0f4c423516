"""The ladder of a person's own words and what there is to decide on, over lines made by hand; then a real profile."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.history import Entry
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.review import WEEK_S, LearnedWord, Review, learned_words, review_of
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.store import Store

BASE = frozenset({"the", "see", "you", "at", "and"})


def entries(*texts: str, surface: str = "app") -> list[Entry]:
    return [Entry(n, 100.0 + n, surface, text) for n, text in enumerate(texts, 1)]


def learned(lines: list[Entry], **told) -> dict[str, LearnedWord]:
    words = learned_words(lines, BASE.__contains__, told.pop("settings", Settings()), **told)
    return {word.word: word for word in words}


def test_a_word_climbs_with_its_uses():
    lines = entries("see Zorblax", "the Zorblax and Quinces", "you and Zorblax", "at Quinces, vex")
    assert {word: (held.count, held.rung) for word, held in learned(lines).items()} == {
        "Zorblax": (3, "trusted"),
        "Quinces": (2, "new"),
        "vex": (1, "seen"),
    }


def test_the_rungs_are_where_the_settings_say():
    lines = entries("see Zorblax", "see Zorblax")
    strict = Settings(sightings_offered=3, sightings_trusted=5)
    assert learned(lines, settings=strict)["Zorblax"].rung == "seen"
    assert learned(lines, settings=Settings(sightings_offered=1))["Zorblax"].offered_since == 1


def test_a_word_that_is_vouched_for_is_trusted_whatever_its_count():
    (word,) = learned(entries("see Zorblax"), vouched={"zorblax"}).values()
    assert (word.rung, word.vouched) == ("trusted", True)


def test_each_word_tells_when_and_where_it_was_typed():
    lines = [*entries("see Zorblax"), Entry(7, 50.0, "shell", "zorblax; see Zorblax")]
    (word,) = learned(lines).values()
    assert (word.word, word.count, word.first, word.last) == ("Zorblax", 3, 50.0, 101.0)
    assert word.surfaces == ("app", "shell")
    assert word.offered_since == 7


def test_a_gap_and_a_word_of_the_base_are_no_learned_words():
    assert learned(entries("see █ at the", "█zorblax█ and you")) == {}


def review(lines: list[Entry], mark=None, **told) -> Review:
    return review_of(list(learned(lines, **told).values()), mark)


def names(found: Review) -> list[str]:
    return [word.word for word in found.words]


LINES = entries(
    "see Quinces", "see Zorblax", "see Zorblax", "see Quinces", "see Quinces", "at Vex", "at Vex"
)


def test_what_became_new_is_to_be_decided_oldest_first():
    found = review(LINES)
    assert names(found) == ["Zorblax", "Quinces", "Vex"]
    assert found.at is None


def test_kept_and_blocked_words_are_decided():
    assert names(review(LINES, vouched={"zorblax"}, blocked={"vex"})) == ["Quinces"]


def test_only_what_became_new_since_the_last_review_comes_again():
    mark = review(LINES[:4]).mark(2, at=9.0)
    found = review(LINES, mark)
    assert names(found) == ["Vex"]
    assert found.at == 9.0
    assert names(review(LINES, found.mark(1, at=10.0))) == []


def test_what_a_review_did_not_come_to_comes_again():
    found = review(LINES)
    assert names(review(LINES, found.mark(1, at=9.0))) == ["Quinces", "Vex"]
    assert names(review(LINES, found.mark(0, at=9.0))) == ["Zorblax", "Quinces", "Vex"]


@given(st.lists(st.sampled_from(["Zorblax", "Quinces", "Vex", "Mab"]), max_size=14), st.data())
def test_every_word_that_is_offered_comes_to_be_decided_once(typed, data):
    """Whatever is typed between the reviews, and wherever each of them ends."""
    lines = entries(*(f"see {word}" for word in typed))
    mark, asked = None, []
    for end in (*sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=4))), len(lines)):
        found = review(lines[:end], mark)
        reached = data.draw(st.integers(0, len(found.words)))
        asked += names(found)[:reached]
        mark = found.mark(reached, at=float(end))
    asked += names(review(lines, mark))
    assert sorted(asked) == sorted(word for word in set(typed) if typed.count(word) >= 2)


def test_a_review_is_due_a_week_after_the_last_one_if_there_is_something_to_decide():
    new = review(LINES)
    held = review(LINES, {"at": 100.0, "entry": 1})
    assert new.due(now=0.0)
    assert not held.due(now=99.0 + WEEK_S)
    assert held.due(now=100.0 + WEEK_S)
    assert not review(LINES, held.mark(3, at=100.0)).due(now=9e9)


# On a real profile --------------------------------------------------------------------------------


@pytest.fixture
def profile(tiny_base):
    with Profile(Store.memory(), None, None, tiny_base) as profile:
        yield profile


def test_the_counts_of_the_list_are_those_of_the_engine(profile):
    profile.import_lines(["see Zorblax (Zorblax!) at", "don't zorblax's", "ZORBLAX … q-x"], "app")
    found = {word.word.lower(): word.count for word in profile.learned_words()}
    assert found == {word: profile.engine.count(word) for word in profile.engine.own_words()}
    assert found["zorblax"] == 3


def offered(profile: Profile, text: str) -> dict[str, bool]:
    shown = profile.session("app").suggest(text)
    return {found.text: found.new for found in shown if found.kind == "completion"}


def test_a_kept_word_is_trusted_at_once_also_at_the_next_start(profile, tiny_base):
    profile.commit("you can the Zorblax", "app")
    assert "Zorblax" not in offered(profile, "the Zorb")
    profile.vouch_for("Zorblax")
    assert offered(profile, "the Zorb") == {"Zorblax": False}
    again = Profile(profile._store, None, None, tiny_base)
    assert offered(again, "the Zorb") == {"Zorblax": False}


def test_a_review_is_remembered_and_a_forgotten_word_needs_no_decision(profile):
    profile.import_lines(["the Zorblax and Quinces"] * 2, "app")
    assert names(profile.review()) == ["Zorblax", "Quinces"]
    profile.forget("Quinces")
    now = profile.review()
    assert names(now) == ["Zorblax"]
    profile.reviewed(now, asked=1)
    assert names(profile.review()) == []
    assert profile.review().at is not None


@pytest.mark.parametrize("secret", ["zorblax@example.com", "4111111111111111"])
def test_a_secret_is_never_vouched_for(profile, secret):
    profile.vouch_for(secret)
    assert profile.history.vouched.words() == []
    assert profile.engine.vouched == frozenset()


def test_a_review_is_due_for_so_many_words_at_first_and_again_only_after_a_week(profile):
    profile.import_lines(["the Zorblax and Quinces and Vex"] * 2, "app")
    profile.vouch_for("Quinces")
    profile.block("Vex")
    assert profile.words_to_review(time.time()) == len(profile.review().words) == 1
    profile.reviewed(profile.review(), asked=1)
    profile.import_lines(["the Mabbits"] * 2, "app")
    assert profile.words_to_review(time.time()) == 0
    assert profile.words_to_review(time.time() + WEEK_S) == 1
    profile.reviewed(profile.review(), asked=1)
    assert profile.words_to_review(time.time() + 2 * WEEK_S) == 0


def test_within_a_week_of_a_review_no_line_is_read(profile, monkeypatch):
    profile.import_lines(["the Zorblax"] * 2, "app")
    profile.reviewed(profile.review(), asked=0)
    monkeypatch.setattr(profile.history, "entries", lambda: pytest.fail("lines were read"))
    assert profile.words_to_review(time.time()) == 0
