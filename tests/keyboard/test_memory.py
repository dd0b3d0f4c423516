"""Counted n-grams against naive twins: adding, taking back, forgetting as if there had been a gap."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.memory import ORDERS, START, Memory, pack, unpack

words = st.integers(0, 5)  # few, so that contexts come back; 0 is a word like any other
sentences = st.lists(st.one_of(words, words, words, st.none()), max_size=8)  # None is a gap
texts = st.lists(sentences, max_size=6)

Gram = tuple[tuple[int, ...], int]  # context, word


def grams_of(sentence: list[int | None]) -> list[Gram]:
    """Every n-gram of a sentence, the slow way: a context may reach back to START, never across a gap."""
    history = [START, *sentence]
    found = []
    for place in range(1, len(history)):
        for length in range(ORDERS):
            context = history[place - length : place] if length <= place else None
            if context is None or history[place] is None or None in context:
                continue
            found.append((tuple(context), history[place]))
    return found


def counted(text: list[list[int | None]]) -> Counter[Gram]:
    return Counter(gram for sentence in text for gram in grams_of(sentence))


def taught(text: list[list[int | None]]) -> Memory:
    memory = Memory()
    for sentence in text:
        memory.add(sentence)
    return memory


def held_by(memory: Memory, contexts: set[tuple[int, ...]]) -> Counter[Gram]:
    """What a memory says when it is asked about each of some contexts."""
    held: Counter[Gram] = Counter()
    for context in contexts:
        followers = memory.followers(context)
        if followers is not None:
            held.update({(context, word): count for word, count in followers.counts.items()})
    return held


@given(texts)
def test_counts_are_those_of_a_dictionary_of_n_grams(text):
    twin = counted(text)
    memory = taught(text)
    contexts = {context for context, _ in twin} | {(), (START,), (1, 2, 3), (0,), (0, 0)}
    assert held_by(memory, contexts) == twin
    assert sum(len(table) for table in memory._tables) == len({context for context, _ in twin})
    assert memory.words == sum(word is not None for sentence in text for word in sentence)


@given(texts, words)
def test_a_word_was_seen_as_often_as_it_stands_in_the_text(text, word):
    assert taught(text).count(word) == sum(sentence.count(word) for sentence in text)


@given(texts, sentences)
def test_taking_back_what_was_added_leaves_no_trace(text, sentence):
    memory = taught(text)
    memory.add(sentence)
    memory.remove(sentence)
    assert memory == taught(text)


@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_adding_and_of_taking_back_does_not_matter(text, shuffler):
    memory = taught(text)
    shuffled = list(text)
    shuffler.shuffle(shuffled)
    assert taught(shuffled) == memory
    for sentence in shuffled:
        memory.remove(sentence)
    assert memory == Memory()


@given(texts, sentences)
def test_a_sentence_that_was_not_added_is_refused_and_nothing_is_changed(text, sentence):
    memory = taught(text)
    if counted([sentence]) <= counted(text):
        memory.remove(sentence)
        return
    with pytest.raises(KeyError):
        memory.remove(sentence)
    assert memory == taught(text)


def test_a_longer_run_of_a_word_than_was_added_is_refused_and_nothing_is_changed():
    memory = taught([[1] * 5])
    with pytest.raises(KeyError):
        memory.remove([1] * 6)
    assert memory == taught([[1] * 5])


@given(texts, words)
def test_a_forgotten_word_leaves_what_a_gap_in_its_place_would_have_left(text, word):
    memory = taught(text)
    memory.forget(word)
    gapped = [[None if other == word else other for other in sentence] for sentence in text]
    assert memory == taught(gapped)


@given(texts, words)
def test_forgetting_drops_the_n_grams_that_touch_the_word_and_keeps_all_others(text, word):
    memory = taught(text)
    memory.forget(word)
    kept = Counter(
        {
            (context, other): count
            for (context, other), count in counted(text).items()
            if word not in (*context, other)
        }
    )
    assert held_by(memory, {context for context, _ in counted(text)}) == kept


@given(texts, words)
def test_forgetting_twice_is_forgetting_once(text, word):
    memory = taught(text)
    memory.forget(word)
    once = held_by(memory, {context for context, _ in counted(text)})
    memory.forget(word)
    assert held_by(memory, {context for context, _ in counted(text)}) == once
    assert memory.count(word) == 0


def test_a_gap_at_the_head_of_a_sentence_hides_its_start():
    memory = taught([[None, 1]])
    assert memory.followers((START,)) is None
    assert memory.count(1) == 1


@given(texts)
def test_the_chances_of_what_followed_a_context_sum_to_one(text):
    memory = taught(text)
    for context in {context for context, _ in counted(text)}:
        followers = memory.followers(context)
        numbers, shares = followers.chances()
        assert shares.sum() == pytest.approx(1.0, abs=1e-5)
        assert (shares > 0).all()
        one_by_one = [followers.chance(int(number)) for number in numbers]
        assert shares == pytest.approx(one_by_one, rel=1e-5)
        assert followers.distinct == len(numbers)


def test_a_sighting_is_discounted_so_that_one_does_not_weigh_as_much_as_a_third_of_three():
    followers = taught([[1, 2], [1, 2], [1, 2], [1, 3]]).followers((1,))
    assert followers.chance(2) == pytest.approx(2.5 / 3.0)
    assert followers.chance(3) == pytest.approx(0.5 / 3.0)
    assert followers.chance(4) == 0.0


def test_followers_that_were_asked_for_before_do_not_hide_what_is_learned_later():
    memory = taught([[1, 2]])
    assert memory.followers(()).total == 2
    memory.add([3])
    assert memory.followers(()).total == 3
    memory.remove([3])
    assert memory.followers(()).total == 2
    memory.forget(1)
    assert memory.followers(()).total == 1


def test_memories_compare_by_what_they_hold_and_cannot_be_hashed():
    assert taught([[1, 2]]) == taught([[1, 2]])
    assert taught([[1, 2]]) != taught([[2, 1]])
    assert taught([]) != "a memory"
    with pytest.raises(TypeError):
        hash(Memory())


@given(st.lists(st.integers(0, START), max_size=3))
def test_a_packed_context_is_unpacked_to_the_same_words(context):
    assert unpack(pack(context), len(context)) == tuple(context)


def test_shares_are_single_floats_and_numbers_whole():
    numbers, shares = taught([[1, 2]]).followers(()).chances()
    assert numbers.dtype == np.int64
    assert shares.dtype == np.float32
