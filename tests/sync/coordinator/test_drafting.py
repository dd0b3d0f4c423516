"""What a leader's task takes where it is not told, what it comes to, and what is refused before anybody signs it."""

from dataclasses import replace

import numpy as np
import pytest
from coordinator_stand_ins import Repeating
from protocol_stand_ins import HELPER, KEYS, LEADER

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.directions import COUNT, Directions
from hushkey.model.groups import AdapterShape
from hushkey.model.plans import preset
from hushkey.sync.coordinator import drafting
from hushkey.sync.coordinator.drafting import Between, Choices, draft, predict
from hushkey.sync.errors import TaskRefused
from hushkey.sync.messages import Subspace
from hushkey.sync.privacy.prediction import (
    ALIGNMENT,
    ALIGNMENT_ALONE,
    ALIGNMENT_WITHIN,
    FLOOR,
    signal_to_noise,
    smallest_batch,
)
from hushkey.sync.task_terms import sensitivity_of

RANKS = dict(preset("shared").ranks)
MANY = 5_000


@pytest.fixture(scope="module")
def shape(shipped_base: Base) -> AdapterShape:
    return shipped_base.shape()


def drafted(shape: AdapterShape, batch_min: int = MANY, ranks=RANKS, **chosen):
    choices = Choices("typing", ranks, batch_min, batch_min + 500, **{"epsilon": 8.0, **chosen})
    return draft(choices, Between("a-base", shape, LEADER, HELPER), Repeating("draft"))


def test_the_shipped_directions_are_those_of_the_plan_that_is_shared(shape):
    assert shape.directions.suit(shape, RANKS)
    assert len(shape.directions.rows) >= COUNT
    rows = shape.directions.rows.astype(np.float64)
    assert np.allclose(rows @ rows.T, np.eye(len(rows)), atol=2e-3)


def test_where_directions_suit_the_first_alone_is_taken(shape):
    made = drafted(shape)
    assert made.subspace == Subspace(1, shape.directions.digest)
    assert made == drafted(shape, directions=1)


def test_none_are_taken_where_every_number_is_asked_for(shape):
    made = drafted(shape, directions=0)
    numbers = shape.parameters(RANKS)
    assert made.subspace is None
    assert made.kept == numbers
    assert (made.clip_norm, made.norm_limit) == (
        drafting.EVERY.clip_norm,
        drafting.EVERY.norm_limit,
    )
    assert made.variance_floor == pytest.approx(drafting.EVERY.quiet**2 / numbers)


@pytest.mark.parametrize(("count", "kept"), [(1, 64), (10, 64), (64, 64)])
def test_as_many_are_taken_as_are_asked_for(shape, count, kept):
    made = drafted(shape, directions=count)
    assert made.subspace == Subspace(count, shape.directions.digest)
    assert made.kept == kept
    assert predict(made, shape).numbers == count
    suits = drafting.ALONE if count == 1 else drafting.ALONG
    assert (made.clip_norm, made.norm_limit) == (suits.clip_norm, suits.norm_limit)
    assert made.variance_floor == pytest.approx(suits.quiet**2 / count)


def test_along_one_direction_a_small_batch_is_heard_at_next_to_no_epsilon(shape):
    told = predict(drafted(shape, 100, directions=1, epsilon=None), shape)
    assert told.epsilon_over_ten < 1.0
    assert told.signal_to_noise >= 0.97 * drafting.WANTED
    noise = ALIGNMENT_ALONE / told.signal_to_noise  # on the mean, in clip norms
    assert 1.0 + 3.0 * noise < drafting.ALONE.norm_limit, "a batch of one mind would be rejected"


def test_more_than_there_are_are_refused(shape):
    held = len(shape.directions.rows)
    with pytest.raises(TaskRefused, match=f"comes with {held} directions"):
        drafted(shape, directions=held + 1)


def test_a_base_with_few_directions_gives_no_more(shape):
    few = replace(shape, directions=Directions(RANKS, shape.directions.rows[:7]))
    assert drafted(few, directions=7).subspace == Subspace(7, few.directions.digest)
    with pytest.raises(TaskRefused, match="comes with 7 directions"):
        drafted(few, directions=8)


@pytest.mark.parametrize("without", [True, False], ids=["no directions", "of other groups"])
def test_where_they_do_not_suit_every_number_is_sent_and_asking_for_them_is_refused(shape, without):
    ranks = RANKS if without else {"output": 16}
    other = replace(shape, directions=None) if without else shape
    assert drafted(other, ranks=ranks).subspace is None
    with pytest.raises(TaskRefused, match="--directions 0"):
        drafted(other, ranks=ranks, directions=8)


def test_late_reports_are_taken_for_long_and_count_as_others_do(shape):
    made = drafted(shape)
    assert made.age_weights == (1,) * (Choices("typing", RANKS, 1, 1).age_max + 1)


def test_what_is_chosen_stands_in_the_place_of_what_suits(shape):
    made = drafted(shape, clip_norm=0.3, norm_limit=0.7, variance_floor=1e-7)
    assert (made.clip_norm, made.norm_limit, made.variance_floor) == (0.3, 0.7, 1e-7)


@pytest.mark.parametrize(
    ("directions", "alignment"),
    [(COUNT, ALIGNMENT_WITHIN), (1, ALIGNMENT_ALONE), (0, ALIGNMENT)],
    ids=["along", "alone", "every"],
)
def test_the_smallest_batch_is_the_predicted_one_and_one_report_less_is_refused(
    shape, directions, alignment
):
    made = drafted(shape, directions=directions)
    numbers = predict(made, shape).numbers
    multiplier = made.sigma / sensitivity_of(made)
    fewest = smallest_batch(multiplier, numbers, alignment)
    exact = drafted(shape, fewest, directions=directions)
    told = predict(exact, shape)
    assert told.signal_to_noise == pytest.approx(
        signal_to_noise(fewest, multiplier, numbers, alignment)
    )
    assert told.signal_to_noise >= FLOOR
    assert told.epsilon_over_ten <= 8.0
    with pytest.raises(TaskRefused, match=f"take {fewest} reports"):
        drafted(shape, fewest - 1, directions=directions)


def test_along_directions_a_far_smaller_batch_and_a_far_smaller_report_do(shape):
    along, every = (predict(drafted(shape, directions=count), shape) for count in (COUNT, 0))
    assert along.bytes_per_report < every.bytes_per_report / 4
    assert along.signal_to_noise > 10 * every.signal_to_noise
    assert along.epsilon_over_ten == pytest.approx(every.epsilon_over_ten, rel=1e-2)


@pytest.mark.parametrize("directions", [None, COUNT, 0], ids=["alone", "along", "every"])
@pytest.mark.parametrize("batch", [120, 400, 5_000, 50_000])
def test_larger_batches_buy_privacy_where_no_epsilon_is_stated(shape, directions, batch):
    try:
        told = predict(drafted(shape, batch, directions=directions, epsilon=None), shape)
    except TaskRefused:
        assert directions == 0
        assert batch < 450  # of every number, even at epsilon 8
        return
    assert told.epsilon_over_ten <= drafting.EPSILON_MAX
    if told.epsilon_over_ten < drafting.EPSILON_MAX - 0.1:
        assert told.signal_to_noise >= 0.97 * drafting.WANTED
    if told.epsilon_over_ten > 1.0:  # in tenths
        assert told.signal_to_noise < 1.1 * drafting.WANTED
        larger = predict(drafted(shape, 4 * batch, directions=directions, epsilon=None), shape)
        assert larger.epsilon_over_ten < 0.5 * told.epsilon_over_ten


@pytest.mark.parametrize("name", ["epsilon", "clip_norm", "variance_floor", "norm_limit"])
def test_a_nought_is_refused_and_not_passed_over(shape, name):
    with pytest.raises(TaskRefused):
        drafted(shape, **{name: 0.0})


def test_a_noise_that_is_stated_is_the_noise(shape):
    assert drafted(shape, epsilon=None, sigma=30_000).sigma == 30_000


def test_the_file_that_a_helper_gets_has_an_adapter_of_all_numbers(shape):
    made = drafted(shape)
    held = drafting.begun(made, shape, KEYS["leader"])
    adapter = Adapter.from_bytes(held.adapter, shape, base="a-base")
    assert dict(adapter.ranks) == RANKS
    assert adapter.norm() == 0.0
