"""The chunked cross-entropy is torch's own, in value and in every gradient."""

import pytest
import torch
from torch.nn import functional

from hushkey.model.training.softmax import cross_entropy


def parts(count: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(count)
    hidden, table = torch.randn(count, 6), torch.randn(11, 6)
    return hidden, table, torch.randn(11), torch.randint(0, 11, (count,))


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])  # around the chunk's edge
def test_value_and_gradients_are_those_of_the_plain_softmax(count):
    hidden, table, bias, target = parts(count)
    ours = [part.clone().requires_grad_() for part in (hidden, table, bias)]
    theirs = [part.clone().requires_grad_() for part in (hidden, table, bias)]
    loss = 3.0 * cross_entropy(*ours, target)
    plain = 3.0 * functional.cross_entropy(theirs[0] @ theirs[1].t() + theirs[2], target)
    loss.backward()
    plain.backward()
    assert torch.allclose(loss, plain, atol=1e-5)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one.grad, other.grad, atol=1e-6)


def test_a_frozen_table_gets_no_gradient_and_changes_none_of_the_others():
    hidden, table, bias, target = parts(300)
    gradients = []
    for frozen in (True, False):
        leaves = [hidden.clone().requires_grad_(), bias.clone().requires_grad_()]
        words = table.clone().requires_grad_(requires_grad=not frozen)
        cross_entropy(leaves[0], words, leaves[1], target).backward()
        assert (words.grad is None) == frozen
        gradients.append([leaf.grad for leaf in leaves])
    for one, other in zip(*gradients, strict=True):
        assert torch.equal(one, other)


def test_nothing_to_predict_is_no_loss_and_no_gradient():
    hidden, table, bias, target = parts(4)
    leaves = [part.clone().requires_grad_() for part in (hidden[:0], table, bias)]
    loss = cross_entropy(*leaves, target[:0])
    loss.backward()
    assert loss.item() == 0.0
    assert not any(leaf.grad.any() for leaf in leaves)


def test_a_hopeless_target_costs_a_finite_amount():
    bias = torch.tensor([0.0, 500.0])
    loss = cross_entropy(torch.zeros(1, 2), torch.zeros(2, 2), bias, torch.tensor([0]))
    assert 50 < loss.item() < 100
