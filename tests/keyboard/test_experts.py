"""Every part that can be left out changes something when it is, and nothing else can be named."""

import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.experts import ABLATIONS

LINES = ["the gardener waters the tree", "the gardener waters the lawn", "we water it together"]


def test_a_name_that_is_no_part_is_refused():
    with pytest.raises(ValueError, match="nonsense is no part"):
        SuggestionEngine(without=frozenset({"nonsense"}))


@pytest.mark.parametrize("part", ["memory", "recency"])
def test_an_expert_left_out_says_nothing_and_the_others_still_speak(part):
    engine = SuggestionEngine(without=frozenset({part}))
    engine.learn(LINES)
    heard = {name for offered in engine.suggest("the ", 8) for name in offered.experts}
    assert not any(name.startswith(part) for name in heard)
    assert "network" in heard


def test_one_order_of_the_memory_can_be_left_out():
    engine = SuggestionEngine(without=frozenset({"memory-2"}))
    engine.learn(LINES)
    heard = {name for offered in engine.suggest("the ", 8) for name in offered.experts}
    assert "memory-1" in heard
    assert "memory-2" not in heard


def test_without_the_network_the_word_list_speaks_and_what_stands_before_tells_nothing():
    engine = SuggestionEngine(without=frozenset({"network"}))
    first = [offered.text for offered in engine.suggest("how are ", 5)]
    assert first == [offered.text for offered in engine.suggest("out of the ", 5)]
    assert "the" in first
    engine.learn(["out of the zorblax", "out of the zorblax"])
    assert "zorblax" in [offered.text for offered in engine.suggest("out of the ", 5)]


def test_gates_that_may_not_learn_stay_as_they_were_fitted():
    still = SuggestionEngine(without=frozenset({"trust"}))
    still.learn(LINES)
    assert still.trust == []
    learning = SuggestionEngine()
    learning.learn(LINES)
    assert learning.trust != []


def test_without_passing_over_the_bare_ranking_shows_again_what_was_not_taken():
    def shown_twice(without):
        session = SuggestionEngine(without=frozenset(without)).session(policy="ranking")
        first = {found.text for found in session.suggest("I think ")}
        letter = min(first)[0]
        first = {word for word in first if word.startswith(letter)}
        return first & {found.text for found in session.suggest("I think " + letter)}

    assert shown_twice({"passed-over"})
    assert not shown_twice(())


def test_every_part_has_a_name_of_its_own():
    assert len(set(ABLATIONS)) == len(ABLATIONS)
