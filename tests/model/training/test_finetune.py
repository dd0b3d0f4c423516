"""Training an adapter: it learns, it gives the same bytes twice, and it can be stopped."""

import numpy as np
import pytest
import torch

from hushkey.model.adapter import NAMES
from hushkey.model.training.corpus import make_batch
from hushkey.model.training.finetune import Cancelled, Settings, batch_loss, finetune, steps_of
from hushkey.model.training.frozen import FrozenNetwork, as_tensors

SETTINGS = Settings(pieces=64)


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork(network)


@pytest.fixture(scope="module")
def train(frozen, vocabulary, zero):
    def run(lines, settings=SETTINGS, *, say=lambda *_: None, cancelled=lambda: False):
        return finetune(
            frozen,
            zero,
            lines,
            settings,
            vocabulary=vocabulary,
            on_progress=say,
            cancelled=cancelled,
        )

    return run


def test_what_a_person_writes_becomes_likelier(train, frozen, vocabulary, zero, lines):
    batch = make_batch(lines[:6], vocabulary)
    before = batch_loss(frozen, as_tensors(zero), batch)
    after = batch_loss(frozen, as_tensors(train(lines)), batch)
    assert after < before - 0.3


def test_the_same_lines_give_the_same_bytes_and_another_seed_others(train, lines):
    assert train(lines).to_bytes() == train(lines).to_bytes()
    assert train(lines).to_bytes() != train(lines, Settings(pieces=64, seed=2)).to_bytes()


def test_a_tensor_without_a_rate_rests(train, lines):
    for name in NAMES:
        rates = {other: 1e-2 for other in NAMES if other != name}
        adapter = train(lines[:12], Settings(pieces=64, rates=rates))
        assert not adapter.tensors()[name].any(), name
        assert all(adapter.norm([other]) > 0 for other in rates), name


def test_the_base_is_not_touched(train, network, lines):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train(lines[:12])
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_progress_counts_the_steps_that_were_announced(train, lines):
    told = []
    train(lines, say=lambda *step: told.append(step))
    steps = steps_of(lines, SETTINGS)
    assert [step for step, _, _ in told] == list(range(1, steps + 1))
    assert {announced for _, announced, _ in told} == {steps}
    assert all(np.isfinite(loss) for _, _, loss in told)


def test_being_cancelled_ends_it_within_a_step(train, lines):
    told = []
    with pytest.raises(Cancelled):
        train(lines, say=lambda *step: told.append(step), cancelled=lambda: len(told) == 3)
    assert len(told) == 3


def test_lines_of_nothing_but_marks_teach_nothing(train, vocabulary, zero):
    marks = [np.array(vocabulary.encode("?! ..."), dtype=np.uint16)] * 5
    assert train(marks).to_bytes() == zero.to_bytes()


def test_no_lines_leave_the_starting_point(train, zero):
    assert train([]).to_bytes() == zero.to_bytes()


def test_each_piece_of_a_long_line_is_learned_exactly_once(frozen, vocabulary, zero, monkeypatch):
    line = np.array(vocabulary.encode(" ".join(["you can see the cat"] * 40)), dtype=np.uint16)
    seen = []

    def counting(network, adapter, batch):
        seen.append(int(batch.weight.sum()))
        return batch_loss(network, adapter, batch)

    monkeypatch.setattr("hushkey.model.training.finetune.batch_loss", counting)
    settings = Settings(pieces=64, epochs=1)
    finetune(
        frozen,
        zero,
        [line],
        settings,
        vocabulary=vocabulary,
        on_progress=lambda *_: None,
        cancelled=lambda: False,
    )
    assert len(line) > 100
    assert sum(seen) == len(line)


def test_a_pull_keeps_a_tensor_nearer_to_where_it_started(train, lines):
    free = train(lines, Settings(pieces=64, pulls={}))
    pulled = train(lines, Settings(pieces=64, pulls={"output_bias": 0.3}))
    assert pulled.norm(["output_bias"]) < 0.7 * free.norm(["output_bias"])


def test_steps_grow_and_shrink():
    settings = Settings(warmup=4)
    rates = [settings.share_at(step, 40) for step in range(40)]
    assert rates[0] < rates[1] < rates[3]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert 0 < rates[-1] < 0.05
