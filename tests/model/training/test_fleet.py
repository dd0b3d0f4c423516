"""Many devices trained at once come to what each would have come to alone."""

from dataclasses import replace

import numpy as np
import pytest

from hushkey.model.errors import TrainingFailed
from hushkey.model.training.finetune import Course, Settings
from hushkey.model.training.fleets import FLEETS, fleet_of
from hushkey.model.training.frozen import FrozenNetwork

SETTINGS = Settings(epochs=1, share=1.0, pieces=24, part=12)


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork.of(network)


@pytest.fixture(scope="module", params=sorted(FLEETS))
def group(request):
    return request.param


@pytest.fixture(scope="module")
def like(zero, group):
    return zero.only([group])


@pytest.fixture(scope="module")
def fleet(frozen, vocabulary, like):
    return fleet_of(frozen, vocabulary, like, SETTINGS)


def alone(frozen, vocabulary, start, lines, settings=SETTINGS):
    course = Course(frozen, start, lines, settings, vocabulary=vocabulary)
    while not course.done:
        course.advance()
    (found,) = course.adapter().tensors.values()
    return found


def test_devices_of_different_length_and_start_come_to_what_each_comes_to_alone(  # noqa: PLR0917
    fleet, frozen, vocabulary, like, trained, lines, group
):
    moved = trained.only([group])
    histories = [lines[:3], lines[2:11], lines[:40], lines[5:6], []]
    starts = [like, moved, like, moved, moved]
    readings = [fleet.read(history) for history in histories]
    assert len({len(reading.steps) for reading in readings}) > 2
    together = fleet.train([start.tensors[group] for start in starts], readings)
    for start, history, found in zip(starts, histories, together, strict=True):
        expected = alone(frozen, vocabulary, start, history)
        assert np.allclose(found, expected, atol=2e-5)
    assert np.abs(together[2] - like.tensors[fleet.group]).max() > 1e-3


def test_more_devices_than_are_stacked_are_all_trained(fleet, like, lines):
    reading = fleet.read(lines[:4])
    start = like.tensors[fleet.group]
    many = fleet.train([start] * 70, [reading] * 70)
    assert len(many) == 70
    assert np.allclose(np.stack(many), many[0], atol=1e-6)


def test_lines_of_nothing_but_marks_teach_nothing_and_disturb_nobody(
    fleet, frozen, vocabulary, like, lines
):
    marks = [np.array(vocabulary.encode("?! ..."), dtype=np.uint16)] * 9
    start = like.tensors[fleet.group]
    silent, talking = fleet.train([start] * 2, [fleet.read(marks), fleet.read(lines[:9])])
    assert (silent == start).all()
    assert np.allclose(talking, alone(frozen, vocabulary, like, lines[:9]), atol=2e-5)


def test_a_step_without_words_after_one_with_some_still_moves_by_momentum(
    fleet, frozen, vocabulary, like, lines
):
    """As in `Course`, whose optimiser keeps going on what it remembers."""
    marks = np.array(vocabulary.encode("?! ... ?! ... ?! ... ?! ... ?! ..."), dtype=np.uint16)
    mixed = [lines[0], marks, marks, marks, lines[1], marks]
    found = fleet.train([like.tensors[fleet.group]], [fleet.read(mixed)])[0]
    assert np.allclose(found, alone(frozen, vocabulary, like, mixed), atol=2e-5)


def test_all_devices_pooled_learn_what_their_lines_have_in_common(fleet, frozen, vocabulary, like):
    readings = [fleet.read([np.array(vocabulary.encode("tea and ice"), np.uint16)] * 8)] * 3
    together = fleet.pooled(readings, 16, 2, seed=1)
    assert together.pieces == 2 * 3 * readings[0].pieces
    central = fleet_of(frozen, vocabulary, like, replace(SETTINGS, rates={fleet.group: 3e-2}))
    (factor,) = central.train([like.tensors[fleet.group]], [together])
    assert np.abs(factor).max() > 1e-2


def test_adapters_of_other_groups_or_of_several_are_refused(frozen, vocabulary, zero):
    for names in (["input"], ["output", "lstm_bias"], []):
        with pytest.raises(TrainingFailed, match="nothing was trained"):
            fleet_of(frozen, vocabulary, zero.only(names), SETTINGS)
