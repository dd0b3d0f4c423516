"""Phrases: the words likely to follow, over an engine that answers from a table; then the real one."""

import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.phrases import FLOOR, LONGEST, phrase_from
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.types import Suggestion

LINE = "I look forward to seeing the allotment again"


class ChainedEngine:
    """After each text one next word with its chance; counts what it was asked."""

    def __init__(self, chain: dict[str, tuple[str, float]], rivals: tuple[float, ...] = ()) -> None:
        self.chain = chain
        self.rivals = rivals
        self.asked: list[tuple[str, int]] = []

    def candidates(self, text_before_cursor, k, *, leave_out=(), sightings=0):
        self.asked.append((text_before_cursor, sightings))
        if not text_before_cursor.endswith(" "):
            return [
                Suggestion(f"rival{i}", "completion", s, {}, 1) for i, s in enumerate(self.rivals)
            ]
        if text_before_cursor not in self.chain:
            return []
        word, chance = self.chain[text_before_cursor]
        return [Suggestion(word, "prediction", chance, {}, 0)]


def first(chance: float, replaces: int = 0) -> Suggestion:
    kind = "completion" if replaces else "prediction"
    return Suggestion("forward", kind, chance, {"network": chance}, replaces)


CHAIN = {"look forward ": ("to", 0.9), "look forward to ": ("seeing", 0.8)}


def said(engine: ChainedEngine, before: str, start: Suggestion) -> str | None:
    found = phrase_from(engine, before, start, 3)
    return found.text if found else None


def test_a_phrase_is_the_first_word_and_up_to_two_that_follow():
    longer = {**CHAIN, "look forward to seeing ": ("you", 1.0)}
    found = phrase_from(ChainedEngine(longer), "look ", first(0.9), 3)
    assert found is not None
    assert (found.text, found.kind, found.replaces) == ("forward to seeing", "phrase", 0)
    assert found.score == pytest.approx(0.9 * 0.9 * 0.8)
    assert len(found.text.split()) == LONGEST


def test_a_phrase_ends_before_the_word_that_would_take_it_below_the_floor():
    chain = {**CHAIN, "look forward to ": ("seeing", FLOOR)}
    assert said(ChainedEngine(chain), "look ", first(0.9)) == "forward to"


def test_a_word_that_nothing_certain_follows_is_no_phrase():
    assert said(ChainedEngine({"look forward ": ("to", FLOOR / 2)}), "look ", first(1.0)) is None
    assert said(ChainedEngine({}), "look ", first(1.0)) is None


def test_an_uncertain_first_word_costs_no_question():
    engine = ChainedEngine(CHAIN)
    assert said(engine, "look ", first(FLOOR * 0.99)) is None
    assert engine.asked == []


def test_the_letters_typed_count_for_the_first_word():
    found = phrase_from(ChainedEngine(CHAIN, (0.009, 0.001)), "look f", first(0.009, 1), 3)
    assert found is not None
    assert (found.text, found.replaces) == ("forward to seeing", 1)
    assert said(ChainedEngine(CHAIN, (0.009, 0.05, 0.05)), "look f", first(0.009, 1)) is None


def test_only_trusted_words_follow():
    engine = ChainedEngine(CHAIN)
    said(engine, "look ", first(0.9))
    assert {sightings for _, sightings in engine.asked} == {3}


@pytest.fixture
def fond(engine: SuggestionEngine) -> SuggestionEngine:
    """An engine whose user says one thing often."""
    engine.learn([LINE] * 6)
    return engine


def test_what_a_person_says_often_comes_as_a_phrase_that_starts_with_the_first_word(fond):
    session = fond.session()
    shown = session.suggest("I look ")
    found = session.phrase()
    assert found is not None
    assert found.text == "forward to seeing"
    assert found.text.startswith(shown[0].text)
    assert "phrase" not in {s.kind for s in shown}


def test_a_phrase_is_found_for_a_completion_too(fond):
    session = fond.session()
    session.suggest("I look forw")
    found = session.phrase()
    assert found is not None
    assert (found.text, found.replaces) == ("forward to seeing", 4)
    assert session.accept(found) == "forward to seeing "


def test_looking_ahead_makes_the_next_boundary_free_and_asks_no_network_twice(fond):
    session = fond.session(settings=lambda: Settings(corrections=False))
    session.suggest("I look ")
    session.phrase()
    predicted = set(fond._kept)
    assert {"I look ", "I look forward "} <= predicted
    session.phrase()
    session.suggest("I look forward ")
    assert set(fond._kept) == predicted


def test_letters_that_confirm_a_phrase_and_its_words_once_taken_keep_the_rest_of_it(fond):
    session = fond.session()
    session.suggest("I look ")
    assert session.phrase(look_ahead=False) is None
    session.phrase()
    for before, rest, replaces in (
        ("I look f", "forward to seeing", 1),
        ("I look forw", "forward to seeing", 4),
        ("I look forward ", "to seeing", 0),
        ("I look forward to ", None, 0),
    ):
        session.suggest(before)
        known = session.phrase(look_ahead=False)
        assert (known and (known.text, known.replaces)) == (rest and (rest, replaces))


def test_a_phrase_is_dropped_by_a_letter_that_disagrees_and_when_the_question_is_repeated(fond):
    session = fond.session()
    session.suggest("I look ")
    session.phrase()
    session.suggest("I look a")
    assert session.phrase(look_ahead=False) is None
    session.suggest("I look ")
    session.phrase()
    fond.forget("seeing")
    session.suggest("I look ")
    found = session.phrase()
    assert found is None or "seeing" not in found.text


def test_without_an_answer_without_the_setting_and_in_the_bare_ranking_there_is_no_phrase(fond):
    assert fond.session().phrase() is None
    off = fond.session(settings=lambda: Settings(phrases=False))
    bare = fond.session(policy="ranking")
    for session in (off, bare):
        session.suggest("I look ")
        assert session.phrase() is None


def test_finding_phrases_changes_no_slot(fond):
    one, another = fond.session(), fond.session()
    for end in range(len(LINE)):
        assert one.suggest(LINE[:end]) == another.suggest(LINE[:end])
        one.phrase()
