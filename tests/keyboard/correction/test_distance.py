"""The cheapest slips between what was typed and many words: against a twin that takes one word at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import distance

from hushkey.keyboard.correction.channel import COSTS
from hushkey.keyboard.correction.distance import distances
from hushkey.keyboard.correction.index import Index

BEYOND = 3
texts = st.text("abel'q", min_size=1, max_size=7)


def costs(typed: str, words: list[str], *, finished: bool = False) -> np.ndarray:
    index = Index()
    index.add(words, 24)
    numbers = np.arange(len(words))
    letters = index.letters(numbers, len(typed) + BEYOND)
    return distances(typed, letters, index.lengths(numbers), finished=finished)


@given(texts, st.lists(texts, min_size=1, max_size=6), st.booleans())
def test_distances_are_those_of_the_definition(typed, words, finished):
    expected = [distance(typed, word, finished=finished, beyond=BEYOND) for word in words]
    assert costs(typed, words, finished=finished) == pytest.approx(expected, abs=1e-3)


@given(texts, st.lists(texts, min_size=1, max_size=6))
def test_a_beginning_is_never_further_than_the_whole_and_is_nothing_where_it_agrees(typed, words):
    whole, begun = costs(typed, words, finished=True), costs(typed, words)
    assert (begun <= whole + 1e-3).all()
    agrees = np.array([word.startswith(typed) for word in words])
    assert (begun[agrees] <= 1e-3).all()
    assert (begun[~agrees] > 1.0).all()


@pytest.mark.parametrize(
    ("typed", "meant", "cost"),
    [
        ("teh", "the", COSTS.swapped),
        ("dont", "don't", COSTS.left_out_apostrophe),
        ("do'nt", "don't", COSTS.swapped),
        ("hapy", "happy", COSTS.left_out_of_two),
        ("hapyp", "happy", COSTS.swapped),
        ("thee", "the", COSTS.twice),
        ("tommor", "tomorrow", COSTS.twice),
        ("smthing", "something", 2 * COSTS.left_out),
        ("", "the", 0.0),
    ],
)
def test_a_slip_costs_what_the_channel_says(typed, meant, cost):
    assert costs(typed, [meant])[0] == pytest.approx(cost, abs=1e-4)
