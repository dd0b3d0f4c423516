"""Beam searches against looking at everything, and slots against what they hold."""

from itertools import product

import numpy as np
import pytest
from stand_ins import BigramModel

from hushkey.model.audit.extraction import beam, through_slots, word_beam
from hushkey.model.audit.scoring import log_chances

PIECES = 6
NEXT = {
    "": [("my", 0.6), ("the", 0.3)],
    "my ": [("cat", 0.5), ("Dog", 0.4)],
    "my cat ": [("sleeps", 0.2)],
    "my Dog ": [("barks", 0.9), ("sleeps", 0.1)],
    "the ": [("end", 0.9)],
    "the end ": [],
    "my ca": [("cat", 0.5)],
}


def ask(text, k):
    return NEXT.get(text, [])[:k]


@pytest.fixture
def small() -> BigramModel:
    return BigramModel(np.random.default_rng(9).normal(0.0, 2.0, (PIECES, PIECES)))


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_beam_as_wide_as_all_runs_holds_the_likeliest(small, length):
    every = list(product(range(PIECES), repeat=length))
    likeliest = every[int(np.argmax(log_chances(small, (0,), every)))]
    found = beam(small, (0,), length, 4, np.ones(PIECES, dtype=bool))
    assert len(found) == length
    assert likeliest in found[-1]


def test_a_beam_reads_no_piece_that_is_not_allowed(small):
    allowed = np.array([True, False, True, True, True, True])
    for runs in beam(small, (0,), 3, 5, allowed):
        assert all(1 not in run for run in runs)
        assert 0 < len(runs) <= 5


def test_a_beam_of_words_holds_the_likeliest_runs_in_any_case():
    found = word_beam(ask, "", 3, 2)
    assert found[0] == {("my",), ("the",)}
    assert found[1] == {("my", "cat"), ("the", "end")}
    assert word_beam(ask, "", 3, 3)[2] == {
        ("my", "dog", "barks"),
        ("my", "dog", "sleeps"),
        ("my", "cat", "sleeps"),
    }


def test_a_word_begun_is_gone_on_with():
    assert word_beam(ask, "my ca", 2, 4) == [{("cat",)}, {("cat", "sleeps")}]


@pytest.mark.parametrize(
    ("text", "words", "comes"),
    [
        ("", ("my", "Dog", "barks"), True),
        ("my ", ("Dog", "sleeps"), True),
        ("my ", ("cat", "barks"), False),
        ("my ca", ("cat", "sleeps"), True),
        ("", ("the", "end", "comes"), False),
    ],
)
def test_the_slots_give_a_secret_away_if_they_offer_each_of_its_words(text, words, comes):
    assert through_slots(ask, text, words, 3) is comes


def test_what_stands_behind_the_last_slot_is_not_offered():
    assert not through_slots(ask, "my ", ("dog",), 1)
