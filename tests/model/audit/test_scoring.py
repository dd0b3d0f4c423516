"""Many secrets side by side score as each would alone."""

import numpy as np
import pytest

from hushkey.model.audit import scoring
from hushkey.model.audit.scoring import PieceScores, log_chances, walk

BEFORE = (1, 4, 2)
SECRETS = [(5, 6), (5, 7, 8), (5, 6, 9, 3), (10,), (7, 5), (5, 6)]


def alone(model, before, secret):
    """The log-chance of one secret, piece by piece."""
    state, total = model.initial_state(), 0.0
    logits = np.empty(0)
    for piece in before:
        state, logits = model.advance(state, piece)
    for piece in secret:
        raised = logits.astype(np.float64)
        total += raised[piece] - np.log(np.exp(raised).sum())
        state, logits = model.advance(state, piece)
    return total


@pytest.mark.parametrize("batch", [1, 2, 96])
def test_each_secret_has_the_chance_of_its_pieces_one_after_another(bigrams, monkeypatch, batch):
    monkeypatch.setattr(scoring, "_BATCH", batch)
    found = log_chances(bigrams, BEFORE, SECRETS)
    assert found == pytest.approx([alone(bigrams, BEFORE, secret) for secret in SECRETS], abs=1e-4)


def test_each_beginning_is_read_once_and_no_secret_is_read_to_its_end(bigrams):
    seen = []
    walk(bigrams, BEFORE, SECRETS, lambda paths, logits: seen.extend(paths))
    assert sorted(seen) == [(), (5,), (5, 6), (5, 6, 9), (5, 7), (7,)]


def test_which_secrets_share_a_batch_does_not_depend_on_their_order(bigrams):
    one, other = [], []
    walk(bigrams, BEFORE, SECRETS, lambda paths, logits: one.append(list(paths)))
    walk(bigrams, BEFORE, SECRETS[::-1], lambda paths, logits: other.append(list(paths)))
    assert one == other


def test_what_is_seen_behind_a_beginning_is_what_the_network_expects_there(bigrams):
    found = {}

    def visit(paths, logits):
        found.update(zip(paths, logits, strict=True))

    walk(bigrams, BEFORE, SECRETS, visit)
    assert np.array_equal(found[5, 7], bigrams.scores[7])
    assert np.array_equal(found[()], bigrams.scores[BEFORE[-1]])


def test_a_count_of_pieces_takes_only_the_beginnings_it_is_shown(bigrams):
    counted = PieceScores([(5, 6)])
    walk(bigrams, BEFORE, [(5, 6)], counted.visit)
    assert counted.log_chances[0] == pytest.approx(alone(bigrams, BEFORE, (5, 6)), abs=1e-4)
