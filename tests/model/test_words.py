"""From scores of pieces to chances of words, against twins that multiply in loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.model.lexicon import Lexicon
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable, softmax


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


def test_words_that_share_a_first_piece_share_its_chance(table):
    logits = scores(3, table)
    chances = table.distribution(logits)
    openers = [p for p in range(table.vocabulary.size) if table.vocabulary.starts_word[p]]
    by_piece = naive_softmax(logits, openers)
    for piece in set(table.first.tolist()):
        assert chances[table.first == piece].sum() == pytest.approx(by_piece[piece], rel=1e-4)


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
