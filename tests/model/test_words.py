"""From scores of pieces to chances of words, against twins that multiply in loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import BigramModel

from hushkey.model.lexicon import Lexicon
from hushkey.model.runtime import State
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable, softmax

NOWHERE = State(np.zeros((1, 1, 1), np.float32), np.zeros((1, 1, 1), np.float32))


def scores(seed: int, table: WordTable, spread: float = 3.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, spread, table.vocabulary.size).astype(np.float32)


def naive_softmax(logits: np.ndarray, among: list[int]) -> dict[int, float]:
    raised = {piece: float(np.exp(np.float64(logits[piece]))) for piece in among}
    return {piece: value / sum(raised.values()) for piece, value in raised.items()}


def naive_distribution(logits: np.ndarray, vocabulary: Vocabulary, lexicon: Lexicon) -> list[float]:
    """P(first piece) times the word's share of the counts of all words with that first piece."""
    openers = [piece for piece in range(vocabulary.size) if vocabulary.starts_word[piece]]
    chance = naive_softmax(logits, openers)
    first = [vocabulary.pieces_of(word)[0] for word in lexicon.words]
    result = []
    for place, piece in enumerate(first):
        together = sum(
            float(count)
            for count, other in zip(lexicon.counts, first, strict=True)
            if other == piece
        )
        result.append(chance[piece] * float(lexicon.counts[place]) / together)
    return result


@pytest.mark.parametrize("seed", range(5))
def test_the_distribution_is_what_multiplying_word_by_word_gives(seed, table):
    logits = scores(seed, table)
    expected = naive_distribution(logits, table.vocabulary, table.lexicon)
    assert table.distribution(logits) == pytest.approx(expected, rel=1e-4, abs=1e-9)


@given(seed=st.integers(0, 10**6), spread=st.sampled_from([0.0, 1.0, 30.0]))
def test_the_distribution_sums_to_at_most_one_and_is_never_negative(seed, spread, table):
    chances = table.distribution(scores(seed, table, spread))
    assert chances.dtype == np.float32
    assert (chances >= 0).all()
    assert chances.sum() <= 1 + 1e-5


def test_what_the_lexicon_cannot_spell_is_missing_from_the_sum(table):
    logits = np.zeros(table.vocabulary.size, np.float32)
    openers = np.flatnonzero(table.vocabulary.starts_word)
    used = set(table.first.tolist())
    expected = len(used) / len(openers)
    assert table.distribution(logits).sum() == pytest.approx(expected, rel=1e-5)


def test_the_words_of_a_first_piece_are_all_found_and_no_others(table):
    for piece in range(table.vocabulary.size):
        found = set(table.opening_with(piece).tolist())
        assert found == {place for place, first in enumerate(table.first) if first == piece}


def test_a_piece_splits_when_some_word_goes_on_after_it(table):
    longer = {
        cut[0] for cut in map(table.vocabulary.pieces_of, table.lexicon.words) if len(cut) > 1
    }
    assert set(np.flatnonzero(table.splits).tolist()) == longer
    assert longer  # else the stand-in words test nothing here


def exhaustive(table: WordTable, model: BigramModel, piece: int) -> dict[int, float]:
    """P(rest | first piece) of each word that opens with a piece: what follows it, read off the scores."""
    vocabulary = table.vocabulary
    allowed = [p for p in range(vocabulary.size) if not vocabulary.is_mark[p]]
    after = naive_softmax(model.scores[piece], allowed)
    ends = sum(after[p] for p in allowed if vocabulary.starts_word[p])
    rests: dict[int, float] = {}
    for place, word in enumerate(table.lexicon.words):
        cut = vocabulary.pieces_of(word)
        if cut[0] != piece:
            continue
        if len(cut) == 1:
            rests[place] = ends
            continue
        sharing = [
            float(table.lexicon.counts[other])
            for other, written in enumerate(table.lexicon.words)
            if vocabulary.pieces_of(written)[:2] == cut[:2]
        ]
        rests[place] = after[cut[1]] * float(table.lexicon.counts[place]) / sum(sharing)
    return rests


def test_refined_words_are_in_the_proportions_that_exhaustive_scoring_gives(table, bigrams):
    logits = scores(11, table)
    chances = table.distribution(logits)
    pieces = np.flatnonzero(table.splits).tolist()
    table.refine(chances, bigrams, NOWHERE, pieces)
    for piece in pieces:
        rests = exhaustive(table, bigrams, piece)
        among = np.array([chances[place] for place in rests])
        expected = np.array(list(rests.values()))
        assert among / among.sum() == pytest.approx(expected / expected.sum(), rel=1e-3, abs=1e-7)


def test_refining_leaves_each_pieces_own_chance_and_every_other_word_as_they_were(table, bigrams):
    before = table.distribution(scores(12, table))
    after = before.copy()
    chosen = int(np.flatnonzero(table.splits)[0])
    table.refine(after, bigrams, NOWHERE, [chosen])
    inside = np.zeros(len(before), bool)
    inside[table.opening_with(chosen)] = True
    assert after[inside].sum() == pytest.approx(before[inside].sum(), rel=1e-5)
    assert (after[~inside] == before[~inside]).all()
    assert not np.allclose(after[inside], before[inside])


def test_refining_costs_one_step_however_many_pieces_are_looked_into(table, bigrams):
    table.refine(
        table.distribution(scores(1, table)), bigrams, NOWHERE, np.flatnonzero(table.splits)
    )
    assert bigrams.steps == 1


def test_refining_nothing_asks_the_network_nothing(table, bigrams):
    chances = table.distribution(scores(1, table))
    before = chances.copy()
    table.refine(chances, bigrams, NOWHERE, [])
    assert bigrams.steps == 0
    assert (chances == before).all()


def test_a_piece_without_any_chance_stays_without(table, bigrams):
    chances = np.zeros(len(table.lexicon.words), np.float32)
    table.refine(chances, bigrams, NOWHERE, np.flatnonzero(table.splits))
    assert (chances == 0).all()


@settings(max_examples=50)
@given(
    logits=st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30),
    data=st.data(),
)
def test_a_softmax_sums_to_one_over_what_is_allowed_and_is_zero_elsewhere(logits, data):
    array = np.array(logits, np.float32)
    allowed = data.draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits)))
    among = np.array(allowed)
    chances = softmax(array, among)
    assert np.isfinite(chances).all()
    assert (chances[~among] == 0).all()
    if among[array == array.max()].any():
        assert chances.sum() == pytest.approx(1.0, abs=1e-5)
