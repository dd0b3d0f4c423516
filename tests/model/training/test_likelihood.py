"""Nats under an adapter are those of the plain scorer, whosoever's lines are read side by side."""

import numpy as np
import pytest

from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.likelihood import Likelihood
from hushkey.model.training.scoring import score


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork.of(network)


@pytest.mark.parametrize("group", ["output", "lstm_bias"])
@pytest.mark.parametrize("scale", [0.0, 1.0, 5.0])
def test_each_persons_nats_are_those_of_the_plain_scorer(  # noqa: PLR0917
    frozen, vocabulary, trained, lines, group, scale
):
    people = [lines[:4], [], lines[4:9], lines[1:2]]
    adapter = trained.only([group]).scaled(scale)
    held = Likelihood(frozen, vocabulary, trained, people)
    for _ in range(2):  # what was read once is not changed
        found = held.by_person(group, adapter.tensors[group])
        scores = [score(frozen, adapter, own, vocabulary) for own in people]
        expected = [own.nats.sum() / max(1, own.pieces.sum()) for own in scores]
        assert found == pytest.approx(expected, rel=1e-5)
    pieces = sum(own.pieces.sum() for own in scores)
    together = sum(own.nats.sum() for own in scores) / pieces
    assert held.together(group, adapter.tensors[group]) == pytest.approx(together, rel=1e-5)


def test_nobody_has_no_nats(frozen, vocabulary, trained):
    held = Likelihood(frozen, vocabulary, trained, [])
    assert held.by_person("output", trained.tensors["output"]).tolist() == []
    assert held.together("output", trained.tensors["output"]) == pytest.approx(0.0)
    assert np.isfinite(held.together("output", trained.tensors["output"]))
