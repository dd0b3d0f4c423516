"""Whole rounds over real databases: reports in, a record and a version out."""

import os
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from coordinator_stand_ins import NoGate, Repeating, World, small_task, task_with
from protocol_stand_ins import PUBLIC, SHAPE, drawn
from sqlalchemy import select

from hushkey.model.adapter import Adapter
from hushkey.sync.codec import unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.coordinator.gate import Verdict
from hushkey.sync.coordinator.records import stages
from hushkey.sync.coordinator.schema import BLOB, REPORT, UPLOAD
from hushkey.sync.coordinator.updates import TOO_LONG
from hushkey.sync.errors import NotFound, RecordRefused
from hushkey.sync.messages import Optimizer, hash_of
from hushkey.sync.privacy import discrete_gaussian
from hushkey.sync.releases.chain import follow_all
from hushkey.sync.releases.receipts import Receipt, verify_receipt
from hushkey.sync.task_terms import flatten


def in_force(world: World) -> np.ndarray:
    """The numbers of the adapter that the last record names, fetched as a device would."""
    data = zlib.decompress(world.leader.adapter(world.records()[-1].adapter))
    return flatten(Adapter.from_bytes(data, SHAPE, base=world.task.base), world.task.ranks)


def test_a_published_task_has_a_base_that_both_signed(world: World):
    (base,) = world.records()
    assert (base.outcome, base.sequence, base.version) == ("base", 0, 0)
    assert world.leader.tasks()[0].task == world.identity
    first = world.leader.records(world.identity, None, 1).records[0]
    assert world.leader.offer(world.identity).head == first


def test_enough_reports_make_a_version_and_too_few_make_none(world: World):
    world.sent(3, "first")
    world.settle()
    assert len(world.records()) == 1
    world.sent(1, "one more")
    world.settle()
    _, released = world.records()
    assert (released.outcome, released.version, released.accepted) == ("released", 1, 4)


def test_the_chain_is_one_that_a_device_follows_and_each_report_has_a_receipt(world: World):
    sent = world.sent(5, "a")
    world.settle()
    sent += world.sent(4, "b", version=1)
    world.settle()
    signed = world.leader.records(world.identity, None, 256).records
    head = follow_all(None, signed, world.task, PUBLIC)
    assert head is not None
    assert (head.sequence, head.version) == (2, 2)
    for one in sent:
        path = world.leader.receipt(world.identity, one.metadata.report)
        proven = verify_receipt(Receipt(signed[path.sequence], path), world.task, PUBLIC)
        assert proven.report == one.metadata.report


def test_the_aggregate_is_the_plain_sum_and_both_noises_to_the_bit(new_url: Callable[[], str]):
    """Replays both noises from the entropy that they were drawn from: what is left is the plain weighted sum."""
    world = World(new_url(), new_url())
    world.publish()
    world.sent(4, "aged")
    world.settle()
    sent = [*world.sent(3, "old", version=0), *world.sent(3, "new", version=1)]
    world.entropy = Repeating("helper's noise")
    world.helper = world.new_helper()
    world.entropy = Repeating("leader's noise")
    world.worker = world.new_worker()
    world.settle()
    record = world.records()[-1]
    aggregate = unpack(
        world.leader.aggregate(world.identity, record.batch), world.terms.length, world.task.bits
    )
    assert hash_of(world.leader.aggregate(world.identity, record.batch)) == record.aggregate
    replayed = Repeating("leader's noise")
    replayed(16)  # the batch's id was drawn first
    noises = [
        discrete_gaussian(world.task.sigma, world.terms.length, replayed),
        discrete_gaussian(world.task.sigma, world.terms.length, Repeating("helper's noise")),
    ]
    weights = [world.task.age_weights[1 - one.metadata.trained_version] for one in sent]
    plain = sum(
        (one.integers * weight for one, weight in zip(sent, weights, strict=True)), sum(noises)
    )
    assert (record.accepted, record.weight) == (6, sum(weights))
    assert (aggregate == Ring(world.task.bits).apply(plain)).all()
    world.close()


@pytest.mark.slow
def test_over_200_devices_what_the_sum_has_beside_the_plain_one_is_noise_of_the_stated_sigma(
    sqlite_url: Callable[[], str],
):
    """With entropy of the system: the residual's squares are those of two discrete Gaussians (chi-square, 6 sigma)."""
    task = small_task(batch_min=200, batch_max=200)
    world = World(sqlite_url(), sqlite_url(), task=task, entropy=os.urandom)
    world.publish()
    sent = world.sent(200, "r")
    world.settle()
    record = world.records()[-1]
    assert record.accepted == 200
    data = world.leader.aggregate(world.identity, record.batch)
    whole = Ring(task.bits).undo(unpack(data, world.terms.length, task.bits))
    plain = sum((one.integers for one in sent), np.zeros(world.terms.length, np.int64))
    residual = (whole - plain * task.age_weights[0]) / (np.sqrt(2) * task.sigma)
    count = len(residual)
    assert abs(np.square(residual).sum() - count) < 6 * np.sqrt(2 * count)
    assert abs(residual.sum()) < 6 * np.sqrt(count)
    world.close()


def test_the_version_moves_by_the_mean_of_the_batch_each_report_as_long_as_the_others(world: World):
    for number in range(8):
        delta = np.zeros(world.terms.dimension)
        delta[7] = 10.0 ** (number - 4)
        device = world.device(f"d {number}")
        world.send(world.make(device, f"r {number}", delta=delta))
    world.settle()
    moved = in_force(world)
    spread = np.sqrt(2) * world.task.sigma / world.task.scale / (8 * world.task.age_weights[0])
    assert abs(moved[7] - world.task.clip_norm) < 6 * spread + 0.01
    assert np.abs(np.delete(moved, 7)).max() < 6 * spread + 0.01


def test_both_aggregators_publish_the_same_sum_and_the_helper_its_signature_alone(world: World):
    world.sent(4, "a")
    world.settle()
    batch = world.records()[-1].batch
    ours, theirs = (role.aggregate(world.identity, batch) for role in (world.leader, world.helper))
    assert ours == theirs
    signed = world.helper.records(world.identity, 0, 10).records
    assert [[sig.role for sig in each.signatures] for each in signed] == [["helper"]]


def test_once_recorded_nothing_is_left_of_whose_report_it_was(world: World):
    world.sent(4, "a")
    world.settle()
    with world.leader_store.read() as connection:
        assert connection.execute(select(REPORT)).all() == []
        assert connection.execute(select(UPLOAD)).all() == []
        assert set(connection.scalars(select(BLOB.c.kind))) == {"aggregate"}


def test_a_mean_beyond_the_limit_is_rejected_and_recorded_and_the_adapter_stays(
    new_url: Callable[[], str],
):
    world = World(new_url(), new_url(), task=task_with(small_task(), norm_limit=1e-6))
    world.publish()
    before = world.records()[-1].adapter
    world.sent(4, "a")
    world.settle()
    rejected = world.records()[-1]
    assert (rejected.outcome, rejected.version, rejected.reason) == ("rejected", 0, TOO_LONG)
    assert rejected.adapter == before
    assert rejected.accepted == 4
    world.close()


class Closed:
    """A gate that lets nothing pass."""

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        return Verdict(passed=False, reason="not today")


def test_what_the_gate_refuses_is_recorded_as_rejected_and_a_later_batch_is_released(
    new_url: Callable[[], str],
):
    world = World(new_url(), new_url(), gate=Closed())
    world.publish()
    world.sent(4, "a")
    world.settle()
    assert (world.records()[-1].outcome, world.records()[-1].reason) == ("rejected", "not today")
    world.gate = NoGate()
    world.reopen()
    world.sent(4, "b")
    world.settle()
    last = world.records()[-1]
    assert (last.outcome, last.sequence, last.version) == ("released", 2, 1)
    world.close()


def test_a_rollback_is_a_new_version_that_repeats_an_older_adapter(world: World):
    for label, version in (("a", 0), ("b", 1)):
        world.sent(4, label, version=version)
        world.settle()
    first = world.records()[1].adapter
    world.leader.roll_back(world.identity, 1, "the second was a mistake")
    world.settle()
    back = world.records()[-1]
    assert (back.outcome, back.version, back.adapter) == ("rolled-back", 3, first)
    world.sent(4, "c", version=3)
    world.settle()
    assert world.records()[-1].version == 4


def test_a_rollback_to_what_never_was_is_refused(world: World):
    with pytest.raises(RecordRefused, match="none before the current one"):
        world.leader.roll_back(world.identity, 0, "why")


def test_the_largest_number_of_reports_of_one_device_is_counted(world: World):
    devices = [world.device(f"d {number}") for number in range(4)]
    for version in range(3):
        for number, device in enumerate(devices):
            world.send(world.make(device, f"{version} {number}", version=version))
        world.settle()
    assert [each.most_reports for each in world.records()] == [0, 1, 2, 3]


def test_fedadam_is_recomputed_by_the_helper_from_its_own_state(new_url: Callable[[], str]):
    world = World(new_url(), new_url(), task=small_task(optimizer=Optimizer("fedadam", 0.01)))
    world.publish()
    for version in range(3):
        world.sent(4, f"v{version}", version=version)
        world.settle()
        world.reopen()
    assert [each.outcome for each in world.records()] == ["base", *["released"] * 3]
    world.close()


def test_the_feed_tells_no_handful_of_reports(new_url: Callable[[], str]):
    world = World(new_url(), new_url(), task=small_task(batch_min=25, batch_max=30))
    world.publish()
    world.sent(2, "a")
    assert world.leader.feed(world.identity).pending is None
    world.sent(1, "b")
    assert world.leader.feed(world.identity).pending == 3
    world.close()


def test_what_is_not_there_is_not_found(world: World):
    for ask in (
        lambda: world.leader.offer(drawn("another task")),
        lambda: world.leader.adapter(drawn("no adapter")),
        lambda: world.leader.aggregate(world.identity, drawn("no batch", 16)),
        lambda: world.leader.receipt(world.identity, drawn("no report", 16)),
        lambda: world.helper.records(drawn("another task"), None, 10),
    ):
        with pytest.raises(NotFound):
            ask()
    assert stages(world.leader_store, world.identity) == {}
