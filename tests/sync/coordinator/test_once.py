"""Whatever dies at whatever label: a report is counted at most once, a batch applied once, no noise drawn twice."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from coordinator_stand_ins import Crash, CrashAt, Sent, World, is_helpers
from postgres import Cluster
from sqlalchemy import select

from hushkey.sync.coordinator.audit_log import entries
from hushkey.sync.coordinator.batches import DISSOLVED_WAIT_S, LEASE_S
from hushkey.sync.coordinator.faults import LABELS
from hushkey.sync.coordinator.helper import HelperPolicy
from hushkey.sync.coordinator.records import stages
from hushkey.sync.coordinator.schema import BLOB, RECORDED
from hushkey.sync.coordinator.services import HelperPeer
from hushkey.sync.errors import BatchRefused
from hushkey.sync.messages import Withdrawal


class Shares:
    """Every noised share that either store ever held and the helper ever sent, by batch: there may be one of each."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, bytes], set[bytes]] = {}

    def watch(self, world: World) -> None:
        """Look at both stores after each of their transactions."""
        for store in (world.leader_store, world.helper_store):
            fault = store.faults if isinstance(store.faults, CrashAt) else CrashAt()
            fault.look = partial(self.look, world)
            store.faults = fault

    def look(self, world: World) -> None:
        for role, store, kind in (
            ("leader", world.leader_store, "share"),
            ("aggregate", world.leader_store, "aggregate"),
            ("helper", world.leader_store, "answer"),  # as the leader keeps it
            ("helper", world.helper_store, "answer"),
        ):
            with store.read() as connection:
                query = select(BLOB.c.batch, BLOB.c.data).where(BLOB.c.kind == kind)
                for row in connection.execute(query):
                    self.seen.setdefault((role, row.batch), set()).add(row.data)

    def require_one_of_each(self, batches: int) -> None:
        assert Counter(role for role, _ in self.seen) == dict.fromkeys(
            ("leader", "aggregate", "helper"), batches
        )
        assert all(len(each) == 1 for each in self.seen.values())


def attempt(world: World, shares: Shares, work: Callable[[World], object]) -> bool:
    """Do something that may die; whether it did not. Then both processes start anew, the dead one's lease run out."""
    try:
        work(world)
    except Crash:
        world.clock.now += LEASE_S + 1
        world.reopen()
        shares.watch(world)
        return False
    return True


def until_done(world: World, shares: Shares, work: Callable[[World], object]) -> None:
    while not attempt(world, shares, work):
        pass


def prepared(label: str, url: Callable[[], str], **how: Any) -> tuple[World, Shares, CrashAt]:
    """A world in which one process will die at a label."""
    world, shares, fault = World(url(), url(), **how), Shares(), CrashAt(label)
    world.publish()
    world.reopen(*((None, fault) if is_helpers(label) else (fault, None)))
    shares.watch(world)
    return world, shares, fault


def round_of(world: World, shares: Shares, label: str, version: int) -> list[Sent]:
    """Six reports, of which one is withdrawn at both roles, a batch, a sweep; returns those to be counted.

    Whatever dies is done again, as its caller would do it.
    """
    made = [
        world.make(
            world.device(f"{label} {number}"), f"{label} {number}", version=version, ttl_s=80_000
        )
        for number in range(6)
    ]
    for one in made:
        until_done(world, shares, lambda w, one=one: w.send(one))
    gone = Withdrawal(made[5].metadata.report, made[5].token)
    until_done(world, shares, lambda w: w.leader.withdraw(w.identity, gone))
    until_done(world, shares, lambda w: w.helper.withdraw(w.identity, gone))
    until_done(world, shares, World.settle)
    until_done(world, shares, lambda w: w.leader.sweep())
    until_done(world, shares, lambda w: w.helper.sweep())
    return made[:5]


def require_once(world: World, counted: list[Sent], batches: int) -> None:
    """Each report is listed once, in a record that both roles have."""
    records = world.records()
    assert [each.outcome for each in records] == ["base", *["released"] * batches]
    assert sum(each.accepted for each in records) == len(counted)
    with world.leader_store.read() as connection:
        listed = Counter(connection.scalars(select(RECORDED.c.report)))
    assert listed == Counter(one.metadata.report for one in counted)
    theirs = world.helper.records(world.identity, None, 10).records
    ours = world.leader.records(world.identity, None, 10).records
    assert [each.body for each in theirs] == [each.body for each in ours]


@pytest.mark.parametrize(
    "label",
    ["answer.committed", "summed.uncommitted", "countersign.committed", "applied.uncommitted"],
)
def test_so_it_is_on_postgresql_where_a_process_dies_at(label: str, postgres: Cluster):
    world, shares, fault = prepared(label, postgres.new)
    counted = round_of(world, shares, "a", 0)
    assert fault.reached.count(label) == 1
    require_once(world, counted, 1)
    shares.require_one_of_each(1)
    world.close()


TOO_SMALL = ("dissolved.uncommitted", "dissolved.committed")
REFUSED = ("parked.uncommitted", "parked.committed")
WALKED = tuple(label for label in LABELS if label not in {*TOO_SMALL, *REFUSED})


@pytest.mark.slow
@pytest.mark.parametrize("label", WALKED)
def test_everything_is_counted_once_though_a_process_dies_at(
    label: str, sqlite_url: Callable[[], str]
):
    world, shares, fault = prepared(label, sqlite_url)
    counted = round_of(world, shares, "a", 0) + round_of(world, shares, "b", 1)
    assert fault.reached.count(label) == 1  # it died there
    require_once(world, counted, 2)
    assert stages(world.leader_store, world.identity) == {"applied": 2}
    shares.require_one_of_each(2)
    world.close()


@pytest.mark.parametrize("label", TOO_SMALL)
def test_a_batch_too_small_for_the_helper_dissolves_and_is_counted_later_though_the_leader_dies_at(
    label: str, sqlite_url: Callable[[], str]
):
    policy = HelperPolicy(demonstration=True)
    world, shares, fault = prepared(label, sqlite_url, policy=policy)
    counted = [world.make(world.device(f"{n}"), f"{n}", ttl_s=80_000) for n in range(4)]
    for one in counted:
        world.send(one)
    gone = Withdrawal(counted[0].metadata.report, counted[0].token)
    world.helper.withdraw(world.identity, gone)  # the helper then accepts three of four
    until_done(world, shares, World.settle)
    assert fault.reached.count(label) == 1
    assert len(world.records()) == 1
    late = world.make(world.device("late"), "late", ttl_s=80_000)
    world.send(late)
    world.clock.now += DISSOLVED_WAIT_S + LEASE_S + 1
    until_done(world, shares, World.settle)
    require_once(world, [*counted[1:], late], 1)
    shares.require_one_of_each(1)
    world.close()


class Refusing:
    """A helper that refuses one batch for good."""

    def __init__(self, peer: HelperPeer) -> None:
        self.peer = peer
        self.refused: set[bytes] = set()

    def answer(self, task: bytes, data: bytes) -> bytes:
        self.refused = self.refused or {data}
        if data in self.refused:
            raise BatchRefused("not this one")
        return self.peer.answer(task, data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        return self.peer.countersign(task, data)

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        return self.peer.withdraw(task, data)


@pytest.mark.parametrize("label", REFUSED)
def test_a_batch_that_is_refused_for_good_is_parked_once_though_the_leader_dies_at(
    label: str, sqlite_url: Callable[[], str]
):
    refusing: list[Refusing] = []

    def wrap(peer: HelperPeer) -> HelperPeer:
        if not refusing:
            refusing.append(Refusing(peer))
        refusing[0].peer = peer
        return refusing[0]

    world, shares, fault = prepared(label, sqlite_url, wrap=wrap)
    world.sent(4, "refused", ttl_s=80_000)
    until_done(world, shares, World.settle)
    assert fault.reached.count(label) == 1
    assert stages(world.leader_store, world.identity) == {"parked": 1}
    assert [each.act for each in entries(world.leader_store)].count("batch parked") == 1
    later = world.sent(4, "later", ttl_s=80_000)
    until_done(world, shares, World.settle)
    require_once(world, later, 1)
    world.close()
