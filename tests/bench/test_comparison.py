"""Means over corpora, paired intervals, win rates, histories cut to their newest words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.typing.comparison import (
    Result,
    best_of,
    difference,
    first_of_each,
    interval,
    last_words,
)
from hushkey.keyboard.typists import Typist
from hushkey.model.evaluation import Counts


def saved(keys: int, characters: int = 100) -> Counts:
    """Counts of somebody who pressed so many keys."""
    return Counts(words=20, characters=characters, keys=keys, keys_exact=keys)


def test_a_figure_is_the_mean_over_corpora_of_what_each_pooled():
    result = Result("x")
    result.add("cold", "sms/a", saved(50))
    result.add("cold", "sms/b", saved(300, 300))
    result.add("cold", "irc/c", saved(40))
    assert result.figures("cold")["ksr"] == pytest.approx((50 / 400 + 0.6) / 2)
    assert result.figures("cold", ["irc/c", "nobody/z"])["ksr"] == pytest.approx(0.6)
    assert list(result.by_corpus("cold")) == ["irc", "sms"]


def test_a_user_that_a_system_lost_has_no_counts_and_a_reason():
    result = Result("x")
    result.add("online", "sms/a", None, "its process ended by signal 6")
    result.add("online", "sms/b", saved(50))
    assert result.lost == {"sms/a": "its process ended by signal 6"}
    assert list(result.counts["online"]) == ["sms/b"]


def test_two_systems_are_compared_on_the_users_that_both_have():
    ours = {"a/1": saved(40), "a/2": saved(50), "a/3": saved(60), "a/4": saved(10)}
    theirs = {"a/1": saved(50), "a/2": saved(50), "a/3": saved(55), "b/9": saved(1)}
    gap = difference(ours, theirs, "ksr")
    assert (gap.users, gap.better, gap.worse) == (3, 1, 1)
    assert gap.win_rate == pytest.approx(0.5)
    assert gap.mean == pytest.approx((10 + 0 - 5) / 3)
    assert gap.low <= gap.mean <= gap.high
    with pytest.raises(ValueError, match="no user in common"):
        difference(ours, {"b/9": saved(1)}, "ksr")


def test_an_interval_is_that_of_the_normal_law_where_there_are_many_users():
    values = np.random.default_rng(3).normal(2.0, 5.0, 400)
    low, high = interval(values)
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.1)
    assert high == pytest.approx(values.mean() + half, abs=0.1)
    assert interval(values) == (low, high)


def test_the_best_is_chosen_among_those_that_measured_the_corpus():
    one, two = Result("one"), Result("two")
    one.add("online", "sms/a", saved(60))
    two.add("online", "sms/a", saved(50))
    two.add("online", "irc/b", saved(90))
    assert best_of([one, two], "online", "sms", "ksr") == ("two", pytest.approx(0.5))
    assert best_of([one, two], "online", "irc", "ksr")[0] == "two"


@given(
    st.lists(st.lists(st.sampled_from(["a", "bb", "c,"]), max_size=6).map(" ".join)),
    st.integers(0, 30),
)
def test_a_cut_history_holds_its_newest_words_in_order(lines, most):
    words = [word for line in lines for word in line.split()]
    kept = [word for line in last_words(lines, most) for word in line.split()]
    assert kept == words[max(0, len(words) - most) :]


def test_a_history_that_is_short_enough_is_left_as_it_is():
    lines = ["how  are\tyou", "fine"]
    assert last_words(lines, 4) == lines
    assert last_words(lines, 3) == ["are you", "fine"]


def test_the_first_users_of_each_corpus_are_taken_in_their_order():
    people = [Typist(name, [], []) for name in ("a/1", "b/1", "a/2", "a/3", "b/2")]
    assert [one.name for one in first_of_each(people, 2)] == ["a/1", "b/1", "a/2", "b/2"]
    assert first_of_each(people, None) == people
