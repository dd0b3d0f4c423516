"""Rare words of the owner's are counted where they stand, and never told."""

import numpy as np

from hushkey.keyboard.audit.querying import (
    OwnWords,
    own_words,
    places_of_rare_words,
    ranking_of,
    slots_of,
)

HISTORY = ["see you at the harbour", "at the harbour (again)", "the the the see see you you at"]


def test_places_are_those_of_words_used_once_or_twice_with_what_stands_before():
    places = places_of_rare_words(HISTORY, 9, np.random.default_rng(1))
    assert sorted(places) == [
        ("at the ", "harbour"),
        ("at the harbour (", "again"),
        ("see you at the ", "harbour"),
    ]


def test_no_more_places_are_looked_at_than_asked_for():
    one, other = (places_of_rare_words(HISTORY, 2, np.random.default_rng(s)) for s in (1, 1))
    assert len(one) == 2
    assert one == other


def test_what_learning_added_is_told_apart_from_what_the_base_offers():
    offers = {"a ": ["harbour"], "b ": [], "c ": ["x"]}

    def ask(text, k):
        return [(word, 0.5) for word in offers[text]][:k]

    def take_up():
        offers["b "] = ["Harbour"]

    places = [("a ", "harbour"), ("b ", "harbour"), ("c ", "harbour")]
    assert own_words(places, ask, take_up) == OwnWords(3, 1, 2, 1)
    assert OwnWords(3, 1, 2, 1).plus(OwnWords(1, 1, 1, 0)) == OwnWords(4, 2, 3, 1)


def test_the_slots_keep_the_ladder_that_the_ranking_does_not_know(engine):
    engine.learn(["ask for Zorbton"])
    assert "Zorbton" in {word for word, _ in ranking_of(engine)("ask for ", 3)}
    assert "Zorbton" not in {word for word, _ in slots_of(engine)("ask for ", 3)}
    engine.learn(["ask for Zorbton"] * 3)
    assert "Zorbton" in {word for word, _ in slots_of(engine)("ask for ", 3)}
