"""Full fine-tuning, which adapters are compared with: every weight learns, by the same sums."""

import copy

import pytest
import torch

from hushkey.model.training.corpus import make_batch
from hushkey.model.training.finetune import Settings
from hushkey.model.training.full import finetune_fully, interpolated

SETTINGS = Settings(epochs=1, pieces=64)


def loss_of(network, batch):
    logits = network.logits(network(torch.from_numpy(batch.inputs))[0])
    predicted = torch.from_numpy(batch.weight) > 0
    return torch.nn.functional.cross_entropy(
        logits[predicted], torch.from_numpy(batch.targets)[predicted]
    )


def tuned(network, vocabulary, lines, settings=SETTINGS, **options):
    mine = copy.deepcopy(network)
    assert finetune_fully(mine, lines, settings, vocabulary=vocabulary, **options)
    return mine


def test_every_weight_learns_and_what_a_person_writes_becomes_likelier(network, vocabulary, lines):
    batch = make_batch(lines[:6], vocabulary)
    mine = tuned(network, vocabulary, lines, Settings(epochs=3, pieces=64), rate=3e-3)
    assert loss_of(mine, batch) < loss_of(network, batch) - 0.3
    for (name, now), before in zip(mine.named_parameters(), network.parameters(), strict=True):
        assert not torch.equal(now, before), name
    assert not any(held.requires_grad for held in mine.parameters())


def test_a_step_is_that_of_autograd_and_torchs_adam_embedding_included(network, vocabulary, lines):
    """The gradient of a tied table has two parts: what was read and what was scored."""
    one_batch = Settings(epochs=1, pieces=10_000, part=40, warmup=1)
    mine = tuned(network, vocabulary, lines[:8], one_batch)
    theirs = copy.deepcopy(network).requires_grad_()
    loss_of(theirs, make_batch(lines[:8], vocabulary, pad_to=1)).backward()
    adam = torch.optim.Adam(theirs.parameters(), lr=5e-4, betas=one_batch.betas)
    adam.step()
    for (name, now), other in zip(mine.named_parameters(), theirs.parameters(), strict=True):
        # Where a gradient is all but nothing its sign is chance, and Adam's first step is by the sign.
        clear = other.grad.abs() > 1e-5
        assert torch.allclose(now[clear], other[clear], atol=1e-5), name
    table = theirs.embedding.weight.grad
    assert (table.abs() > 1e-5).any(1).sum() > 100


def test_it_stops_when_told(network, vocabulary, lines):
    asked = []
    mine = copy.deepcopy(network)
    stopped = finetune_fully(
        mine,
        lines,
        SETTINGS,
        vocabulary=vocabulary,
        cancelled=lambda: len(asked) > 2 or asked.append(1),
    )
    assert not stopped
    assert len(asked) == 3


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_of_the_way_is_taken_up(network, vocabulary, lines, share):
    mine = tuned(network, vocabulary, lines[:12])
    trained = copy.deepcopy(mine)
    interpolated(mine, network, share)
    for now, end, start in zip(
        mine.parameters(), trained.parameters(), network.parameters(), strict=True
    ):
        assert torch.allclose(now, start + share * (end - start), atol=1e-6)
        if share == 1.0:
            assert torch.equal(now, end)
