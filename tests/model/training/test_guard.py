"""The verdict: which lines judge, what is counted, and when a gain is more than noise."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.guard import (
    LEAST,
    SHORT,
    TAIL_LEAST,
    TAIL_MOST,
    Score,
    folds_of,
    is_better,
    score,
)


def scored(nats) -> Score:
    ones = np.ones(len(nats), dtype=np.int64)
    return Score(np.array(nats, dtype=float), ones, ones, ones)


def word_lines(vocabulary, lengths):
    (piece,) = vocabulary.pieces_of("the")
    return [np.full(length, piece, dtype=np.uint16) for length in lengths]


def test_a_long_history_is_judged_by_its_last_tenth(vocabulary):
    assert folds_of(word_lines(vocabulary, [20] * 400), vocabulary) == [slice(360, 400)]


def test_a_tail_is_never_too_small_to_tell(vocabulary):
    (tail,) = folds_of(word_lines(vocabulary, [10] * 200), vocabulary)
    assert (tail.stop - tail.start) * 10 == TAIL_LEAST


def test_a_very_long_history_is_judged_by_enough_of_it(vocabulary):
    (tail,) = folds_of(word_lines(vocabulary, [10] * 8_000), vocabulary)
    assert (tail.stop - tail.start) * 10 == TAIL_MOST


def test_a_shorter_history_than_can_tell_is_not_judged(vocabulary):
    assert folds_of(word_lines(vocabulary, [10] * 17), vocabulary) == []
    assert folds_of([], vocabulary) == []


@given(st.lists(st.integers(1, 60), min_size=10, max_size=80))
def test_a_short_history_is_held_out_in_thirds_each_line_once(vocabulary, lengths):
    folds = folds_of(word_lines(vocabulary, lengths), vocabulary)
    if LEAST <= sum(lengths) < SHORT:
        held = [number for fold in folds for number in range(fold.start, fold.stop)]
        assert held == list(range(len(lengths)))
        assert len(folds) == 3
        for fold in folds:
            assert abs(sum(lengths[fold]) - sum(lengths) / 3) <= 60


def test_scores_are_those_of_the_whole_softmax_line_by_line(network, trained, vocabulary, lines):
    found = score(FrozenNetwork(network), trained, lines, vocabulary)
    for number, line in enumerate(lines[:20]):
        read = torch.tensor([vocabulary.bos, *line[:-1].tolist()])[:, None]
        tensors = as_tensors(trained)
        logits = network.logits(network(read, adapter=tensors)[0], tensors)[:, 0]
        chances = torch.log_softmax(logits, dim=1).numpy()
        words = ~vocabulary.is_mark[line]
        nats = -chances[np.arange(len(line)), line][words].sum()
        assert found.nats[number] == pytest.approx(nats, rel=1e-4)
        assert found.pieces[number] == words.sum()
        starts = vocabulary.starts_word[line]
        best = np.argsort(-np.where(vocabulary.starts_word, chances, -np.inf), axis=1)[:, :3]
        assert found.words[number] == starts.sum()
        assert found.hits[number] == sum(
            piece in row for piece, row in zip(line[starts], best[starts], strict=True)
        )


def test_a_line_scores_the_same_in_any_company(network, trained, vocabulary, lines):
    together = score(FrozenNetwork(network), trained, lines[:6], vocabulary)
    alone = [score(FrozenNetwork(network), trained, [line], vocabulary) for line in lines[:6]]
    assert together.nats == pytest.approx([one.nats[0] for one in alone], rel=1e-5)


def test_no_lines_score_nothing(network, zero, vocabulary):
    nothing = score(FrozenNetwork(network), zero, [], vocabulary)
    assert (nothing.nats_per_piece, nothing.recall_at_3) == (0.0, 0.0)


def test_a_gain_on_every_line_is_better_and_a_loss_is_not():
    before = scored([5.0, 6.0, 7.0, 5.0])
    assert is_better(before, scored([4.9, 5.8, 6.9, 4.8]))
    assert not is_better(before, scored([5.1, 6.2, 7.1, 5.2]))
    assert not is_better(before, before)


def test_a_mean_gain_that_rests_on_one_line_is_noise():
    before = scored([5.0] * 10)
    assert not is_better(before, scored([5.1] * 9 + [3.0]))


def test_one_line_proves_nothing():
    assert not is_better(scored([9.0]), scored([1.0]))


def test_adapters_that_differ_by_chance_alone_are_seldom_called_better():
    rng = np.random.default_rng(0)
    verdicts = [is_better(scored(np.zeros(40)), scored(rng.normal(size=40))) for _ in range(2_000)]
    assert 0.13 < np.mean(verdicts) < 0.19  # one standard error, one-sided: 0.16
