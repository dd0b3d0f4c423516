"""The chunked cross-entropy is torch's own, in value and in every gradient."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from hushkey.model.training.softmax import cross_entropy, draw_rivals, sampled_cross_entropy


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


@pytest.mark.parametrize("count", [1, 256, 257])
def test_against_every_piece_the_sampled_loss_is_the_exact_one(count):
    hidden, table, bias, target = parts(count)
    ours = [part.clone().requires_grad_() for part in (hidden, table, bias)]
    theirs = [part.clone().requires_grad_() for part in (hidden, table, bias)]
    rivals = draw_rivals(np.arange(11)[::-1].copy(), 7, 4, np.random.default_rng(0))
    loss = sampled_cross_entropy(*ours, target, rivals)
    exact = cross_entropy(*theirs, target)
    loss.backward()
    exact.backward()
    assert torch.allclose(loss, exact, atol=1e-5)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one.grad, other.grad, atol=1e-6)


def test_over_many_draws_the_sampled_gradient_comes_near_the_exact_one():
    torch.manual_seed(9)
    hidden, table, target = torch.randn(40, 6), 0.5 * torch.randn(400, 6), torch.arange(40)
    exact = hidden.clone().requires_grad_()
    cross_entropy(exact, table, torch.zeros(400), target).backward()
    rng = np.random.default_rng(1)
    total = torch.zeros_like(hidden)
    for _ in range(60):
        leaf = hidden.clone().requires_grad_()
        rivals = draw_rivals(np.arange(400), 50, 150, rng)
        sampled_cross_entropy(leaf, table, torch.zeros(400), target, rivals).backward()
        total += leaf.grad
    assert (total / 60 - exact.grad).norm() < 0.03 * exact.grad.norm()  # a ratio of sums: not quite


def test_a_drawn_piece_stands_for_as_many_as_it_was_drawn_from():
    rivals = draw_rivals(np.arange(10), 2, 4, np.random.default_rng(0))
    assert rivals.weight.tolist() == [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]
    assert set(rivals.pieces[:2].tolist()) == {0, 1}
    assert [int(rivals.place[piece]) for piece in rivals.pieces] == list(range(6))
