"""What is counted of a network on some lines: nats and hits, line by line."""

import numpy as np
import pytest
import torch

from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.scoring import Score, score


def test_scores_are_those_of_the_whole_softmax_line_by_line(network, trained, vocabulary, lines):
    found = score(FrozenNetwork.of(network), trained, lines, vocabulary)
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
    frozen = FrozenNetwork.of(network)
    together = score(frozen, trained, lines[:6], vocabulary)
    alone = [score(frozen, trained, [line], vocabulary) for line in lines[:6]]
    assert together.nats == pytest.approx([one.nats[0] for one in alone], rel=1e-5)
    joined = Score.joined(alone)
    assert joined.nats_per_piece == pytest.approx(together.nats_per_piece)
    assert joined.recall_at_3 == together.recall_at_3


def test_no_lines_score_nothing(network, zero, vocabulary):
    nothing = score(FrozenNetwork.of(network), zero, [], vocabulary)
    assert (nothing.nats_per_piece, nothing.recall_at_3) == (0.0, 0.0)
