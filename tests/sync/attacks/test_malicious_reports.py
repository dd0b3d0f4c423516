"""What a hostile device uploads, or somebody on its way changes: a refusal each, or that one report dropped."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from coordinator_stand_ins import NOW, Sent, World
from hostile import LARGE, refused, unchanged
from protocol_stand_ins import drawn, receiver
from sqlalchemy import select

from hushkey.sync.codec import pack, unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.coordinator.schema import REPORT
from hushkey.sync.envelopes import seal_report
from hushkey.sync.errors import (
    DeviceUnknown,
    MessageRefused,
    NotFound,
    OneLiveReport,
    ReportConflict,
    ReportRefused,
    SyncError,
    TooLarge,
)
from hushkey.sync.keys import DeviceKey, ReportSeed
from hushkey.sync.messages import Report, Withdrawal, decode, encode


def report_of(sent: Sent) -> Report:
    return decode(sent.data, Report, limit_bytes=LARGE)


def with_metadata(sent: Sent, **changes: object) -> bytes:
    report = report_of(sent)
    metadata = msgspec.structs.replace(report.metadata, **changes)
    return encode(msgspec.structs.replace(report, metadata=metadata))


def changed(sent: Sent, **changes: object) -> bytes:
    return encode(msgspec.structs.replace(report_of(sent), **changes))


# Uploads that are refused -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 100, -1])
def test_a_truncated_report_is_refused(world: World, size: int):
    sent = world.make(world.device("a"), "a")
    with refused(world, MessageRefused):
        world.leader.accept(world.identity, sent.device.public, sent.data[:size])


def test_an_oversized_report_is_refused(world: World):
    sent = world.make(world.device("a"), "a")
    longer = report_of(sent).leader_envelope + b"\x00"
    for data, kind in (
        (sent.data + bytes(LARGE), TooLarge),
        (sent.data + b"\x00", MessageRefused),
        (changed(sent, leader_envelope=longer), ReportRefused),
        (changed(sent, helper_envelope=bytes(4097)), TooLarge),
    ):
        with refused(world, kind):
            world.leader.accept(world.identity, sent.device.public, data)


def test_another_kind_of_message_in_a_reports_place_is_refused(world: World):
    sent = world.make(world.device("a"), "a")
    for data in (
        encode(sent.metadata),
        encode(Withdrawal(sent.metadata.report, sent.token)),
        b"\x93\x01\x02\x03",
        b'{"report": 1}',
        msgspec.msgpack.encode([[1] * 6, "text", "text"]),
    ):
        with refused(world, MessageRefused):
            world.leader.accept(world.identity, sent.device.public, data)


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW},
        {"expires_at": NOW + 86_401},
        {"trained_version": 1},
        {"leader_receiver": 7},
    ],
    ids=["expired", "lives too long", "a version that is none", "another key"],
)
def test_a_report_beyond_the_terms_is_refused(world: World, changes: dict):
    sent = world.make(world.device("a"), "a")
    with refused(world, ReportRefused):
        world.leader.accept(world.identity, sent.device.public, with_metadata(sent, **changes))


def test_a_report_of_a_version_that_is_too_old_is_refused(world: World):
    for version in range(world.task.age_max + 1):
        world.sent(4, f"v{version}", version=version)
        world.settle()
    late = world.make(world.device("late"), "late", version=0)
    with refused(world, ReportRefused, "too old"):
        world.send(late)


def test_a_report_to_another_task_is_refused(world: World):
    sent = world.make(world.device("a"), "a")
    with refused(world, NotFound):
        world.leader.accept(drawn("another task"), sent.device.public, sent.data)


def test_a_key_that_is_not_enrolled_or_was_revoked_reports_nothing(world: World):
    sent = world.make(world.device("a"), "a")
    with refused(world, DeviceUnknown):
        world.leader.accept(world.identity, DeviceKey(drawn("nobody")).public, sent.data)
    world.leader.revoke(world.identity, sent.device.public)
    with refused(world, DeviceUnknown):
        world.send(sent)


def test_a_replayed_report_changes_nothing_before_and_after_its_record(world: World):
    sent = world.sent(4, "a")
    for _ in range(2):
        for one in sent:
            with unchanged(world):
                assert not world.send(one)
        world.settle()
    assert [each.accepted for each in world.records()] == [0, 4]
    assert len(world.records()) == 2


def test_the_same_id_with_other_bytes_or_of_another_device_is_refused(world: World):
    sent, *_ = world.sent(1, "a")
    thief = world.device("thief")
    other = bytes(len(report_of(sent).leader_envelope))
    with refused(world, ReportConflict):
        world.leader.accept(
            world.identity, sent.device.public, changed(sent, leader_envelope=other)
        )
    with refused(world, ReportConflict):
        world.leader.accept(world.identity, thief.public, sent.data)


def test_a_device_has_one_live_report(world: World):
    device = world.device("a")
    assert world.send(world.make(device, "first"))
    with refused(world, OneLiveReport):
        world.send(world.make(device, "second"))


def test_a_withdrawal_with_another_token_is_refused(world: World):
    sent, *_ = world.sent(1, "a")
    with refused(world, ReportRefused):
        world.leader.withdraw(world.identity, Withdrawal(sent.metadata.report, drawn("a guess")))


# One bad report in a good batch -----------------------------------------------------------------


def flipped(envelope: bytes, place: int) -> bytes:
    return envelope[:place] + bytes([envelope[place] ^ 1]) + envelope[place + 1 :]


def for_another_task(world: World, sent: Sent) -> bytes:
    """Both shares are sealed, and for another task."""
    share = bytes(len(report_of(sent).leader_envelope) - 1136)
    made = seal_report(
        drawn("another task"), sent.metadata, share, ReportSeed(drawn("s")),
        receiver("leader"), receiver("helper"), now=NOW,
    )  # fmt: skip
    return encode(made)


def with_set_padding(world: World, sent: Sent) -> bytes:
    """A share of elements, whose spare bits at the end are not zero."""
    zeros = np.zeros(world.terms.length, np.uint64)
    packed = bytearray(pack(zeros, world.task.bits))
    assert world.terms.length * world.task.bits % 8
    packed[-1] |= 0x80
    made = seal_report(
        world.identity, sent.metadata, bytes(packed), ReportSeed(drawn("s")),
        receiver("leader"), receiver("helper"), now=NOW,
    )  # fmt: skip
    return encode(made)


BAD: dict[str, Callable[[World, Sent], bytes]] = {
    "a flipped bit for the leader": lambda _, sent: changed(
        sent, leader_envelope=flipped(report_of(sent).leader_envelope, 1200)
    ),
    "a flipped bit for the helper": lambda _, sent: changed(
        sent, helper_envelope=flipped(report_of(sent).helper_envelope, 3)
    ),
    "another withdrawal hash": lambda _, sent: with_metadata(sent, withdrawal=drawn("other")),
    "another helper's key": lambda _, sent: with_metadata(sent, helper_receiver=9),
    "sealed for another task": for_another_task,
    "padding that is set": with_set_padding,
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_report_is_dropped_and_its_batch_goes_on(world: World, name: str):
    bad = world.make(world.device("bad"), "bad")
    assert world.leader.accept(world.identity, bad.device.public, BAD[name](world, bad))
    good = world.sent(5, "good")
    world.settle()
    released = world.records()[-1]
    assert (released.outcome, released.accepted) == ("released", 5)
    for one in good:
        assert world.leader.receipt(world.identity, one.metadata.report).leaves == 5
    with pytest.raises(NotFound):
        world.leader.receipt(world.identity, bad.metadata.report)
    assert sum_of(world, released.batch) == pytest.approx(
        sum(one.integers for one in good) * world.task.age_weights[0],
        abs=8 * 1.5 * world.task.sigma,  # both noises; nothing of the bad report
    )
    with world.leader_store.read() as connection:
        states = connection.scalars(select(REPORT.c.state)).all()
    assert states == ["dropped"]  # until it expires, so that its device sends no second one


def sum_of(world: World, batch: bytes) -> np.ndarray:
    packed = world.leader.aggregate(world.identity, batch)
    return Ring(world.task.bits).undo(unpack(packed, world.terms.length, world.task.bits))


def test_bad_reports_that_leave_too_few_dissolve_the_batch_and_the_good_ones_wait(world: World):
    bad = world.make(world.device("bad"), "bad")
    data = BAD["a flipped bit for the helper"](world, bad)
    assert world.leader.accept(world.identity, bad.device.public, data)
    world.sent(3, "good")
    world.settle()
    assert len(world.records()) == 1
    world.clock.now += 61
    world.sent(2, "later")
    world.settle()
    assert [each.accepted for each in world.records()] == [0, 5]


# Refusals say nothing of what was refused -------------------------------------------------------


def test_no_refusal_quotes_the_report(world: World):
    sent = world.make(world.device("a"), "a")
    said = []
    for data in (sent.data[:-1], with_metadata(sent, trained_version=9), bytes(LARGE)):
        with pytest.raises(SyncError) as caught:
            world.leader.accept(world.identity, sent.device.public, data)
        said.append(str(caught.value))
    for text in said:
        assert sent.metadata.report.hex() not in text
        assert repr(sent.metadata.report) not in text
