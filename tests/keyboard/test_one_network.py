"""One network for several engines: what is remembered is what would be computed, and does not outlive its line."""

import numpy as np
import pytest

from hushkey.keyboard import one_network
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.one_network import OneNetwork


@pytest.fixture
def base(tiny_base) -> OneNetwork:
    return OneNetwork.of(tiny_base)


@pytest.fixture
def network(base, monkeypatch):
    """The shared network; `computed` counts the steps that it was really asked for."""
    held = base.network
    held.computed = 0
    session = held._session

    class Counting:
        def run(self, *arguments):
            held.computed += 1
            return session.run(*arguments)

    monkeypatch.setattr(held, "_session", Counting())
    return held


def test_the_engines_of_a_base_share_its_network_and_an_engine_of_another_does_not(base, tiny_base):
    assert base.runtime() is base.network
    assert SuggestionEngine(base).base is base
    assert OneNetwork.of(tiny_base).network is not base.network


def test_a_step_is_computed_once_and_is_the_same_to_the_bit(network, tiny_base):
    network.remember()
    start = network.initial_state()
    first, scores = network.advance(start, 5)
    again, same = network.advance(network.initial_state(), 5)  # another value, equal
    assert network.computed == 1
    alone, computed = tiny_base.runtime().advance(start, 5)
    for one, other in ((scores, same), (scores, computed), (first.hidden, again.hidden)):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(first.cell, alone.cell)


def test_another_piece_or_state_is_another_step(network):
    network.remember()
    state, _ = network.advance(network.initial_state(), 5)
    network.advance(network.initial_state(), 6)
    network.advance(state, 5)
    assert network.computed == 3


def test_a_batch_of_states_is_always_computed(network):
    network.remember()
    for _ in range(2):
        network.advance_batch(network.initial_state(2), (1, 2))
    assert network.computed == 2


def test_a_new_line_and_a_new_adapter_let_go_of_what_is_remembered(network):
    start = network.initial_state()
    network.remember()
    network.advance(start, 5)
    network.remember()
    network.advance(start, 5)
    network.use(network.zero_adapter())
    network.advance(start, 5)
    network.advance(start, 5)  # and nothing is remembered until it is asked for
    assert network.computed == 4


def test_a_line_too_long_to_remember_is_computed(network, monkeypatch):
    monkeypatch.setattr(one_network, "_MOST", 0)
    network.remember()
    for _ in range(2):
        network.advance(network.initial_state(), 5)
    assert network.computed == 2
