"""Words that stand in the lexicon because they are misspelt so often, and words that only look like it."""

import numpy as np
import pytest

from hushkey.keyboard.correction.misspelling import Known, Story, as_misspelling
from hushkey.model.lexicon import Lexicon

WORDS = {
    "a": 9000.0,
    "alot": 90.0,
    "course": 9000.0,
    "courses": 90.0,
    "dont": 70.0,
    "don't": 1000.0,
    "get's": 9.0,
    "gets": 900.0,
    "the": 5_000_000.0,
    "trail": 90.0,
    "trial": 1000.0,
    "thus": 900.0,
}
LEXICON = Lexicon(sorted(WORDS), np.array([WORDS[w] for w in sorted(WORDS)], np.float32), {})


def number(word: str) -> int:
    found = LEXICON.find(word)
    assert found is not None
    return found


def known(word: str, chance: float) -> Known:
    return Known(number(word), chance, LEXICON)


def test_a_word_that_another_explains_loses_its_chance_to_it():
    story = Story((number("don't"),), merit=0.001, chance=0.1, cost=2.3)
    (explaining,), left = as_misspelling(known("dont", 0.004), [story])
    assert left == pytest.approx(0.02 * 0.004)
    assert explaining.merit == pytest.approx(0.001 + 0.004)


def test_a_word_likelier_here_than_the_other_explains_keeps_the_rest():
    story = Story((number("don't"),), merit=1e-6, chance=0.01, cost=2.3)
    (explaining,), left = as_misspelling(known("dont", 0.01), [story])
    assert left == pytest.approx(0.01 - 0.08 * 0.01)
    assert explaining.merit == pytest.approx(1e-6 + 0.08 * 0.01)


def test_a_word_seen_too_often_to_be_a_misspelling_stands():
    story = Story((number("trial"),), merit=0.1, chance=0.9, cost=7.0)
    assert as_misspelling(known("trail", 0.001), [story]) == ([], 0.001)


def test_what_lies_further_away_explains_less():
    story = Story((number("don't"),), merit=0.001, chance=0.1, cost=14.0)
    assert as_misspelling(known("alot", 0.001), [story])[0] == []


def test_two_words_explain_as_often_as_the_second_follows_the_first():
    two = Story((number("a"), number("trail")), merit=1e-4, chance=0.05, cost=6.0, follows=0.3)
    (explaining,), left = as_misspelling(known("alot", 0.002), [two])
    assert explaining.merit == pytest.approx(1e-4 + 0.002)
    seldom = Story((number("a"), number("trail")), merit=1e-4, chance=0.05, cost=6.0, follows=0.1)
    assert as_misspelling(known("alot", 0.002), [seldom])[0] == []
    assert left < 0.0001


def test_a_word_of_the_users_own_explains_nothing_of_the_lexicon():
    story = Story((len(WORDS),), merit=0.1, chance=0.5, cost=7.0)
    assert as_misspelling(known("dont", 0.01), [story]) == ([], 0.01)


@pytest.mark.parametrize(("typed", "other"), [("courses", "course"), ("get's", "gets")])
def test_a_form_of_a_word_is_no_misspelling_of_another_form(typed, other):
    story = Story((number(other),), merit=0.1, chance=0.9, cost=6.2)
    assert as_misspelling(known(typed, 0.001), [story]) == ([], 0.001)


def test_a_word_that_is_not_rare_is_misspelt_by_no_other_letters():
    story = Story((number("the"),), merit=0.1, chance=0.9, cost=7.0)
    assert as_misspelling(known("thus", 0.001), [story]) == ([], 0.001)
