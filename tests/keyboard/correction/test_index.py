"""Signatures: bounds that never exceed what the slips cost, words found by their number however they came in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import distance

from hushkey.keyboard.correction.index import Index

words = st.lists(st.text("abelqzé'", min_size=1, max_size=9), min_size=1, max_size=12)
typed_letters = st.text("abelqzé'", min_size=1, max_size=8)


def index_of(*batches: list[str], longest: int = 24) -> Index:
    index = Index()
    for batch in batches:
        index.add(batch, longest)
    return index


def letters_of(index: Index, number: int) -> bytes:
    numbers = np.array([number])
    return index.letters(numbers, int(index.lengths(numbers)[0])).tobytes()


@given(typed_letters, words)
def test_the_bound_is_never_above_the_cheapest_slips(typed, held):
    bounds = index_of(held).least_costs(typed, np.arange(len(held)))
    for word, bound in zip(held, bounds, strict=True):
        if not word.startswith(typed):
            assert bound <= distance(typed, word, finished=False, beyond=99) + 1e-3


@given(words, words, words)
def test_words_that_come_in_batches_are_held_like_words_that_come_at_once(first, second, third):
    grown, whole = index_of(first, second, third), index_of([*first, *second, *third])
    assert len(grown) == len(whole) == len(first) + len(second) + len(third)
    numbers = np.arange(len(whole))
    assert (grown.least_costs("abe", numbers) == whole.least_costs("abe", numbers)).all()
    for number, word in enumerate([*first, *second, *third]):
        assert letters_of(grown, number) == letters_of(whole, number) == word.encode("latin-1")


@pytest.mark.parametrize("word", ["日本", "\ud800", "🙂", "what?", "x" * 25, ""])
def test_a_word_that_cannot_be_written_or_is_too_long_has_a_number_and_is_never_found(word):
    index = index_of([word, "after"])
    assert index.least_costs("abc", np.array([0]))[0] == np.inf
    assert letters_of(index, 1) == b"after"


def test_a_line_break_in_a_word_is_refused_before_anything_changes():
    index = index_of(["one"])
    with pytest.raises(ValueError, match="line break") as caught:
        index.add(["two", "secret\nword"], 24)
    assert "secret" not in str(caught.value)
    assert len(index) == 1


def test_the_index_of_the_shipped_lexicon_is_small(shipped_base):
    index = index_of(list(shipped_base.lexicon.words))
    assert index.bytes_held / len(index) < 30
    assert index.bytes_held < 3_000_000
