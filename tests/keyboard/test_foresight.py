"""How a word would have come up: held to an ideal typist who is simulated key by key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.evaluation import K
from hushkey.model.text import GAP

TYPED = (
    "I can see the cat, the cat can see you",
    "how are you today? then tomorrow",
    "we met Zorblax and Zorblin at the theatre",
    "don't go there, Zorblax",
)
WORDS = ("the", "cat", "can", "zorblax", "zebra", "tea", "ten", "tomorrow", "a", "i'm")


@pytest.fixture(scope="module")
def taught(tiny_base) -> SuggestionEngine:
    engine = SuggestionEngine(tiny_base)
    engine.learn(TYPED * 2)
    return engine


def typed_by_hand(engine, before: str, word: str) -> tuple[float, int, int]:
    """(chance, rank, keys) of a word, over everything the engine could write there."""
    prediction, _ = engine._predict(before)
    book = engine._experts.book
    chances = {book.word(n): chance for n, chance in enumerate(prediction.chances) if chance > 0}
    mine = chances.get(word, 0.0)
    if not mine:
        return 0.0, 2**31 - 1, len(word) + 1
    rank = sum(chance > mine for chance in chances.values())
    for keys in range(len(word)):
        others = [c for w, c in chances.items() if w.startswith(word[:keys]) and c > mine]
        if len(others) < K:
            return mine, rank, keys + 1
    return mine, rank, len(word) + 1


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("line", [*TYPED, "you and the ice, together", "unheardof theatre", "a"])
def test_each_word_is_met_as_by_a_typist_who_presses_key_after_key(
    tiny_base, taught, learned, line
):
    engine = taught if learned else SuggestionEngine(tiny_base)
    met = engine.foresee(line)
    words = [token.strip(",?.").casefold() for token in line.split()]
    assert len(met) == len(words)
    place = 0
    for word, one in zip(words, met, strict=True):
        place = line.casefold().index(word, place)
        assert (one.chance, one.rank, one.keys) == typed_by_hand(engine, line[:place], word)
        place += len(word)


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_an_ideal_typist_presses_between_one_key_and_the_whole_word_and_one_more(taught, words):
    for word, one in zip(words, taught.foresee(" ".join(words)), strict=True):
        assert 1 <= one.keys <= len(word) + 1
        assert (one.keys == 1) == (one.rank < K)
        assert 0.0 <= one.chance <= 1.0
        assert 0.0 <= one.network <= 1.0


def test_what_was_cut_out_and_what_is_all_marks_are_no_words(taught):
    assert len(taught.foresee(f"the {GAP} cat - !")) == 2
    assert taught.foresee("") == []


def test_a_word_that_nobody_knows_is_never_foreseen(taught):
    (one,) = taught.foresee("unheardof")
    assert (one.chance, one.network, one.keys) == (0.0, 0.0, 10)
    assert one.rank > 1_000_000
    assert one.network_rank > 1_000_000


def test_the_network_alone_is_told_beside_all_experts_together(tiny_base, taught):
    fresh = SuggestionEngine(tiny_base)
    line = "we met Zorblax"
    for before, after in zip(fresh.foresee(line), taught.foresee(line), strict=True):
        assert before.network == after.network  # n-grams do not reach it
        assert before.chance <= after.chance
    alone = fresh._predict("we ")[0].network
    known = fresh.base.lexicon.words.index("met") if "met" in fresh.base.lexicon.words else None
    assert known is None
    assert fresh.foresee("the")[0].network_rank == int(
        np.count_nonzero(fresh._predict("")[0].network > fresh.foresee("the")[0].network)
    )
    assert alone.sum() == pytest.approx(1.0, abs=1e-3)


def test_foreseeing_changes_nothing(taught):
    before = [taught.suggest(text) for text in ("", "the ", "we met z")]
    first = taught.foresee(TYPED[2])
    assert taught.foresee(TYPED[2]) == first
    assert [taught.suggest(text) for text in ("", "the ", "we met z")] == before
