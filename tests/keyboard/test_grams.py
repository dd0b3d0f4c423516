"""Sorted arrays of n-grams against a dictionary."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.grams import START, Table, pack, unpack

word = st.one_of(st.integers(0, 4), st.just(START - 1))
contexts = st.tuples(word, word)
grams = st.lists(st.tuples(contexts, word), max_size=30)


def merged(table: Table, named: list, by: list[int]) -> Table:
    return table.merged(
        np.array([pack(context) for context, _ in named], dtype=np.int64),
        np.array([last for _, last in named], dtype=np.int64),
        np.array(by, dtype=np.int64),
    )


def held(table: Table) -> dict:
    return {(unpack(context, 2), last): count for context, last, count in table.grams()}


@given(grams, grams)
def test_merging_adds_counts_as_a_dictionary_does(first, second):
    table = merged(merged(Table.empty(), first, [1] * len(first)), second, [1] * len(second))
    counts = Counter(first + second)
    assert held(table) == counts
    assert table.contexts.tolist() == sorted({pack(context) for context, _ in counts})
    for (context, last), count in counts.items():
        assert table.count(pack(context), last) == count
    assert table.row(pack((7, 7))) is None
    assert table.count(pack((7, 7)), 1) == 0


@given(grams, st.data())
def test_what_has_no_count_left_is_gone_with_its_context(first, data):
    table = merged(Table.empty(), first, [1] * len(first))
    taken = data.draw(st.lists(st.sampled_from(first), unique=True)) if first else []
    counts = Counter(first)
    less = merged(table, taken, [-counts[gram] for gram in taken])
    left = {gram: count for gram, count in counts.items() if gram not in taken}
    assert held(less) == left
    again = [gram for gram, count in left.items() for _ in range(count)]
    assert less == merged(Table.empty(), again, [1] * len(again))


@given(grams, word)
def test_a_table_without_a_word_holds_no_gram_that_it_is_part_of(first, gone):
    table = merged(Table.empty(), first, [1] * len(first)).without(gone, 2)
    kept = {gram: n for gram, n in Counter(first).items() if gone not in (*gram[0], gram[1])}
    assert held(table) == kept


@given(st.lists(st.integers(0, START), max_size=3))
def test_a_packed_context_is_unpacked_to_the_same_words(context):
    assert unpack(pack(context), len(context)) == tuple(context)


def test_counts_take_no_more_room_than_they_need():
    table = merged(Table.empty(), [((1, 2), 3)], [200])
    assert table.counts.dtype == np.uint8
    assert merged(table, [((1, 2), 3)], [100]).counts.dtype == np.uint16
    assert merged(table, [((1, 2), 3)], [100_000]).counts.dtype == np.uint32
