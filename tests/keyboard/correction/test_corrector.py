"""Corrections as the engine offers them on the shipped base: transcripts, what is left alone, hostile input."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.types import Suggestion


def offered(engine: SuggestionEngine, text: str, k: int = 1, **options: bool) -> list[str]:
    return [suggestion.text for suggestion in engine.corrections(text, k, **options)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("I saw teh", "the"),
        ("I dont", "don't"),
        ("we didnt", "didn't"),
        ("that is what I was goign", "going"),
        ("I went there becuase", "because"),
        ("which is wierd", "weird"),
        ("thanks alot", "a lot"),
        ("most ofthe", "of the"),
        ("see you tomorow", "tomorrow"),
        ("do you need somthing", "something"),
    ],
)
def test_a_slip_is_put_right_at_the_end_of_its_word(engine, typed, meant):
    (correction,) = engine.corrections(typed)
    assert correction.text == meant
    assert correction.kind == "correction"
    assert correction.replaces == len(typed.split()[-1])
    assert 0.0 < correction.score <= 1.0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("did you recieve", "receive"),
        ("it has occured", "occurred"),
        ("do you beleive", "believe"),
        ("how much wil", "will"),
    ],
)
def test_a_finished_word_cannot_go_on(engine, typed, meant):
    assert offered(engine, typed, finished=True) == [meant]


def test_a_slip_is_put_right_before_the_word_is_finished(engine):
    assert offered(engine, "see you tommor") == ["tomorrow"]
    assert offered(engine, "that is differnet than it was befroe") == ["before"]


def test_capitals_carry_over(engine):
    assert offered(engine, "Teh", finished=True) == ["The"]
    assert offered(engine, "Thanks alot") == ["a lot"]
    assert offered(engine, "ive", finished=True) == ["I've"]


@pytest.mark.parametrize(
    "text",
    [
        "I saw the",
        "it was weird",
        "form",
        "I feel ill",
        "nature trail",
        "the",
        "th",
        "we will meet tomor",  # begins a word
        "meet Zorblaxian",
        "starting the Fedora",
        "Ooh",
        "ask Marlen",
        "run git-teh",
        "TEH",
        "teH",
        "t3h",
        "http://teh",
        "",
        " ",
        "I saw teh ",
    ],
)
@pytest.mark.parametrize("finished", [False, True])
def test_what_may_well_stand_is_left_alone(engine, text, finished):
    if finished and text.endswith("tomor"):
        return  # finished, it begins nothing
    assert offered(engine, text, finished=finished) == []


def test_a_word_the_user_wrote_twice_is_left_alone_and_is_offered_itself(engine):
    assert offered(engine, "I met teh") == ["the"]
    engine.learn(["Teh waters the quinces", "I asked Teh about the quinces"])
    assert offered(engine, "I met teh") == []
    assert offered(engine, "she likes quincse") == ["quinces"]


def test_a_word_of_the_lexicon_that_the_user_writes_is_left_alone(engine):
    assert offered(engine, "I dont") == ["don't"]
    engine.learn(["i dont know", "they dont mind"])
    assert offered(engine, "I dont") == []


def test_an_undone_correction_is_remembered_until_the_word_is_forgotten(engine):
    engine.keep_as_typed("Teh")
    assert engine.kept_as_typed == {"teh"}
    assert offered(engine, "I saw teh") == []
    engine.forget("teh")
    assert offered(engine, "I saw teh") == ["the"]
    engine.keep_as_typed("teh")
    engine.forget_everything()
    assert engine.kept_as_typed == frozenset()


def test_a_blocked_word_is_never_a_correction(engine):
    engine.block("the")
    assert "the" not in offered(engine, "I saw teh", 3)


def test_of_more_than_one_the_likeliest_comes_first(engine):
    found = engine.corrections("taht", 3)
    assert found[0].text == "that"
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert sum(one.score for one in found) <= 1.0 + 1e-6
    assert engine.corrections("taht", 1) == found[:1]


def test_asking_changes_nothing(engine):
    before = engine.suggest("I saw ", 5)
    engine.corrections("I saw teh")
    engine.corrections("most ofthe")
    assert engine.suggest("I saw ", 5) == before
    assert engine.words_learned == 0


def test_words_learned_later_are_found(engine):
    assert offered(engine, "the Zorblaxx") == []  # the index is made
    for _ in range(3):
        engine.learn(["we visited zorblaxia again"])
    assert offered(engine, "we visited zorblaxai", finished=True) == ["zorblaxia"]


@given(
    st.text("abcdefghijklmnopqrstuvwxyz' éß’\u200b\u0301.,AZ\ud800🙂", max_size=30), st.booleans()
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(engine, text, finished):
    for found in engine.corrections(text, 3, finished=finished):
        assert isinstance(found, Suggestion)
        assert text[len(text) - found.replaces :].strip() == text[len(text) - found.replaces :]


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "teh " * 10_000, "\ud800teh", "te\ud800h", "🙂🙂🙂", "t\u0301eh", "''''"],
    ids=["megabyte", "long line", "surrogate", "inner surrogate", "emoji", "accent", "quotes"],
)
def test_hostile_text_is_answered(engine, text):
    for finished in (False, True):
        assert all(one.replaces <= 24 for one in engine.corrections(text, 3, finished=finished))
        engine.keep_as_typed(text)
