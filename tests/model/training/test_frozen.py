"""The frozen network is the whole network, in value and in the adapter's gradients."""

import pytest
import torch

from hushkey.model.groups import NAMES
from hushkey.model.training.frozen import FrozenNetwork, as_tensors
from hushkey.model.training.weights import load_weights, save_weights

PIECES = torch.tensor([[1, 1, 1], [5, 60, 2], [9, 9, 31], [70, 4, 4], [6, 6, 8]])


def leaves_of(adapter) -> dict[str, torch.Tensor]:
    tensors = as_tensors(adapter)
    for name in NAMES:
        tensors[name].requires_grad_()
    return tensors


def test_features_are_those_of_the_whole_network(network, trained):
    whole, _ = network(PIECES, adapter=as_tensors(trained))
    frozen = FrozenNetwork.of(network).features(PIECES, as_tensors(trained))
    assert torch.allclose(frozen, whole, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_each_group_does_to_the_features_what_it_does_in_the_whole_network(network, trained, name):
    only = as_tensors(trained.only([name]))
    whole, _ = network(PIECES, adapter=only)
    assert torch.allclose(FrozenNetwork.of(network).features(PIECES, only), whole, atol=1e-5)
    bare, _ = network(PIECES)
    assert torch.allclose(whole, bare, atol=1e-3) == (
        name == "output_bias"
    )  # that is for the logits


def test_gradients_are_those_that_autograd_finds_in_the_whole_network(network, trained):
    weight = torch.randn(5, 3, 8, generator=torch.Generator().manual_seed(1))
    ours, theirs = leaves_of(trained), leaves_of(trained)
    (FrozenNetwork.of(network).features(PIECES, ours) * weight).sum().backward()
    (network(PIECES, adapter=theirs)[0] * weight).sum().backward()
    for name in ("lstm_bias", "input", "projection", "output"):
        assert ours[name].grad.abs().max() > 0.01, name
        assert torch.allclose(ours[name].grad, theirs[name].grad, atol=1e-4, rtol=1e-4), name


def test_nothing_of_the_base_takes_a_gradient(network, trained):
    frozen = FrozenNetwork.of(network)
    frozen.features(PIECES, leaves_of(trained)).sum().backward()
    assert not frozen.table.requires_grad
    assert all(value.grad is None for value in network.parameters())


def test_half_precision_stays_close(network, trained):
    exact = FrozenNetwork.of(network).features(PIECES, as_tensors(trained))
    short = FrozenNetwork.of(network, torch.bfloat16).features(PIECES, as_tensors(trained))
    assert torch.allclose(short.float(), exact, atol=0.05)


def test_what_is_read_from_the_weights_file_is_what_is_made_of_the_loaded_network(
    network, trained, tmp_path
):
    path = tmp_path / "weights"
    save_weights(network, path)
    loaded = FrozenNetwork.load(path)
    made = FrozenNetwork.of(load_weights(path))
    assert torch.equal(loaded.table, made.table)
    assert torch.equal(loaded.bias, made.bias)
    features = [each.features(PIECES, as_tensors(trained)) for each in (loaded, made)]
    assert torch.equal(*features)
