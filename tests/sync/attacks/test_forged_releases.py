"""A forged release: what the helper does not sign, what the leader does not append, and what neither can prevent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest
from coordinator_stand_ins import Repeating, World, small_task
from hostile import refused, unchanged
from protocol_stand_ins import KEYS, drawn

from hushkey.sync.codec import pack, unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.coordinator.batches import LEASE_S
from hushkey.sync.coordinator.records import stages
from hushkey.sync.coordinator.services import HelperPeer
from hushkey.sync.coordinator.updates import updated
from hushkey.sync.errors import MessageRefused, RecordRefused
from hushkey.sync.messages import (
    BatchAnswer,
    Countersigned,
    Dropped,
    Proposal,
    Record,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import RECORD_BYTES
from hushkey.sync.signing import sign_body

LARGE = 1 << 24


@dataclass
class Between:
    """What goes between leader and helper, changed on the way."""

    peer: HelperPeer
    on_answer: Callable[[bytes], bytes] = lambda data: data
    on_proposal: Callable[[bytes], bytes] = lambda data: data
    on_signature: Callable[[bytes], bytes] = lambda data: data

    def answer(self, task: bytes, data: bytes) -> bytes:
        return self.on_answer(self.peer.answer(task, data))

    def countersign(self, task: bytes, data: bytes) -> bytes:
        return self.on_signature(self.peer.countersign(task, self.on_proposal(data)))

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        return self.peer.withdraw(task, data)


class Stopped(Exception):
    """The proposal was taken down and went no further."""


def taken_down(world: World) -> Proposal:
    """The leader's honest proposal for a batch that the helper answered, and that it has not signed yet."""
    held: list[bytes] = []

    def keep(data: bytes) -> bytes:
        held.append(data)
        raise Stopped

    world.wrap = lambda peer: Between(peer, on_proposal=keep)
    world.worker = world.new_worker()
    world.sent(5, "a")
    with pytest.raises(Stopped):
        world.settle()
    return decode(held[0], Proposal, limit_bytes=LARGE)


@pytest.fixture
def proposal(world: World) -> Proposal:
    return taken_down(world)


def forged(proposal: Proposal, **changes: Any) -> bytes:
    record = decode(proposal.record, Record, limit_bytes=RECORD_BYTES)
    return encode(Proposal(encode(msgspec.structs.replace(record, **changes)), proposal.aggregate))


def test_an_honest_proposal_is_signed_and_again_with_the_same_bytes(
    world: World, proposal: Proposal
):
    first = world.helper.countersign(world.identity, encode(proposal))
    with unchanged(world):
        assert world.helper.countersign(world.identity, encode(proposal)) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"adapter": drawn("an adapter of its own")},
        {"aggregate": drawn("another sum")},
        {"accepted": 6},
        {"accepted": 4},
        {"root": drawn("another root")},
        {"weight": 19},
        {"part": 8},
        {"part": 0},
        {"part": 17},
        {"sigma": 1},
        {"epsilon": 0.1},
        {"batch": drawn("a batch that was never answered", 16)},
        {"version": 2},
        {"sequence": 2},
        {"previous": drawn("another history")},
        {"most_reports": 3},
        {"at": 1_900_000_000},
        {"reason": "\x1b[2J"},
        {"outcome": "rolled-back"},
        {"outcome": "base"},
        {"outcome": "rejected"},
        {"task": drawn("another task")},
    ],
    ids=lambda changes: " ".join(f"{key}" for key in changes),
)
def test_the_helper_does_not_sign_a_record_with_another(
    world: World, proposal: Proposal, changes: dict
):
    with refused(world, RecordRefused):
        world.helper.countersign(world.identity, forged(proposal, **changes))


def test_the_helper_does_not_sign_another_record_of_a_place(world: World, proposal: Proposal):
    """Two versions of one number would let a leader hand somebody a model of their own."""
    world.helper.countersign(world.identity, encode(proposal))
    record = decode(proposal.record, Record, limit_bytes=RECORD_BYTES)
    for changes in ({"at": record.at + 1}, {"outcome": "rejected", "version": 0}):
        with refused(world, RecordRefused, "fork"):
            world.helper.countersign(world.identity, forged(proposal, **changes))


def test_a_batch_is_released_once(world: World, proposal: Proposal):
    world.helper.countersign(world.identity, encode(proposal))
    record = decode(proposal.record, Record, limit_bytes=RECORD_BYTES)
    again = forged(proposal, sequence=2, version=2, previous=hash_of(proposal.record), at=record.at)
    with refused(world, RecordRefused, "signed before"):
        world.helper.countersign(world.identity, again)


def test_bytes_that_are_no_proposal_are_refused(world: World, proposal: Proposal):
    data = encode(proposal)
    for bad in (b"", data[:-1], data + b"\x00", encode(Countersigned(bytes(64)))):
        with refused(world, MessageRefused):
            world.helper.countersign(world.identity, bad)
    cut = Proposal(proposal.record, proposal.aggregate[:-1])
    with refused(world, RecordRefused, "none of the task"):
        world.helper.countersign(world.identity, encode(cut))


def with_vector(world: World, proposal: Proposal, units: int) -> Proposal:
    """The leader adds a vector of its own to the sum, and draws up the record that follows from it."""
    terms = world.leader._tasks.get(world.identity)
    ring = Ring(world.task.bits)
    total = unpack(proposal.aggregate, terms.length, world.task.bits)
    total[:-1] = (total[:-1] + np.uint64(units)) & ring.mask
    aggregate = pack(total, world.task.bits)
    record = decode(proposal.record, Record, limit_bytes=RECORD_BYTES)
    made = updated(terms, world.adapter, b"", aggregate, record.weight)
    changes = {"adapter": hash_of(made.adapter), "aggregate": hash_of(aggregate)}
    return Proposal(encode(msgspec.structs.replace(record, **changes)), aggregate)


def test_a_released_mean_beyond_the_tasks_limit_is_not_signed(
    new_url: Callable[[], str],
):
    world = World(new_url(), new_url(), task=small_task(norm_limit=1.5))
    world.publish()
    far = with_vector(world, taken_down(world), 1 << (world.task.bits - 2))
    with refused(world, RecordRefused, "longer than the task allows"):
        world.helper.countersign(world.identity, encode(far))
    world.close()


def test_an_operator_may_add_what_it_likes_to_a_sum_within_the_limit(
    world: World, proposal: Proposal
):
    """Not prevented: secrecy rests on one honest operator, what is released on both. docs/attacks.md says so."""
    near = with_vector(world, proposal, 100)
    assert near.aggregate != proposal.aggregate
    decode(world.helper.countersign(world.identity, encode(near)), Countersigned, limit_bytes=128)


# A helper that turns on the leader --------------------------------------------------------------


def changed_answer(**changes: Any) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        answer = decode(data, BatchAnswer, limit_bytes=LARGE)
        held = {key: value(answer) if callable(value) else value for key, value in changes.items()}
        return encode(msgspec.structs.replace(answer, **held))

    return change


ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "of another batch": changed_answer(batch=drawn("another", 16)),
    "fewer than the minimum": changed_answer(accepted=lambda a: a.accepted[:3]),
    "a report that was not asked for": changed_answer(
        accepted=lambda a: tuple(sorted((*a.accepted[1:], drawn("x", 16))))
    ),
    "one twice": changed_answer(accepted=lambda a: (a.accepted[0], *a.accepted)),
    "one accepted and dropped": changed_answer(
        dropped=lambda a: (Dropped(a.accepted[0], "expired"),)
    ),
    "a sum that is cut": changed_answer(share=lambda a: a.share[:-1]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_puts_its_batch_aside_and_nothing_is_recorded(
    world: World, name: str
):
    world.wrap = lambda peer: Between(peer, on_answer=ANSWERS[name])
    world.worker = world.new_worker()
    world.sent(5, "a")
    world.settle()
    assert stages(world.leader_store, world.identity) == {"parked": 1}
    assert len(world.records()) == 1


@pytest.mark.parametrize("bad", [b"", b"\xc0", bytes(1 << 20)], ids=["empty", "nil", "long"])
def test_bytes_that_are_no_answer_are_asked_for_again(world: World, bad: bytes):
    world.wrap = lambda peer: Between(peer, on_answer=lambda _: bad)
    world.worker = world.new_worker()
    world.sent(5, "a")
    world.settle()
    assert stages(world.leader_store, world.identity) == {"ready": 1}
    world.wrap = lambda peer: peer
    world.clock.now += LEASE_S
    world.worker = world.new_worker()
    world.settle()
    assert [each.outcome for each in world.records()] == ["base", "released"]


def test_a_signature_that_does_not_hold_is_asked_for_again_and_not_appended(world: World):
    """The helper may have signed: the leader that let the record go could never have another of its place signed."""

    def forge(_: bytes) -> bytes:
        body = drawn("whatever the helper did not sign")
        return encode(Countersigned(sign_body(body, b"record", "leader", KEYS["leader"]).signature))

    world.wrap = lambda peer: Between(peer, on_signature=forge)
    world.worker = world.new_worker()
    world.sent(5, "a")
    world.settle()
    assert len(world.records()) == 1
    assert stages(world.leader_store, world.identity) == {"proposed": 1}
    world.wrap = lambda peer: peer
    world.clock.now += LEASE_S
    world.worker = world.new_worker()
    world.settle()
    assert [each.outcome for each in world.records()] == ["base", "released"]


def test_a_helpers_sum_of_anything_is_rejected_by_the_norm_of_the_mean(
    new_url: Callable[[], str],
):
    """A helper cannot learn anything so, and what it destroys shows in a record."""
    world = World(new_url(), new_url(), task=small_task(norm_limit=1.5))
    world.publish()
    size = world.terms.length * world.task.bits
    noise = bytearray(Repeating("anything")(-(-size // 8)))
    noise[-1] &= (1 << (size % 8 or 8)) - 1
    world.wrap = lambda peer: Between(peer, on_answer=changed_answer(share=bytes(noise)))
    world.worker = world.new_worker()
    world.sent(5, "a")
    world.settle()
    assert world.records()[-1].outcome == "rejected"
    world.close()
