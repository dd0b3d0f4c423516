"""The mixture at a word boundary against a twin that mixes word by word."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import WORDS

from hushkey.keyboard.experts import Experts
from hushkey.keyboard.memory import START, Memory
from hushkey.keyboard.mixer import Mixer, certainty, memory_gate, recency_gate
from hushkey.keyboard.prediction import memory_context, predict
from hushkey.keyboard.reader import Outlook
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.wordbook import Wordbook

sentence = st.lists(st.sampled_from([*WORDS, "zorblax", "blip"]), max_size=6)


def experts_of(lexicon, sentences: list[list[str]]) -> Experts:
    experts = Experts(Wordbook(lexicon), Memory(), Recency(), Mixer())
    for words in sentences:
        numbers = [experts.book.number(word) for word in words]
        experts.memory.add(numbers)
        for number in numbers:
            experts.recency.add(number)
    return experts


def outlook_of(lexicon, seed: int) -> Outlook:
    raw = np.random.default_rng(seed).random(len(lexicon.words)).astype(np.float32)
    return Outlook(raw / (raw.sum() * np.float32(1.1)), float(raw.max()))


@settings(max_examples=40)
@given(st.lists(sentence, max_size=5), sentence, st.integers(0, 99))
def test_each_words_chance_is_the_chain_of_the_experts_own_chances(lexicon, learned, typed, seed):
    experts, outlook = experts_of(lexicon, learned), outlook_of(lexicon, seed)
    numbers = [experts.book.find(word) for word in typed]
    prediction = predict(outlook, numbers, experts)
    sure = certainty(outlook.highest)
    followed = [experts.memory.followers(context) for context in memory_context(numbers)]
    for number in range(len(experts.book)):
        p = float(outlook.chances[number]) if number < experts.book.known else 0.0
        for order, followers in enumerate(followed):
            if followers is not None:
                gate = experts.mixer.gate(memory_gate(order, followers, sure))
                p = (1 - gate) * p + gate * followers.chance(number)
        if len(experts.recency):
            gate = experts.mixer.gate(recency_gate(followed, sure))
            p = (1 - gate) * p + gate * experts.recency.chance(number)
        assert prediction.chances[number] == pytest.approx(p, rel=1e-4, abs=1e-7)


@settings(max_examples=40)
@given(st.lists(sentence, max_size=5), sentence, st.integers(0, 99))
def test_the_mixture_sums_to_at_most_one(lexicon, learned, typed, seed):
    experts = experts_of(lexicon, learned)
    numbers = [experts.book.find(word) for word in typed]
    chances = predict(outlook_of(lexicon, seed), numbers, experts).chances
    assert len(chances) == len(experts.book)
    assert (chances >= 0).all()
    assert chances.sum() <= 1 + 1e-4


def test_every_expert_tells_its_own_chance_of_a_word(lexicon):
    experts = experts_of(lexicon, [["how", "are", "zorblax"], ["how", "are", "you"]])
    outlook = outlook_of(lexicon, 1)
    typed = [experts.book.find(word) for word in ("how", "are")]
    prediction = predict(outlook, typed, experts)
    you = prediction.experts(experts.book.find("you"))
    assert set(you) == {"network", "recency", "memory-1", "memory-2", "memory-3"}
    assert you["network"] == pytest.approx(float(outlook.chances[experts.book.find("you")]))
    assert you["memory-3"] == pytest.approx(0.5)
    own = prediction.experts(experts.book.find("zorblax"))
    assert own["network"] == 0.0
    assert own["memory-3"] == pytest.approx(0.5)


def test_without_anything_learned_the_mixture_is_the_networks(lexicon):
    outlook = outlook_of(lexicon, 2)
    prediction = predict(outlook, [0, 1], experts_of(lexicon, []))
    assert np.array_equal(prediction.chances, outlook.chances)
    assert set(prediction.experts(0)) == {"network", "recency"}


@pytest.mark.parametrize(
    ("sentence_", "contexts"),
    [
        ([], [(), (START,)]),
        ([7], [(), (7,), (START, 7)]),
        ([7, 8, 9, 10], [(), (10,), (9, 10)]),
        ([7, None], [()]),
        ([None, 7], [(), (7,)]),  # nothing was counted across the gap, nor from the start
        ([7, None, 8, 9], [(), (9,), (8, 9)]),
    ],
)
def test_a_context_reaches_back_to_the_start_and_never_across_what_was_never_met(
    sentence_, contexts
):
    assert memory_context(sentence_) == contexts


@given(st.lists(st.one_of(st.integers(0, 3), st.none()), max_size=6))
def test_every_context_asked_for_is_one_that_learning_counts(words):
    """What stands before a word is looked up under the very contexts that adding the word writes."""
    memory = Memory()
    memory.add([*words, 5])
    asked = memory_context(words)
    assert all(memory.followers(context).chance(5) > 0 for context in asked)
    assert sum(word == 5 for _, word, _ in memory.grams()) == len(asked)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.2, 0.5]), min_size=1, max_size=24), st.data())
def test_the_best_words_are_the_likeliest_in_order_and_none_without_a_chance(lexicon, given_, data):
    size = len(lexicon.words)
    chances = np.array((given_ * size)[:size], np.float32)
    experts = experts_of(lexicon, [])
    prediction = predict(Outlook(chances, 0.5), [], experts)
    low = data.draw(st.integers(0, size))
    high = data.draw(st.integers(low, size))
    most = data.draw(st.integers(1, size + 3))
    best = prediction.best(slice(low, high), most)
    listed = prediction.best(np.arange(low, high), most)
    assert best == listed
    assert len(set(best)) == len(best)
    assert all(low <= number < high for number in best)
    expected = sorted((float(c) for c in chances[low:high] if c > 0), reverse=True)[:most]
    assert [float(chances[number]) for number in best] == expected


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-9])
def test_among_many_words_dropping_the_unlikely_ones_first_changes_nothing(lexicon, scale):
    chances = np.random.default_rng(3).pareto(0.5, 20_000).astype(np.float32)
    chances *= np.float32(scale) / chances.sum()
    whole = predict(outlook_of(lexicon, 1), [], experts_of(lexicon, []))
    prediction = replace(whole, chances=chances)
    best = prediction.best(slice(50, 19_000), 24)
    plain = sorted(range(50, 19_000), key=lambda number: (-chances[number], number))[:24]
    assert best == plain
