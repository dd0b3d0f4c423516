"""What was used just now: shares that sum to one and halve with the words typed since."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.keyboard.recency import Recency

HALF_LIFE = 80  # words
words = st.integers(0, 9)
used = st.lists(words, min_size=1, max_size=60)


def after(typed: list[int]) -> Recency:
    recency = Recency()
    for word in typed:
        recency.add(word)
    return recency


def naive_shares(typed: list[int]) -> dict[int, float]:
    """Each use weighs a half to the power of its age in half-lives."""
    weight: dict[int, float] = {}
    for age, word in enumerate(reversed(typed)):
        weight[word] = weight.get(word, 0.0) + 0.5 ** (age / HALF_LIFE)
    return {word: value / sum(weight.values()) for word, value in weight.items()}


@given(used)
def test_shares_are_those_of_uses_weighed_by_their_age(typed):
    recency = after(typed)
    for word, share in naive_shares(typed).items():
        assert recency.chance(word) == pytest.approx(share)


@given(used)
def test_shares_sum_to_one_together_and_one_by_one(typed):
    recency = after(typed)
    numbers, shares = recency.chances()
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert shares == pytest.approx([recency.chance(int(number)) for number in numbers])
    assert len(recency) == len(set(typed))


def test_a_word_used_a_half_life_ago_weighs_half_of_one_used_now():
    recency = after([1] + [2] * (HALF_LIFE - 1) + [3])
    assert recency.chance(1) == pytest.approx(recency.chance(3) / 2)


def test_a_word_that_was_never_used_has_no_share():
    assert after([1]).chance(2) == 0.0
    assert Recency().chance(1) == 0.0


@given(used, words)
def test_a_forgotten_word_has_no_share_and_the_others_keep_their_proportions(typed, word):
    recency = after(typed)
    before = {other: recency.chance(other) for other in set(typed) - {word}}
    recency.forget(word)
    assert recency.chance(word) == 0.0
    assert len(recency) == len(before)
    for other, share in before.items():
        assert recency.chance(other) == pytest.approx(share / sum(before.values()))


def test_after_the_last_word_is_forgotten_it_starts_afresh():
    recency = after([1, 1])
    recency.forget(1)
    assert len(recency) == 0
    recency.add(2)
    assert recency.chance(2) == pytest.approx(1.0)


@settings(max_examples=20)
@given(st.lists(words, min_size=5, max_size=12), st.integers(700, 1000))
def test_rescaling_after_many_words_changes_no_share(pattern, length):
    """The inner numbers are scaled anew about every 800 words; nobody sees it."""
    typed = (pattern * length)[:length]
    recency = after(typed)
    for word, share in naive_shares(typed).items():
        assert recency.chance(word) == pytest.approx(share, rel=1e-3)
    _, shares = recency.chances()
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_word_unused_for_thousands_of_words_is_let_go():
    recency = after([7] + [1, 2, 3] * 1000)
    assert recency.chance(7) == 0.0
    assert len(recency) == 3


@given(used, used)
def test_what_was_kept_and_loaded_ages_on_as_if_it_had_never_been_away(typed, more):
    recency, loaded = after(typed), after([5])
    loaded.restore(recency.as_arrays())
    for word in more:
        recency.add(word)
        loaded.add(word)
    assert loaded._weights == recency._weights
    assert {w: loaded.chance(w) for w in range(10)} == {w: recency.chance(w) for w in range(10)}
