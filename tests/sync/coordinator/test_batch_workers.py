"""Several workers and helpers at once on one database: no report twice, no batch twice, nothing left lying."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from coordinator_stand_ins import World
from sqlalchemy import select

from hushkey.sync.coordinator.batches import Overtaken
from hushkey.sync.coordinator.records import stages
from hushkey.sync.coordinator.reports import Reports
from hushkey.sync.coordinator.schema import ANSWERED, BLOB, RECORDED
from hushkey.sync.coordinator.store import Store
from hushkey.sync.errors import OneLiveReport

WORKERS = 4
BATCHES = 6


def run_all(world: World) -> None:
    """Four workers, each with a helper and connections of its own, until nothing is left to do."""
    stores = [
        (
            Store.open(world.leader_url, clock=world.clock),
            Store.open(world.helper_url, clock=world.clock),
        )
        for _ in range(WORKERS)
    ]
    failures: list[BaseException] = []
    begin = threading.Barrier(WORKERS)

    def work(leader: Store, helper: Store) -> None:
        try:
            worker = world.new_worker(leader, world.new_helper(helper))
            begin.wait()
            idle = 0
            while idle < 5:
                idle = 0 if worker.step() else idle + 1
        except BaseException as error:  # noqa: BLE001  told by the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for leader, helper in stores:
        leader.close()
        helper.close()
    assert failures == []


def test_four_workers_count_every_report_once_and_leave_nothing(world: World):
    sent = world.sent(8 * BATCHES, "r", ttl_s=80_000)
    run_all(world)
    world.settle()
    records = world.records()
    assert [each.outcome for each in records] == ["base", *["released"] * (len(records) - 1)]
    with world.leader_store.read() as connection:
        listed = Counter(connection.scalars(select(RECORDED.c.report)))
    # Ages count: a batch that was claimed late may find reports too old. Those wait for their expiry.
    assert set(listed.values()) == {1}
    assert sum(each.accepted for each in records) == len(listed)
    assert set(listed) <= {one.metadata.report for one in sent}
    assert len(listed) >= 8 * (world.task.age_max + 1)
    assert stages(world.leader_store, world.identity) == {"applied": len(records) - 1}
    assert len({each.batch for each in records}) == len(records)


def test_two_workers_on_one_batch_are_harmless_and_the_slower_keeps_nothing(world: World):
    """Both hold the same batch at the same stage: as if a lease had run out under the first."""
    world.sent(4, "r")
    batches = world.worker._batches
    claimed = batches.claim(world.worker._tasks.get(world.identity))
    assert claimed is not None
    terms = world.worker._tasks.get(world.identity)
    held = claimed
    while held.stage != "opened":
        stage = world.worker._stages[held.stage]
        after = stage(terms, held)
        assert after is not None
        blobs = blobs_of(world)
        with pytest.raises(Overtaken):
            stage(terms, held)
        assert blobs_of(world) == blobs
        held = after
    world.worker._stages["opened"](terms, held)
    with pytest.raises(Overtaken):
        world.worker._stages["opened"](terms, held)
    world.settle()
    assert [each.accepted for each in world.records()] == [0, 4]


def blobs_of(world: World) -> dict[tuple[bytes, str], bytes]:
    with world.leader_store.read() as connection:
        rows = connection.execute(select(BLOB.c.batch, BLOB.c.kind, BLOB.c.data))
        return {(row.batch, row.kind): row.data for row in rows}


def test_helpers_that_are_asked_the_same_at_once_give_the_same_bytes(world: World):
    world.sent(6, "r")
    worker = world.worker
    terms = worker._tasks.get(world.identity)
    claimed = worker._batches.claim(terms)
    assert claimed is not None
    ready = worker._open(terms, claimed)
    assert ready is not None
    request = worker._batches.blob(ready, "request")
    stores = [Store.open(world.helper_url, clock=world.clock) for _ in range(WORKERS)]
    answers = at_once(
        [lambda s=s: world.new_helper(s).answer(world.identity, request) for s in stores]
    )
    for store in stores:
        store.close()
    assert len(answers) == WORKERS
    assert len(set(answers)) == 1
    with world.helper_store.read() as connection:
        assert len(connection.execute(select(ANSWERED)).all()) == 1


def test_a_report_sent_at_once_by_many_requests_is_there_once(world: World):
    one = world.make(world.device("d"), "r")
    stores = [Store.open(world.leader_url, clock=world.clock) for _ in range(WORKERS)]
    news = at_once(
        [
            lambda s=s: reports_of(s).accept(
                world.worker._tasks.get(world.identity), one.device.public, one.data
            )
            for s in stores
        ]
    )
    for store in stores:
        store.close()
    assert sorted(news) == [False] * (WORKERS - 1) + [True]


def test_of_a_devices_reports_sent_at_once_one_is_live(world: World):
    device = world.device("d")
    made = [world.make(device, f"r {number}") for number in range(WORKERS)]
    stores = [Store.open(world.leader_url, clock=world.clock) for _ in range(WORKERS)]

    def send(store: Store, data: bytes) -> bool | type[BaseException]:
        try:
            return reports_of(store).accept(
                world.worker._tasks.get(world.identity), device.public, data
            )
        except OneLiveReport as refused:
            return type(refused)

    came = at_once([lambda s=s, m=m: send(s, m.data) for s, m in zip(stores, made, strict=True)])
    for store in stores:
        store.close()
    assert Counter(came) == {True: 1, OneLiveReport: WORKERS - 1}


def reports_of(store: Store) -> Reports:
    return Reports(store, frozenset({0}))


def at_once(calls: list[Callable[[], object]]) -> list:
    """What each call gave, all of them begun at the same moment."""
    begin = threading.Barrier(len(calls))
    came: list = []

    def call(one: Callable[[], object]) -> None:
        begin.wait()
        came.append(one())

    threads = [threading.Thread(target=call, args=(one,)) for one in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came
