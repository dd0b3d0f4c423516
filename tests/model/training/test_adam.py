"""Our Adam takes the steps of torch's own."""

import pytest
import torch

from hushkey.model.training.adam import EPSILON, Adam


def start() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {"a": torch.randn(4, 3), "b": torch.randn(5), "rests": torch.randn(2)}


@pytest.mark.parametrize("betas", [(0.9, 0.99), (0.0, 0.5)])
def test_several_steps_are_those_of_torch(betas):
    held = {name: value.requires_grad_() for name, value in start().items()}
    theirs = {name: value.requires_grad_() for name, value in start().items()}
    rates = {"a": 1e-2, "b": 3e-3, "rests": 1.0}
    groups = [{"params": [theirs[name]], "lr": rates[name]} for name in theirs]
    torch_adam = torch.optim.Adam(groups, betas=betas, eps=EPSILON)
    ours = Adam(held, betas)
    for number in range(1, 9):
        for tensors in (held, theirs):
            loss = (tensors["a"] ** 2 * number).sum() + (tensors["b"] ** 3).sum()
            loss.backward()
        ours.step(number, rates)
        torch_adam.step()
        torch_adam.zero_grad()
        for name, value in held.items():
            assert torch.allclose(value, theirs[name], atol=1e-6), (name, number)


def test_a_tensor_without_a_gradient_rests_and_the_others_begin_anew_after_each_step():
    held = {name: value.requires_grad_() for name, value in start().items()}
    before = held["rests"].clone()
    (held["a"].sum() + held["b"].sum()).backward()
    adam = Adam(held, (0.9, 0.99))
    adam.step(1, dict.fromkeys(held, 0.1))
    assert torch.equal(held["rests"], before)
    assert not held["a"].grad.any()
    assert not any(moment.any() for moment in adam.moments["rests"])


def test_a_rate_of_nothing_moves_nothing():
    held = {name: value.requires_grad_() for name, value in start().items()}
    held["a"].sum().backward()
    Adam(held, (0.9, 0.99)).step(1, dict.fromkeys(held, 0.0))
    assert torch.equal(held["a"], start()["a"])
