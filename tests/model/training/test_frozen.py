"""The frozen network is the whole network, in value and in the adapter's gradients."""

import torch

from hushkey.model.adapter import NAMES
from hushkey.model.training.frozen import FrozenNetwork, as_tensors

PIECES = torch.tensor([[1, 1, 1], [5, 60, 2], [9, 9, 31], [70, 4, 4], [6, 6, 8]])


def leaves_of(adapter) -> dict[str, torch.Tensor]:
    tensors = as_tensors(adapter)
    for name in NAMES:
        tensors[name].requires_grad_()
    return tensors


def test_features_are_those_of_the_whole_network(network, trained):
    whole, _ = network(PIECES, adapter=as_tensors(trained))
    frozen = FrozenNetwork(network).features(PIECES, as_tensors(trained))
    assert torch.allclose(frozen, whole, atol=1e-5)


def test_gradients_are_those_that_autograd_finds_in_the_whole_network(network, trained):
    weight = torch.randn(5, 3, 8, generator=torch.Generator().manual_seed(1))
    ours, theirs = leaves_of(trained), leaves_of(trained)
    (FrozenNetwork(network).features(PIECES, ours) * weight).sum().backward()
    (network(PIECES, adapter=theirs)[0] * weight).sum().backward()
    for name in ("lstm_bias", "input", "output"):
        assert torch.allclose(ours[name].grad, theirs[name].grad, atol=1e-4, rtol=1e-4), name


def test_nothing_of_the_base_takes_a_gradient(network, trained):
    frozen = FrozenNetwork(network)
    frozen.features(PIECES, leaves_of(trained)).sum().backward()
    assert not frozen.table.requires_grad
    assert all(value.grad is None for value in network.parameters())


def test_half_precision_stays_close(network, trained):
    exact = FrozenNetwork(network).features(PIECES, as_tensors(trained))
    short = FrozenNetwork(network, torch.bfloat16).features(PIECES, as_tensors(trained))
    assert torch.allclose(short.float(), exact, atol=0.05)
