"""The cross-entropy of a device is torch's own, in value and in every gradient, however few rows it holds."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from hushkey.model.training.lean_softmax import lean_cross_entropy


def parts(count: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(count)
    return (
        torch.randn(count, 6),
        torch.randn(11, 6),
        torch.randn(11),
        torch.randint(0, 11, (count,)),
    )


def leaves(tensors, trained) -> list[torch.Tensor]:
    return [
        held.clone().requires_grad_(requires_grad=takes)
        for held, takes in zip(tensors, trained, strict=True)
    ]


@given(
    st.integers(1, 70),
    st.integers(1, 80),
    st.booleans(),
    st.booleans(),
    st.floats(0.1, 3.0),
)
def test_value_and_gradients_are_those_of_the_plain_softmax(count, rows, table, bias, times):
    *tensors, target = parts(count)
    trained = (True, table, bias)
    ours, theirs = leaves(tensors, trained), leaves(tensors, trained)
    loss = lean_cross_entropy(*ours, target, rows=rows)
    plain = functional.cross_entropy(theirs[0] @ theirs[1].t() + theirs[2], target)
    (times * loss).backward()
    (times * plain).backward()
    assert torch.allclose(loss, plain, atol=1e-5)
    for one, other, takes in zip(ours, theirs, trained, strict=True):
        assert (one.grad is not None) == takes
        if takes:
            assert torch.allclose(one.grad, other.grad, atol=1e-5)


def test_it_learns_through_what_its_features_were_made_of():
    hidden, table, bias, target = parts(9)
    ours, theirs = hidden.clone().requires_grad_(), hidden.clone().requires_grad_()
    lean_cross_entropy(torch.tanh(ours), table, bias, target, rows=4).backward()
    functional.cross_entropy(torch.tanh(theirs) @ table.t() + bias, target).backward()
    assert torch.allclose(ours.grad, theirs.grad, atol=1e-6)


def test_nothing_to_predict_is_no_loss_and_no_gradient():
    hidden, table, bias, target = parts(4)
    held = leaves((hidden[:0], table, bias), (True, True, True))
    loss = lean_cross_entropy(*held, target[:0])
    loss.backward()
    assert loss.item() == 0.0
    assert not any(leaf.grad.any() for leaf in held)


def test_a_hopeless_target_costs_a_finite_amount():
    bias = torch.tensor([0.0, 500.0])
    loss = lean_cross_entropy(torch.zeros(1, 2), torch.zeros(2, 2), bias, torch.tensor([0]))
    assert 50 < loss.item() < 100


def test_large_scores_do_not_overflow():
    hidden = torch.full((3, 2), 1e3)
    loss = lean_cross_entropy(hidden, torch.eye(2), torch.zeros(2), torch.tensor([0, 1, 0]))
    assert loss.item() == pytest.approx(0.6931, abs=1e-3)
