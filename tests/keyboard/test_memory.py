"""Counted n-grams against a naive twin: adding, taking back, forgetting as if there had been a gap."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from naive_memory import NaiveMemory, grams_of

from hushkey.keyboard import memory as memory_module
from hushkey.keyboard.memory import START, Memory

words = st.integers(0, 5)  # few, so that contexts come back; 0 is a word like any other
sentences = st.lists(st.one_of(words, words, words, st.none()), max_size=8)  # None is a gap
texts = st.lists(sentences, max_size=6)
merging = st.sampled_from([0, 3, 10_000])  # always, now and then, never


def taught(text: list[list[int | None]], *, merge_after: int = 4) -> Memory:
    memory = Memory(merge_after=merge_after)
    for sentence in text:
        memory.add(sentence)
    return memory


def twin_of(text: list[list[int | None]]) -> NaiveMemory:
    twin = NaiveMemory()
    for sentence in text:
        twin.add(sentence)
    return twin


def held_by(memory: Memory, contexts: set[tuple[int, ...]]) -> Counter:
    """What a memory says when it is asked about each of some contexts."""
    held: Counter = Counter()
    for context in contexts:
        followers = memory.followers(context)
        if followers is not None:
            held.update({(context, word): count for word, count in followers.counts.items()})
    return held


def contexts_of(twin: NaiveMemory) -> set[tuple[int, ...]]:
    return {context for context, _ in twin.counts} | {(), (START,), (1, 2), (0,), (0, 0)}


@given(texts, merging)
def test_counts_are_those_of_a_dictionary_of_n_grams(text, merge_after):
    twin, memory = twin_of(text), taught(text, merge_after=merge_after)
    assert held_by(memory, contexts_of(twin)) == twin.counts
    assert {(context, word): n for context, word, n in memory.grams()} == twin.counts
    assert memory.words == sum(word is not None for sentence in text for word in sentence)


class Typing(RuleBasedStateMachine):
    """Any course of adding, taking back, forgetting, merging and keeping; the twin says what must be held."""

    def __init__(self) -> None:
        super().__init__()
        self.memory, self.twin, self.added = Memory(merge_after=6), NaiveMemory(), []

    @rule(sentence=sentences)
    def add(self, sentence):
        self.memory.add(sentence)
        self.twin.add(sentence)
        self.added.append(sentence)

    @rule(text=texts)
    def add_all(self, text):
        self.memory.add_all(text)
        for sentence in text:
            self.twin.add(sentence)
        self.added += text

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def remove(self, data):
        sentence = self.added.pop(data.draw(st.integers(0, len(self.added) - 1)))
        self.memory.remove(sentence)
        self.twin.remove(sentence)

    @rule(word=words)
    def forget(self, word):
        self.memory.forget(word)
        self.twin.forget(word)
        self.added = [[None if w == word else w for w in sentence] for sentence in self.added]

    @rule()
    def keep_and_load(self):
        arrays = self.memory.as_arrays()
        for array in arrays.values():
            array.flags.writeable = False  # as those of a file are
        self.memory = Memory(merge_after=6)
        self.memory.restore(arrays)

    @rule(sentence=sentences)
    def refuse_what_was_never_added(self, sentence):
        if Counter(grams_of(sentence)) <= self.twin.counts:
            return
        with pytest.raises(KeyError):
            self.memory.remove(sentence)

    @invariant()
    def both_hold_the_same(self):
        assert held_by(self.memory, contexts_of(self.twin)) == self.twin.counts
        assert self.memory.words == self.twin.words
        assert all(self.memory.count(w) == self.twin.counts[(), w] for w in range(8))


test_any_course_of_events_leaves_what_the_twin_holds = Typing.TestCase


@given(texts, texts)
def test_many_sentences_at_once_are_counted_as_one_by_one(text, more):
    one_by_one, at_once = taught(text + more), taught(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory_module, "_MANY", 0)
        at_once.add_all(more)
    assert at_once == one_by_one


@given(texts, words)
def test_a_word_was_seen_as_often_as_it_stands_in_the_text(text, word):
    assert taught(text).count(word) == sum(sentence.count(word) for sentence in text)


@given(texts, sentences)
def test_taking_back_what_was_added_leaves_no_trace(text, sentence):
    memory = taught(text)
    memory.add(sentence)
    memory.remove(sentence)
    assert memory == taught(text)


@given(texts, st.randoms(use_true_random=False), merging)
def test_the_order_of_adding_and_of_taking_back_does_not_matter(text, shuffler, merge_after):
    memory = taught(text)
    shuffled = list(text)
    shuffler.shuffle(shuffled)
    assert taught(shuffled, merge_after=merge_after) == memory
    for sentence in shuffled:
        memory.remove(sentence)
    assert memory == Memory()


@given(texts, sentences)
def test_a_sentence_that_was_not_added_is_refused_and_nothing_is_changed(text, sentence):
    memory = taught(text)
    if Counter(grams_of(sentence)) <= twin_of(text).counts:
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
def test_forgetting_twice_is_forgetting_once(text, word):
    memory, twin = taught(text), twin_of(text)
    memory.forget(word)
    once = held_by(memory, contexts_of(twin))
    memory.forget(word)
    assert held_by(memory, contexts_of(twin)) == once
    assert memory.count(word) == 0


def test_a_gap_at_the_head_of_a_sentence_hides_its_start():
    memory = taught([[None, 1]])
    assert memory.followers((START,)) is None
    assert memory.count(1) == 1


def test_what_was_asked_before_stays_as_it_was_and_what_is_asked_later_knows_more():
    memory = taught([[1, 2]])
    before = [memory.followers(()), memory.followers((1,))]
    memory.add([1, 3])
    assert [asked.counts for asked in before] == [{1: 1, 2: 1}, {2: 1}]
    assert memory.followers(()).counts == {1: 2, 2: 1, 3: 1}
    memory.remove([1, 3])
    assert memory.followers(()).total == 2
    memory.forget(1)
    assert memory.followers(()).counts == {2: 1}


def test_a_count_beyond_a_byte_and_beyond_two_is_kept_whole():
    memory = taught([[1, 2]] * 300, merge_after=100)
    assert memory.followers((1,)).counts == {2: 300}
    memory.add_all([[1, 2]] * 70_000)
    assert memory.followers((START, 1)).counts == {2: 70_300}


def test_memories_compare_by_what_they_hold_and_cannot_be_hashed():
    assert taught([[1, 2]]) == taught([[1, 2]])
    assert taught([[1, 2]]) != taught([[2, 1]])
    assert taught([]) != "a memory"
    with pytest.raises(TypeError):
        hash(Memory())


def test_the_largest_word_numbers_fit_a_context_of_two():
    memory = taught([[START - 1] * 5, [0, START - 1, 0, START - 1]], merge_after=0)
    assert memory.followers((START - 1,) * 2).counts == {START - 1: 3}
    assert memory.followers((START, START - 1)).counts == {START - 1: 1}
    assert memory.followers((0, START - 1)).counts == {0: 1}
    assert memory.followers((START - 1, 0)).counts == {START - 1: 1}


def test_what_is_kept_is_small():
    """Four to twelve bytes for each n-gram and each context, whatever was learned."""
    numbers = np.random.default_rng(5).zipf(1.3, size=20_000) % 5000
    memory = Memory()
    memory.add_all(numbers.reshape(-1, 10).tolist())
    grams = sum(1 for _ in memory.grams())
    kept = sum(array.nbytes for array in memory.as_arrays().values())
    assert kept < 17 * grams + 20_000
