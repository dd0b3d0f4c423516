"""The network reads a line piece by piece as it reads it at once, and an adapter of zeros is none."""

import torch

from hushkey.model.training.frozen import as_tensors
from hushkey.model.training.network import Network, Shape


def test_the_state_carries_all_that_was_read(network):
    pieces = torch.tensor([[1, 5], [9, 9], [40, 2], [7, 33]])
    whole, end = network(pieces)
    state, parts = None, []
    for step in pieces:
        out, state = network(step[None], state)
        parts.append(out)
    assert torch.allclose(torch.cat(parts), whole, atol=1e-6)
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in zip(state, end, strict=True))


def test_what_stands_beside_a_line_does_not_reach_it(network):
    alone, _ = network(torch.tensor([[1], [5], [9]]))
    beside, _ = network(torch.tensor([[1, 8], [5, 8], [9, 8]]))
    assert torch.allclose(alone[:, 0], beside[:, 0], atol=1e-6)


def test_an_adapter_of_zeros_changes_nothing(network, zero):
    pieces = torch.tensor([[1], [5], [9]])
    plain, _ = network(pieces)
    adapted, _ = network(pieces, adapter=as_tensors(zero))
    assert torch.allclose(plain, adapted, atol=1e-6)
    assert torch.equal(network.logits(plain), network.logits(plain, as_tensors(zero)))


def test_every_tensor_of_an_adapter_changes_what_is_predicted(network, zero, trained):
    pieces = torch.tensor([[1], [5], [9]])

    def logits(tensors):
        return network.logits(network(pieces, adapter=tensors)[0], tensors)

    plain = logits(as_tensors(zero))
    for name in zero.tensors:
        only = as_tensors(trained.only([name]))
        assert not torch.allclose(plain, logits(only), atol=1e-3), name


def test_a_fresh_network_remembers_by_default():
    network = Network(Shape(vocabulary=5, width=2, hidden=3, layers=1))
    ((lstm, _),) = network.stack()
    gates = (lstm.get_parameter("bias_ih_l0") + lstm.get_parameter("bias_hh_l0")).view(4, 3)
    assert gates[1].tolist() == [1.0, 1.0, 1.0]  # i, f, g, o
    assert not gates[[0, 2, 3]].any()
