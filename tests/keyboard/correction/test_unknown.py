"""Spellings of words that nobody knows yet: chances, and likelier the more like words they are."""

from collections import Counter
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.correction.unknown import Spelling

WORDS = ["ab", "abba", "bab", "cab's", "a"]
SIGNS = "abcdefghijklmnopqrstuvwxyz?"  # `?` stands for all else


def naive_cost(words: list[str], typed: str) -> float:
    """The definition, letter by letter."""
    three: Counter[str] = Counter()
    for word in words:
        padded = "^^" + "".join(s if s.isalpha() else "?" for s in word) + "$"
        three.update(padded[place : place + 3] for place in range(len(padded) - 2))
    two, one = Counter(), Counter()
    for letters, count in three.items():
        two[letters[1:]] += count
        one[letters[2]] += count
    signs = SIGNS + "$"
    all_one = sum(one.values()) + len(signs)

    def chance(before: str, sign: str) -> float:
        alone = (one[sign] + 1) / all_one
        seen = sum(two[before[1] + s] for s in signs)
        after_one = (two[before[1] + sign] + 4 * alone) / (seen + 4)
        seen = sum(three[before + s] for s in signs)
        return (three[before + sign] + 4 * after_one) / (seen + 4)

    padded = "^^" + "".join(s if s in SIGNS else "?" for s in typed)
    return -sum(
        log(chance(padded[place : place + 2], padded[place + 2])) for place in range(len(typed))
    )


@given(st.text("abc'é", max_size=6))
def test_the_cost_of_a_spelling_is_that_of_the_definition(typed):
    assert Spelling(WORDS).cost(typed) == pytest.approx(naive_cost(WORDS, typed), abs=1e-3)


@given(st.text("abz", max_size=4))
def test_the_chances_of_what_may_come_next_leave_room_for_the_end_alone(begun):
    spelling = Spelling(WORDS)
    so_far = spelling.cost(begun)
    assert sum(exp(so_far - spelling.cost(begun + sign)) for sign in SIGNS) < 1.0


def test_what_looks_like_a_word_is_likelier_than_what_does_not(shipped_base):
    spelling = Spelling(shipped_base.lexicon.words)
    assert spelling.cost("marlen") < spelling.cost("mrlaen") < spelling.cost("mrlxqn")
