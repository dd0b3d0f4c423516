"""kill -9 for real: a worker's process dies at a label, another process takes its batch on from the database."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from coordinator_stand_ins import World
from sqlalchemy import select

from hushkey.sync.coordinator.batches import LEASE_S
from hushkey.sync.coordinator.schema import BLOB, RECORDED
from hushkey.sync.coordinator.sums import opened
from hushkey.sync.messages import BatchAnswer, decode

LABELS = (
    "answer.committed",  # the helper has drawn its noise, and the leader never heard of it
    "summed.committed",
    "countersign.committed",
    "applied.uncommitted",
)


def worker(world: World, label: str) -> int:
    program = Path(__file__).with_name("dying.py")
    arguments = [world.leader_url, world.helper_url, label, str(world.clock.now)]
    path = os.pathsep.join([str(program.parent), str(program.parent.parent)])
    done = subprocess.run(
        [sys.executable, program, *arguments], check=False, env={**os.environ, "PYTHONPATH": path}
    )
    return done.returncode


def shares(world: World) -> dict[tuple[str, bytes], bytes]:
    """The noised shares that are stored now."""
    found = {}
    for name, store in (("leader", world.leader_store), ("helper", world.helper_store)):
        with store.read() as connection:
            query = select(BLOB.c.batch, BLOB.c.kind, BLOB.c.data)
            for row in connection.execute(query.where(BLOB.c.kind.in_(["share", "answer"]))):
                found[f"{name} {row.kind}", row.batch] = row.data
    return found


@pytest.mark.slow
@pytest.mark.parametrize("label", LABELS)
def test_a_worker_that_is_killed_at(label: str, new_url: Callable[[], str]):
    world = World(new_url(), new_url())
    world.publish()
    sent = world.sent(5, "r", ttl_s=80_000)
    assert worker(world, label) == -signal.SIGKILL
    before = shares(world)
    assert before  # noise was drawn before it died, by one role at least
    world.clock.now += LEASE_S + 1
    world.worker._batches.lease()  # as a worker that dies at once would: its lease runs out too
    world.clock.now += LEASE_S + 1
    assert worker(world, "none") == 0
    assert [each.accepted for each in world.records()] == [0, 5]
    with world.leader_store.read() as connection:
        listed = Counter(connection.scalars(select(RECORDED.c.report)))
    assert listed == Counter(each.metadata.report for each in sent)
    record = world.records()[-1]
    assert {batch for _, batch in before} == {record.batch}
    ours, theirs = (
        role.aggregate(world.identity, record.batch) for role in (world.leader, world.helper)
    )
    assert ours == theirs
    if ("leader share", record.batch) in before:  # then what was published is of these two draws
        terms = world.worker._tasks.get(world.identity)
        answer = decode(before["leader answer", record.batch], BatchAnswer, limit_bytes=10**6)
        assert ours == opened(terms, before["leader share", record.batch], answer.share)
    world.close()
