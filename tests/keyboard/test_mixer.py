"""The chain of gates: weights that sum to one, gates that learn whom to trust and stay between none and all."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.memory import ORDERS, Followers
from hushkey.keyboard.mixer import (
    RECENCY,
    Mixer,
    certainty,
    learn_word,
    memory_gate,
    recency_gate,
    weights,
)

RECENT = (RECENCY, 0, 0, 0)
chances = st.floats(0.0, 1.0)
owns = st.lists(chances, min_size=ORDERS, max_size=ORDERS)  # of the orders, one each
names = st.tuples(
    st.integers(0, ORDERS - 1), st.integers(0, 6), st.integers(0, 3), st.integers(0, 2)
)
gates = st.lists(st.one_of(st.none(), names), min_size=ORDERS, max_size=ORDERS)
# Gates with the part of a word that was left to them, and the share of it that they claimed.
evidence = st.lists(st.tuples(st.one_of(names, st.just(RECENT)), chances, chances), max_size=30)


def taught(learned: list[tuple[tuple, float, float]]) -> Mixer:
    mixer = Mixer()
    for name, left, share in learned:
        mixer.learn(name, share * left, left)
    return mixer


def chained(mixer, network: float, own: list[float | None], names_, recent: float | None) -> float:
    """The mixture as the module's head writes it: each expert takes over with its gate's chance."""
    p = network
    for name, chance in zip(names_, own, strict=True):
        if name is not None:
            p = (1 - mixer.gate(name)) * p + mixer.gate(name) * chance
    if recent is not None:
        p = (1 - mixer.gate(RECENT)) * p + mixer.gate(RECENT) * recent
    return p


@given(evidence, gates, st.booleans())
def test_the_weights_of_all_experts_sum_to_one(learned, present, with_recency):
    held = weights(taught(learned), present, RECENT if with_recency else None)
    assert held.network + sum(held.orders) + held.recency == pytest.approx(1.0)
    assert all(weight >= 0 for weight in (held.network, *held.orders, held.recency))
    assert len(held.orders) == ORDERS
    assert all(
        weight == 0 for weight, name in zip(held.orders, present, strict=True) if name is None
    )
    assert with_recency or held.recency == 0


@given(evidence, gates, chances, owns, st.none() | chances)
def test_the_weights_multiply_out_the_chain(learned, present, network, own, recent):
    mixer = taught(learned)
    held = weights(mixer, present, RECENT if recent is not None else None)
    mixed = held.network * network + held.recency * (recent or 0.0)
    mixed += sum(weight * chance for weight, chance in zip(held.orders, own, strict=True))
    assert mixed == pytest.approx(chained(mixer, network, own, present, recent))


@given(evidence, gates, chances, owns, st.none() | chances)
def test_learning_a_word_returns_its_chance_under_the_mixture_as_it_was(
    learned, present, network, own, recent
):
    mixer = taught(learned)
    distinct = [
        (order, *name[1:]) if name is not None else None for order, name in enumerate(present)
    ]
    expected = chained(mixer, network, own, distinct, recent)
    steps = [(name, own[order]) for order, name in enumerate(distinct) if name is not None]
    if recent is not None:
        steps.append((RECENT, recent))
    assert learn_word(mixer, network, steps) == pytest.approx(expected)


@given(evidence)
def test_every_gate_stays_between_none_and_all(learned):
    mixer = taught(learned)
    for name, *_ in learned:
        assert 0.0 < mixer.gate(name) < 1.0


@given(
    st.lists(
        st.tuples(chances, owns, chances),
        max_size=20,
    )
)
def test_gates_that_learn_from_words_stay_between_none_and_all(lines):
    mixer = Mixer()
    orders = [(order, 1, 0, 0) for order in range(ORDERS)]
    for network, own, recent in lines:
        learn_word(mixer, network, [*zip(orders, own, strict=True), (RECENT, recent)])
    assert all(0.0 < mixer.gate(name) < 1.0 for name in (*orders, RECENT))


@pytest.mark.parametrize("order", range(ORDERS))
def test_a_gate_opens_for_an_expert_that_is_right_and_closes_for_one_that_is_wrong(order):
    name = (order, 2, 1, 0)
    right, wrong = Mixer(), Mixer()
    start = right.gate(name)
    for _ in range(60):
        learn_word(right, 0.01, [(name, 0.9)])
        learn_word(wrong, 0.5, [(name, 0.0)])
    assert wrong.gate(name) < start / 2
    assert right.gate(name) > (start + 1) / 2


def test_an_expert_that_knows_no_more_than_the_others_leaves_its_gate_as_it_was():
    mixer, name = Mixer(), (1, 1, 0, 0)
    start = mixer.gate(name)
    for _ in range(50):
        learn_word(mixer, 0.2, [(name, 0.2)])
    assert mixer.gate(name) == pytest.approx(start)


def test_a_word_that_no_expert_foresaw_teaches_nothing():
    mixer = Mixer()
    assert learn_word(mixer, 0.0, [((1, 1, 0, 0), 0.0), (RECENT, 0.0)]) == 0.0
    assert mixer.as_state() == []


def test_online_learning_comes_close_to_the_best_fixed_gate_in_hindsight():
    """Two experts of fixed skill; the mixture's loss over the words nears that of the best weight."""
    rng = np.random.default_rng(5)
    good = rng.random(2000) < 0.7  # the words that the memory foresees
    mixer, name = Mixer(), (2, 1, 0, 0)
    network = np.where(good, 0.05, 0.4)
    memory = np.where(good, 0.8, 0.0)
    told = [learn_word(mixer, n, [(name, m)]) for n, m in zip(network, memory, strict=True)]
    fixed = np.linspace(0.01, 0.99, 99)[:, None]
    best = -np.log((1 - fixed) * network + fixed * memory).mean(axis=1).min()
    assert -np.log(told).mean() < best + 0.01


def test_fitted_values_are_where_gates_start():
    mixer = Mixer({(1, 1, 0, 0): 0.77, RECENT: 0.11})
    assert mixer.gate((1, 1, 0, 0)) == 0.77
    assert mixer.gate(RECENT) == 0.11
    assert mixer.gate((1, 2, 0, 0)) == Mixer().gate((1, 2, 0, 0))
    mixer.learn(RECENT, 0.11, 1.0)
    assert mixer.gate(RECENT) == pytest.approx(0.11)


@given(evidence)
def test_what_was_learned_comes_back_from_plain_values_through_json_too(learned):
    mixer = taught(learned)
    restored = Mixer()
    restored.restore(json.loads(json.dumps(mixer.as_state())))
    assert restored.as_state() == mixer.as_state()
    assert all(restored.gate(name) == mixer.gate(name) for name, *_ in learned)


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ({1: 1}, (2, 1, 0, 0)),  # seen once
        ({1: 4}, (2, 3, 1, 0)),  # always the same
        ({1: 2, 2: 1}, (2, 2, 2, 0)),  # more than half different
        ({1: 1, 2: 1}, (2, 2, 3, 0)),  # all different
        (dict.fromkeys(range(9), 100), (2, 6, 1, 0)),  # no more classes beyond
    ],
)
def test_a_gate_is_named_by_how_often_and_how_variedly_its_context_went_on(counts, name):
    assert memory_gate(2, Followers(counts), 0) == name


def test_the_gate_of_single_words_minds_only_how_much_was_typed():
    assert memory_gate(0, Followers({1: 3, 2: 1}), 2) == (0, 3, 0, 2)
    assert memory_gate(0, Followers({1: 10**6}), 2) == (0, 14, 0, 2)


@pytest.mark.parametrize("seen", range(ORDERS + 1))
def test_the_gate_of_recent_words_minds_how_many_orders_have_something_to_say(seen):
    followed = [Followers({1: 1})] * seen + [None] * (ORDERS - seen)
    assert recency_gate(followed, 1) == recency_gate(followed[:seen], 1) == (RECENCY, seen, 0, 1)


def test_a_gate_answers_only_for_what_the_gates_behind_it_left_over():
    """The last expert is certain of the word: the first learns next to nothing from it."""
    mixer, first, last = Mixer(), (0, 1, 0, 0), (2, 1, 0, 0)
    learn_word(mixer, 0.001, [(first, 0.0), (last, 1.0)])
    evidence_of = {name: seen for name, _, seen in mixer.as_state()}
    alone = Mixer()
    learn_word(alone, 0.001, [(first, 0.0)])
    gained = {name: seen - 24 for name, seen in evidence_of.items()}
    assert gained[last] == pytest.approx(1.0)
    assert gained[first] < 0.01
    assert alone.as_state()[0][2] - 24 == pytest.approx(1.0)


@given(evidence, gates, chances, owns)
def test_what_all_experts_claim_of_a_word_is_one_word(learned, present, network, own):
    """Expectation-maximisation shares one word among the experts, the network keeping the rest."""
    mixer = taught(learned)
    names_ = [(order, *name[1:]) for order, name in enumerate(present) if name is not None]
    before = {name: claimed for name, claimed, _ in mixer.as_state()}
    started = {name: before.get(name, 24 * mixer.gate(name)) for name in names_}
    shares = weights(mixer, names_ + [None] * (ORDERS - len(names_)), None)
    steps = [(name, own[place]) for place, name in enumerate(names_)]
    mixed = learn_word(mixer, network, steps)
    after = {name: claimed for name, claimed, _ in mixer.as_state()}
    if mixed < 1e-9:
        return
    for place, name in enumerate(names_):
        posterior = shares.orders[place] * own[place] / mixed
        assert after[name] - started[name] == pytest.approx(posterior, abs=1e-6)


def test_the_network_is_unsure_leaning_or_sure():
    assert [certainty(highest) for highest in (0.0, 0.12, 0.13, 0.4, 0.41, 1.0)] == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]
