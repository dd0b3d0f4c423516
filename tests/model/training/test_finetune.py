"""Training an adapter: it learns, it gives the same bytes twice, and it goes on where it was interrupted."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.model.errors import TrainingFailed
from hushkey.model.groups import NAMES
from hushkey.model.training.corpus import make_batch
from hushkey.model.training.finetune import Course, Settings, batch_loss
from hushkey.model.training.frozen import FrozenNetwork, as_tensors

SETTINGS = Settings(pieces=64)
SHORT = Settings(pieces=64, epochs=1)


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork.of(network)


@pytest.fixture(scope="module")
def course(frozen, vocabulary, zero):
    def begin(lines, settings=SETTINGS, *, start=zero, state=None):
        return Course(frozen, start, lines, settings, vocabulary=vocabulary, state=state)

    return begin


@pytest.fixture(scope="module")
def train(course):
    def run(lines, settings=SETTINGS, **options):
        return to_the_end(course(lines, settings, **options))

    return run


def to_the_end(course):
    while not course.done:
        course.advance()
    return course.adapter()


def kept(course):
    """The state as it would come back from a file."""
    return {name: held.copy().ravel() for name, held in course.state().items()}


def test_what_a_person_writes_becomes_likelier(train, frozen, vocabulary, zero, lines):
    batch = make_batch(lines[:6], vocabulary)
    before = batch_loss(frozen, as_tensors(zero), batch)
    after = batch_loss(frozen, as_tensors(train(lines)), batch)
    assert after < before - 0.2


def test_the_same_lines_give_the_same_bytes_and_another_seed_others(train, lines):
    assert train(lines).to_bytes() == train(lines).to_bytes()
    assert train(lines).to_bytes() != train(lines, replace(SETTINGS, seed=2)).to_bytes()


@given(st.data())
@settings(max_examples=12)
def test_a_training_taken_up_after_any_step_comes_to_the_same_bytes(course, lines, data):
    whole = course(lines[:30])
    stop = data.draw(st.integers(0, whole.steps))
    first = course(lines[:30])
    for _ in range(stop):
        first.advance()
    resumed = course(lines[:30], state=kept(first))
    assert resumed.step == stop
    assert to_the_end(resumed).to_bytes() == to_the_end(whole).to_bytes()


def test_an_interrupted_training_of_something_else_is_refused(course, zero, lines):
    begun = course(lines[:30])
    begun.advance()
    state = kept(begun)
    other = [
        {name: held for name, held in state.items() if name != "input.first"},
        {**state, "step": np.array([1e6], np.float32)},
        {**state, "step": np.array([-1.0], np.float32)},
        {**state, "step": np.array([np.nan], np.float32)},
        {**state, "step": np.array([np.inf], np.float32)},
        {**state, "step": np.zeros(0, np.float32)},
        {**state, "input": state["input"][:-1]},
        {},
    ]
    for held in other:
        with pytest.raises(TrainingFailed, match="begins anew"):
            course(lines[:30], state=held)
    narrower = zero.only(["input"])
    with pytest.raises(TrainingFailed):
        course(lines[:30], start=narrower, state={"step": state["step"]})
    assert (
        course(lines[:30], start=narrower, state=state).step == 1
    )  # it has all that this one asks for


def test_a_start_without_room_is_refused(course, zero, lines):
    with pytest.raises(TrainingFailed, match="no group"):
        course(lines, start=zero.only([]))


@pytest.mark.parametrize("name", NAMES)
def test_a_group_without_room_rests_and_is_not_there(train, zero, lines, name):
    others = [other for other in NAMES if other != name]
    adapter = train(lines[:12], SHORT, start=zero.only(others))
    assert set(adapter.tensors) == set(others)
    assert all(adapter.norm([other]) > 0 for other in others)


def test_the_parts_of_a_batch_change_nothing_but_what_is_held(course, lines):
    """Whatever the part, a step's gradients are the same sums."""
    moments = []
    for part, rows in ((16, 4), (64, 32), (128, 1)):
        one = course(lines, replace(SETTINGS, pieces=128, part=part, rows=rows))
        one.advance()
        moments.append(kept(one))
    for other in moments[1:]:
        for name in NAMES:
            first = f"{name}.first"
            assert np.allclose(moments[0][first], other[first], atol=1e-6), name
            assert moments[0][first].any()


def test_a_step_tells_the_mean_loss_of_its_batch(course, frozen, vocabulary, zero, lines):
    line = lines[0]
    told = course([line] * 4, replace(SHORT, part=len(line))).advance()
    expected = batch_loss(frozen, as_tensors(zero), make_batch([line], vocabulary, pad_to=1))
    assert told == pytest.approx(expected.item(), rel=1e-5)


def test_the_loss_is_that_of_the_whole_network(network, frozen, vocabulary, trained, lines):
    batch = make_batch(lines[:5], vocabulary)
    tensors = as_tensors(trained)
    features, _ = network(torch.from_numpy(batch.inputs), adapter=tensors)
    logits = network.logits(features, tensors)
    predicted = torch.from_numpy(batch.weight) > 0
    plain = torch.nn.functional.cross_entropy(
        logits[predicted], torch.from_numpy(batch.targets)[predicted]
    )
    assert batch_loss(frozen, tensors, batch).item() == pytest.approx(plain.item(), rel=1e-5)


def test_the_share_says_how_far_from_the_start_to_the_end_it_goes(train, zero, trained, lines):
    for start in (zero, trained):
        none, half, whole = (
            train(lines[:12], replace(SHORT, share=share), start=start) for share in (0.0, 0.5, 1.0)
        )
        assert none.to_bytes() == start.to_bytes()
        for name in NAMES:
            between = (start.tensors[name] + whole.tensors[name]) / 2
            assert np.allclose(half.tensors[name], between, atol=1e-6)


def test_the_base_is_not_touched(train, network, lines):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train(lines[:12], SHORT)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_lines_of_nothing_but_marks_teach_nothing(train, vocabulary, zero):
    marks = [np.array(vocabulary.encode("?! ..."), dtype=np.uint16)] * 5
    assert train(marks).to_bytes() == zero.to_bytes()


def test_no_lines_leave_the_starting_point(train, zero):
    assert train([]).to_bytes() == zero.to_bytes()


def test_a_pull_keeps_a_tensor_nearer_to_where_it_started(train, lines):
    free = train(lines, replace(SETTINGS, pulls={}))
    pulled = train(lines, replace(SETTINGS, pulls={"output_bias": 0.3}))
    assert pulled.norm(["output_bias"]) < 0.7 * free.norm(["output_bias"])


def test_steps_grow_and_shrink():
    rates = [Settings(warmup=4).share_at(step, 40) for step in range(40)]
    assert rates[0] < rates[1] < rates[3]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert 0 < rates[-1] < 0.05


def test_a_higher_rank_takes_smaller_steps_and_a_bias_does_not_mind():
    settings_ = Settings()
    assert settings_.rate("input", 32) == settings_.rate("input", 16) / 2
    assert settings_.rate("lstm_bias", 1) == settings_.rates["lstm_bias"]


def test_every_setting_is_part_of_the_description():
    plain = Settings()
    others = [
        replace(plain, epochs=4), replace(plain, pieces=64), replace(plain, part=32),
        replace(plain, rows=8), replace(plain, rates={"input": 1e-3}), replace(plain, pulls={}),
        replace(plain, betas=(0.9, 0.999)), replace(plain, warmup=4), replace(plain, share=1.0),
        replace(plain, seed=2),
    ]  # fmt: skip
    said = {one.description() for one in (plain, *others)}
    assert len(said) == len(others) + 1
    assert Settings().description() == plain.description()
