"""Shares of what followed a context: discounted, summing to one, the same asked for singly or together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.followers import AllWords, Followers, WordCounts

counted = st.dictionaries(st.integers(0, 40), st.integers(1, 300), min_size=1, max_size=12)


def dense(counts: dict[int, int]) -> AllWords:
    row = WordCounts()
    for word, count in counts.items():
        row.add(word, count)
    given_out = row.followers()
    assert given_out is not None
    return given_out


@pytest.mark.parametrize("made", [Followers, dense])
@given(counts=counted)
def test_the_chances_of_what_followed_a_context_sum_to_one(made, counts):
    followers = made(counts)
    numbers, shares = followers.chances()
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert (shares > 0).all()
    assert shares == pytest.approx([followers.chance(int(n)) for n in numbers], rel=1e-5)
    assert numbers.tolist() == sorted(counts)
    assert (followers.distinct, followers.total) == (len(counts), sum(counts.values()))
    assert followers.counts == counts
    assert all(followers.chance(word) == 0.0 for word in range(50) if word not in counts)


@pytest.mark.parametrize("made", [Followers, dense])
@given(counts=counted, weight=st.floats(0.0, 1.0))
def test_adding_to_a_prediction_adds_the_weighted_shares_and_nothing_else(made, counts, weight):
    followers = made(counts)
    chances = np.linspace(0.0, 1.0, 41, dtype=np.float32)
    expected = chances.copy()
    numbers, shares = followers.chances()
    expected[numbers] += np.float32(weight) * shares
    followers.add_to(chances, weight)
    assert chances == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_a_sighting_is_discounted_so_that_one_does_not_weigh_as_much_as_a_third_of_three():
    followers = Followers({2: 3, 3: 1})
    assert followers.chance(2) == pytest.approx(2.5 / 3.0)
    assert followers.chance(3) == pytest.approx(0.5 / 3.0)
    assert followers.chance(4) == 0.0


@given(counted, st.dictionaries(st.integers(0, 40), st.integers(-3, 3), max_size=6))
def test_changed_counts_are_those_of_a_dictionary_and_what_is_used_up_goes(counts, changes):
    changes = {word: max(by, -counts.get(word, 0)) for word, by in changes.items()}
    held = Followers(counts)
    after = {word: counts.get(word, 0) + changes.get(word, 0) for word in counts | changes}
    left = {word: count for word, count in after.items() if count}
    numbers = np.array(sorted(counts), dtype=np.int32)
    changed = Followers.changed(numbers, np.array([counts[n] for n in numbers.tolist()]), changes)
    assert (changed.counts if changed else {}) == left
    assert held.counts == counts


def test_shares_are_single_floats_and_numbers_whole():
    for followers in (Followers({1: 2, 2: 1}), dense({1: 2, 2: 1})):
        numbers, shares = followers.chances()
        assert numbers.dtype == np.int64
        assert shares.dtype == np.float32


def test_counting_many_words_is_counting_each():
    row, singly = WordCounts(), WordCounts()
    for batch in ([3, 3, 9], [], [0, 3]):
        row.add_all(np.array(batch, dtype=np.int64))
        for word in batch:
            singly.add(word, 1)
    assert row.as_array().tolist() == singly.as_array().tolist() == [1, 0, 0, 3, 0, 0, 0, 0, 0, 1]
    assert (row.total, row.distinct) == (singly.total, singly.distinct) == (5, 3)


def test_counts_given_out_are_not_changed_by_what_is_counted_later():
    row = WordCounts(np.array([0, 2, 1]))
    given_out = row.followers()
    row.add(1, 1)
    row.add_all(np.array([7, 1]))
    assert given_out.counts == {1: 2, 2: 1}
    assert row.followers().counts == {1: 4, 2: 1, 7: 1}


def test_where_nothing_was_counted_there_are_no_followers():
    row = WordCounts()
    assert row.followers() is None
    row.add(4, 1)
    row.add(4, -1)
    assert row.followers() is None
    assert row.count(4) == row.count(99) == 0
