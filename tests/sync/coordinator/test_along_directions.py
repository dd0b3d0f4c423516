"""Batches of a task along public directions: both roles come to what plain arithmetic makes of the reports."""

import os
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from coordinator_stand_ins import Repeating, World, small_task, task_with
from protocol_stand_ins import DIRECTIONS, KEYS, RECEIVER_KEYS, SHAPE, subspace

from hushkey.model.adapter import Adapter
from hushkey.sync.codec import unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.coordinator.gate import PARTS_TRIED, Verdict
from hushkey.sync.coordinator.helper import Helper
from hushkey.sync.coordinator.optimizer import Moments
from hushkey.sync.coordinator.updates import TOO_LONG, updated
from hushkey.sync.errors import RecordRefused, TaskRefused
from hushkey.sync.messages import Optimizer, Record, encode, hash_of
from hushkey.sync.releases.chain import PARTS
from hushkey.sync.task_terms import flatten

COUNT = 60
ROWS = DIRECTIONS.rows[:COUNT].astype(np.float64)


def within(**changes):
    return small_task(subspace=subspace(COUNT), kept=64, **changes)


@pytest.fixture
def along(new_url: Callable[[], str]) -> Iterator[World]:
    made = World(new_url(), new_url(), task=within(sigma=1))
    made.publish()
    yield made
    made.close()


def in_force(world: World, record: Record) -> np.ndarray:
    """The numbers of a record's adapter, fetched as a device would."""
    data = zlib.decompress(world.leader.adapter(record.adapter))
    return flatten(Adapter.from_bytes(data, SHAPE, base=world.task.base), world.task.ranks)


def mean_of(world: World, record: Record) -> np.ndarray:
    """The mean (d,) of a published sum, number by number by hand."""
    packed = world.leader.aggregate(world.identity, record.batch)
    assert hash_of(packed) == record.aggregate
    whole = Ring(world.task.bits).undo(unpack(packed, world.terms.length, world.task.bits))
    turned = whole[:-1] / world.task.scale
    coordinates = Rotate(COUNT, world.task.rotation_seed).undo(turned)
    vector = np.zeros(256)
    for coordinate, row in zip(coordinates, ROWS, strict=True):
        vector = vector + coordinate * row
    return vector / record.weight


def test_a_batch_moves_the_adapter_by_the_mean_of_what_lies_along_the_directions(along: World):
    rng = np.random.default_rng(1)
    deltas = rng.standard_normal((4, 256)) * 10.0 ** rng.uniform(-3, 3, (4, 1))
    for number, delta in enumerate(deltas):
        along.send(along.make(along.device(f"d {number}"), f"r {number}", delta=delta))
    along.settle()
    record = along.records()[-1]
    assert (record.outcome, record.accepted) == ("released", 4)
    lying = deltas @ ROWS.T
    lying *= along.task.clip_norm / np.linalg.norm(lying, axis=1)[:, None]
    expected = (lying @ ROWS).mean(axis=0)
    moved = in_force(along, record)
    assert np.abs(moved - expected).max() < 3 / along.task.scale
    assert np.linalg.norm(moved) > 0.2 * along.task.clip_norm
    assert np.abs(moved - ROWS.T @ (ROWS @ moved)).max() < 1e-6, "and of nothing that lies beside"


def test_along_one_direction_a_batch_moves_the_adapter_by_the_mean_of_its_votes(
    new_url: Callable[[], str],
):
    """However far each would go: three say on and one says back, so that half of a report's length is gone."""
    task = small_task(subspace=subspace(1), kept=64, sigma=1)
    world = World(new_url(), new_url(), task=task)
    world.publish()
    for number, far in enumerate((3.0, 0.5, 70.0, -2.0)):
        delta = far * ROWS[0] + 5.0 * ROWS[1]
        world.send(world.make(world.device(f"d {number}"), f"r {number}", delta=delta))
    world.settle()
    record = world.records()[-1]
    assert (record.outcome, record.accepted) == ("released", 4)
    moved = in_force(world, record)
    assert np.abs(moved - 0.5 * task.clip_norm * ROWS[0]).max() < 3 / task.scale
    world.close()


def test_both_roles_come_to_the_bytes_that_the_published_sum_says(along: World):
    """The helper signs only the record that its own computation from the sum comes to."""
    along.sent(5, "a")
    along.settle()
    record = along.records()[-1]
    assert record.outcome == "released"
    theirs = along.helper.aggregate(along.identity, record.batch)
    assert hash_of(theirs) == record.aggregate
    signed = along.leader.records(along.identity, None, 256).records[-1]
    assert [each.role for each in signed.signatures] == ["leader", "helper"]
    again = updated(
        along.helper._tasks.get(along.identity), along.adapter, b"", theirs, record.weight
    )
    assert hash_of(again.adapter) == record.adapter
    assert in_force(along, record).tolist() == pytest.approx(
        mean_of(along, record).tolist(), rel=1e-6, abs=1e-9
    )


def test_what_lies_beside_all_directions_counts_for_nothing(along: World):
    beside = DIRECTIONS.rows[COUNT:].astype(np.float64).sum(axis=0)
    for number in range(4):
        along.send(along.make(along.device(f"d {number}"), f"r {number}", delta=beside))
    along.settle()
    record = along.records()[-1]
    assert record.outcome == "released"
    assert np.abs(in_force(along, record)).max() < 3 / along.task.scale


def test_noise_is_added_to_the_coordinates_alone(new_url: Callable[[], str]):
    """256 numbers of a version without a report's signal have as much noise as 60 coordinates."""
    world = World(new_url(), new_url(), task=within(sigma=4000, norm_limit=1e6), entropy=os.urandom)
    world.publish()
    for number in range(4):
        world.send(
            world.make(world.device(f"d {number}"), f"r {number}", delta=np.zeros(256), weight=0.0)
        )
    world.settle()
    record = world.records()[-1]
    spread = np.sqrt(2) * world.task.sigma / world.task.scale / record.weight
    squares = float(np.square(in_force(world, record) / spread).sum())
    assert abs(squares - COUNT) < 6 * np.sqrt(2 * COUNT)
    assert abs(squares - 256) > 6 * np.sqrt(2 * 256)
    world.close()


class Choosing:
    """A gate that takes one of what it is offered, and notes what that was."""

    def __init__(self, chosen: int) -> None:
        self.chosen = chosen
        self.offered: list[tuple[Adapter, ...]] = []

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        self.offered.append((before, *candidates))
        return Verdict(passed=True, chosen=self.chosen)


@pytest.mark.parametrize("optimizer", [Optimizer("fedavg", 1.0), Optimizer("fedadam", 0.01)])
def test_the_gate_chooses_how_much_of_a_step_is_taken(
    new_url: Callable[[], str], optimizer: Optimizer
):
    gate = Choosing(2)
    world = World(new_url(), new_url(), task=within(optimizer=optimizer), gate=gate)
    world.publish()
    world.sent(4, "a")
    world.settle()
    record = world.records()[-1]
    assert (record.outcome, record.part) == ("released", PARTS_TRIED[2])
    before, *offered = (flatten(each, world.task.ranks) for each in gate.offered[0])
    assert not before.any()
    steps = [np.linalg.norm(each) / np.linalg.norm(offered[0]) for each in offered]
    assert steps == pytest.approx([part / PARTS for part in PARTS_TRIED], rel=1e-5)
    assert in_force(world, record).tolist() == offered[2].tolist()
    world.close()


def test_a_mean_beyond_the_limit_is_rejected(new_url: Callable[[], str]):
    world = World(new_url(), new_url(), task=task_with(within(), norm_limit=1e-6))
    world.publish()
    world.sent(4, "a")
    world.settle()
    assert (world.records()[-1].outcome, world.records()[-1].reason) == ("rejected", TOO_LONG)
    world.close()


def test_a_rollback_goes_back_and_on(along: World):
    for label, version in (("a", 0), ("b", 1)):
        along.sent(4, label, version=version)
        along.settle()
    first = along.records()[1]
    along.leader.roll_back(along.identity, 1, "the second was a mistake")
    along.settle()
    back = along.records()[-1]
    assert (back.outcome, back.version, back.adapter) == ("rolled-back", 3, first.adapter)
    along.sent(4, "c", version=3)
    along.settle()
    last = along.records()[-1]
    assert (last.outcome, last.version) == ("released", 4)
    moved = in_force(along, last) - in_force(along, first)
    assert np.allclose(moved, mean_of(along, last), atol=1e-6)


def test_fedadam_remembers_a_moment_of_every_number(new_url: Callable[[], str]):
    optimizer = Optimizer("fedadam", 0.01)
    world = World(new_url(), new_url(), task=within(optimizer=optimizer))
    world.publish()
    for version in range(3):
        world.sent(4, f"v{version}", version=version)
        world.settle()
        world.reopen()
    records = world.records()
    assert [each.outcome for each in records] == ["base", *["released"] * 3]
    first, second, held = np.zeros(256), np.zeros(256), np.zeros(256)
    for record in records[1:]:
        mean = mean_of(world, record)
        first = optimizer.beta1 * first + (1 - optimizer.beta1) * mean
        second = optimizer.beta2 * second + (1 - optimizer.beta2) * mean**2
        held = held + optimizer.rate * first / (np.sqrt(second) + optimizer.floor)
        assert np.allclose(in_force(world, record), held, atol=1e-6)
    world.close()


def test_a_state_of_so_many_coordinates_is_none_of_the_task(along: World):
    along.sent(4, "a")
    along.settle()
    record = along.records()[-1]
    terms = along.leader._tasks.get(along.identity)
    packed = along.leader.aggregate(along.identity, record.batch)
    with pytest.raises(RecordRefused, match="another size"):
        updated(terms, along.adapter, Moments.none(COUNT).to_bytes(), packed, record.weight)


def test_a_helper_whose_base_has_no_directions_takes_no_such_task(along: World):
    helper = Helper(
        along.helper_store,
        KEYS["helper"],
        {0: RECEIVER_KEYS["helper"]},
        {along.task.base: SHAPE},
        along.policy,
        entropy=Repeating("helper"),
    )
    other = task_with(along.task, name="another")
    with pytest.raises(TaskRefused, match="does not come with"):
        helper.adopt(encode(other), along.adapter)
    along.helper.adopt(encode(other), along.adapter)
