"""Recall on held-out people is the same hit for hit, however little of it is computed again."""

import numpy as np
import pytest

import hushkey.model.training.held_out as module
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.held_out import HeldOut
from hushkey.model.training.scoring import score


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork.of(network)


@pytest.fixture
def people(lines):
    return [lines[:4], lines[4:9], lines[1:2]]


def naive(frozen, adapter, people, vocabulary):
    return [score(frozen, adapter, own, vocabulary) for own in people]


@pytest.mark.parametrize("rivals", [4, 40, 2048])
@pytest.mark.parametrize("scale", [0.0, 0.05, 1.0, 5.0])
def test_each_hit_is_that_of_the_plain_scorer(  # noqa: PLR0917
    monkeypatch, frozen, vocabulary, trained, people, rivals, scale
):
    monkeypatch.setattr(module, "_RIVALS", rivals)
    adapter = trained.only(["output"]).scaled(scale)
    held = HeldOut(frozen, vocabulary, adapter, people)
    found = held.of_output(adapter.tensors["output"])
    expected = naive(frozen, adapter, people, vocabulary)
    assert found.hits.tolist() == [int(own.hits.sum()) for own in expected]
    assert found.words.tolist() == [int(own.words.sum()) for own in expected]
    assert found.recall_at_3 == pytest.approx(np.mean([own.recall_at_3 for own in expected]))


def test_any_adapter_and_any_network_are_measured_the_same_way(frozen, vocabulary, trained, people):
    without_bias = trained.only(["lstm_bias", "input", "output"])
    held = HeldOut(frozen, vocabulary, without_bias, people)
    expected = naive(frozen, without_bias, people, vocabulary)
    assert held.of_adapter(without_bias).hits.tolist() == [int(own.hits.sum()) for own in expected]
    zero = trained.only(["output"]).scaled(0.0)
    assert (held.of_network(frozen).hits == held.of_output(zero.tensors["output"]).hits).all()


def test_a_person_without_a_word_has_no_hits_and_disturbs_nobody(
    frozen, vocabulary, trained, people
):
    held = HeldOut(frozen, vocabulary, trained.only(["output"]), [[], *people])
    found = held.of_output(trained.tensors["output"])
    assert (found.hits[0], found.words[0]) == (0, 0)
    assert found.by_person[0] == 0.0
    assert found.words[1:].min() > 0


def test_each_person_may_have_a_factor_of_their_own(frozen, vocabulary, trained, people):
    factor = trained.tensors["output"]
    held = HeldOut(frozen, vocabulary, trained.only(["output"]), people)
    mixed = held.of_tensors("output", [factor, 0 * factor, 3 * factor])
    for at, scale in enumerate((1.0, 0.0, 3.0)):
        assert mixed.hits[at] == held.of_output(np.float32(scale) * factor).hits[at]


def test_each_person_may_have_biases_of_their_own(frozen, vocabulary, trained, people):
    biases = trained.tensors["lstm_bias"]
    held = HeldOut(frozen, vocabulary, trained.only(["lstm_bias"]), people)
    mixed = held.of_tensors("lstm_bias", [biases, 0 * biases, 3 * biases])
    for at, scale in enumerate((1.0, 0.0, 3.0)):
        assert mixed.hits[at] == held.of_tensor("lstm_bias", np.float32(scale) * biases).hits[at]


@pytest.mark.parametrize("pieces", [1, 20, 4096])
@pytest.mark.parametrize("rivals", [4, 2048])
def test_lines_read_beside_those_of_others_are_read_as_alone(  # noqa: PLR0917
    monkeypatch, frozen, vocabulary, trained, people, pieces, rivals
):
    monkeypatch.setattr(module, "_PIECES", pieces)
    monkeypatch.setattr(module, "_RIVALS", rivals)
    adapter = trained.only(["lstm_bias"]).scaled(3.0)
    held = HeldOut(frozen, vocabulary, adapter, people)
    expected = naive(frozen, adapter, people, vocabulary)
    assert held.of_adapter(adapter).hits.tolist() == [int(own.hits.sum()) for own in expected]
