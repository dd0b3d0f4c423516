"""What the leader takes of devices, what it refuses, and what it lets go: each refusal leaves the state as it was."""

from math import comb
from typing import Any

import msgspec
import pytest
from coordinator_stand_ins import NOW, Sent, World
from protocol_stand_ins import drawn
from sqlalchemy import select

from hushkey.sync.coordinator.batches import DISSOLVED_WAIT_S
from hushkey.sync.coordinator.enrolments import _tail, is_over_represented
from hushkey.sync.coordinator.schema import CODE, DEVICE, RECORDED, REPORT, TOMBSTONE, UPLOAD
from hushkey.sync.enrolment import enrol
from hushkey.sync.errors import (
    CodeRefused,
    DeviceUnknown,
    MessageRefused,
    NotFound,
    OneLiveReport,
    ReportConflict,
    ReportRefused,
    SignatureRefused,
    SyncError,
    TooLarge,
)
from hushkey.sync.keys import DeviceKey
from hushkey.sync.messages import Invitation, Report, Withdrawal, decode, encode


def state(world: World) -> list[Any]:
    tables = (REPORT, UPLOAD, RECORDED, TOMBSTONE, DEVICE, CODE)
    with world.leader_store.read() as connection:
        return [connection.execute(select(table)).all() for table in tables]


def refused(world: World, kind: type[SyncError], what: Any, match: str | None = None) -> None:
    before = state(world)
    with pytest.raises(kind, match=match):
        what()
    assert state(world) == before


def changed(sent: Sent, **changes: Any) -> Sent:
    """The same report with other metadata."""
    report = decode(sent.data, Report, limit_bytes=10**6)
    metadata = msgspec.structs.replace(report.metadata, **changes)
    whole = msgspec.structs.replace(report, metadata=metadata)
    return Sent(sent.device, metadata, encode(whole), sent.token, sent.integers)


def test_a_report_is_taken_once_and_the_same_bytes_again_change_nothing(world: World):
    one = world.make(world.device("d"), "r")
    assert world.send(one)
    before = state(world)
    assert not world.send(one)
    assert state(world) == before


def test_the_same_bytes_are_no_news_once_recorded_either(world: World):
    sent = world.sent(4, "r")
    world.settle()
    before = state(world)
    assert not world.send(sent[0])
    assert state(world) == before


def test_the_same_id_with_other_bytes_is_a_conflict_whatever_became_of_the_first(world: World):
    sent = world.sent(4, "r")
    other = changed(sent[0], expires_at=NOW + 100)
    refused(world, ReportConflict, lambda: world.send(other))
    world.settle()
    refused(world, ReportConflict, lambda: world.send(other))


def test_another_devices_copy_of_a_report_is_a_conflict(world: World):
    one = world.make(world.device("d"), "r")
    world.send(one)
    copied = Sent(world.device("thief"), one.metadata, one.data, one.token, one.integers)
    refused(world, ReportConflict, lambda: world.send(copied))


def test_a_device_has_one_live_report_until_it_is_recorded(world: World):
    devices = [world.device(f"d {n}") for n in range(4)]
    for number, device in enumerate(devices):
        world.send(world.make(device, f"first {number}"))
    second = world.make(devices[0], "second", version=0)
    refused(world, OneLiveReport, lambda: world.send(second))
    world.settle()
    assert world.send(second)


def test_a_report_that_expired_gives_way_after_the_margin(world: World):
    device = world.device("d")
    world.send(world.make(device, "first", ttl_s=100))
    world.clock.now += 101
    second = world.make(device, "second")
    refused(world, OneLiveReport, lambda: world.send(second))
    world.clock.now += world.task.clock_margin_s
    assert world.send(second)


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"ttl_s": 0}, "expired"),
        ({"ttl_s": -10}, "expired"),
        ({"ttl_s": 86_401}, "longer than the task allows"),
        ({"version": 1}, "too old, or none"),
    ],
)
def test_metadata_that_cannot_be_are_refused(world: World, how: dict[str, int], match: str):
    one = world.make(world.device("d"), "r", **how)
    refused(world, ReportRefused, lambda: world.send(one), match)


def test_a_report_on_a_version_that_is_too_old_is_refused(world: World):
    for version in range(world.task.age_max + 1):
        world.sent(4, f"v{version}", version=version)
        world.settle()
    old = world.make(world.device("old"), "old", version=0)
    refused(world, ReportRefused, lambda: world.send(old), "too old")
    assert world.send(world.make(world.device("older"), "older", version=1))


def test_a_report_for_a_key_that_is_not_here_is_refused(world: World):
    one = changed(world.make(world.device("d"), "r"), leader_receiver=9)
    refused(world, ReportRefused, lambda: world.send(one), "not here")


def test_a_report_whose_envelope_has_another_length_is_refused(world: World):
    one = world.make(world.device("d"), "r")
    report = decode(one.data, Report, limit_bytes=10**6)
    short = encode(msgspec.structs.replace(report, leader_envelope=report.leader_envelope[:-1]))
    accept = world.leader.accept
    key = one.device.public
    refused(world, ReportRefused, lambda: accept(world.identity, key, short), "envelopes")
    refused(world, MessageRefused, lambda: accept(world.identity, key, one.data[:-1]))
    refused(world, TooLarge, lambda: accept(world.identity, key, one.data + bytes(4096)))
    refused(world, NotFound, lambda: accept(drawn("another"), key, one.data))


def test_a_stranger_and_a_revoked_device_are_refused(world: World):
    one = world.make(world.device("d"), "r")
    stranger = Sent(DeviceKey(drawn("stranger")), one.metadata, one.data, one.token, one.integers)
    refused(world, DeviceUnknown, lambda: world.send(stranger))
    world.leader.revoke(world.identity, one.device.public)
    assert not world.leader.is_device(world.identity, one.device.public)
    refused(world, DeviceUnknown, lambda: world.send(one))


def test_what_a_revoked_device_sent_before_is_in_no_batch(world: World):
    sent = world.sent(4, "r")
    world.leader.revoke(world.identity, sent[0].device.public)
    world.settle()
    assert len(world.records()) == 1


def test_one_bad_report_is_dropped_and_its_batch_goes_on(world: World):
    bad = changed(world.make(world.device("bad"), "bad"), expires_at=NOW + 500)  # opens for nobody
    world.send(bad)
    sent = world.sent(4, "r")
    world.settle()
    assert world.records()[-1].accepted == 4
    with pytest.raises(NotFound):
        world.leader.receipt(world.identity, bad.metadata.report)
    assert all(world.leader.receipt(world.identity, each.metadata.report) for each in sent)


def test_bad_reports_that_leave_too_few_block_the_others_only_until_more_come(world: World):
    for number in range(3):
        device = world.device(f"bad {number}")
        world.send(changed(world.make(device, f"bad {number}"), expires_at=NOW + 500))
    world.sent(3, "good")
    world.settle()
    assert len(world.records()) == 1
    world.sent(1, "more")
    world.clock.now += DISSOLVED_WAIT_S
    world.settle()
    assert world.records()[-1].accepted == 4


# Withdrawal -------------------------------------------------------------------------------------


def test_a_withdrawn_report_is_gone_and_comes_back_by_no_retry(world: World):
    one = world.make(world.device("d"), "r")
    world.send(one)
    shown = Withdrawal(one.metadata.report, one.token)
    assert world.leader.withdraw(world.identity, shown).state == "withdrawn"
    assert world.leader.withdraw(world.identity, shown).state == "withdrawn"
    refused(world, ReportRefused, lambda: world.send(one), "withdrawn")
    assert world.send(world.make(one.device, "the next"))


def test_a_withdrawal_that_overtakes_its_report_holds(world: World):
    one = world.make(world.device("d"), "r")
    shown = Withdrawal(one.metadata.report, one.token)
    assert world.leader.withdraw(world.identity, shown).state == "withdrawn"
    refused(world, ReportRefused, lambda: world.send(one), "withdrawn")


def test_another_token_withdraws_nothing(world: World):
    one = world.make(world.device("d"), "r")
    world.send(one)
    guessed = Withdrawal(one.metadata.report, drawn("guessed"))
    refused(world, ReportRefused, lambda: world.leader.withdraw(world.identity, guessed))


def test_a_stranger_cannot_keep_a_report_out_by_withdrawing_its_id_first(world: World):
    one = world.make(world.device("d"), "r")
    world.leader.withdraw(world.identity, Withdrawal(one.metadata.report, drawn("guessed")))
    assert world.send(one)


def test_what_was_summed_is_already_batched(world: World):
    sent = world.sent(4, "r")
    world.settle()
    shown = Withdrawal(sent[0].metadata.report, sent[0].token)
    assert world.leader.withdraw(world.identity, shown).state == "already-batched"


# Expiry -----------------------------------------------------------------------------------------


def test_what_expired_is_swept_and_whose_it_was_is_forgotten(world: World):
    world.sent(3, "r", ttl_s=100)
    world.clock.now += 100 + world.task.clock_margin_s
    assert world.leader.sweep() == 3
    with world.leader_store.read() as connection:
        assert connection.execute(select(REPORT)).all() == []
        assert connection.execute(select(UPLOAD)).all() == []


def test_what_expired_is_in_no_batch(world: World):
    world.sent(3, "r", ttl_s=100)
    world.clock.now += 101
    world.sent(1, "late")
    world.settle()
    assert len(world.records()) == 1


# Enrolment --------------------------------------------------------------------------------------


def invitation(world: World, **how: Any) -> Invitation:
    secret = world.leader.new_code(world.identity, **how)
    return Invitation(world.identity, world.task.leader, world.task.helper, secret.reveal())


def test_a_code_enrols_one_device_however_often_it_asks(world: World):
    code, key = invitation(world), DeviceKey(drawn("d"))
    assert world.leader.enrol(world.identity, enrol(code, key))
    assert not world.leader.enrol(world.identity, enrol(code, key))
    other = enrol(code, DeviceKey(drawn("other")))
    refused(world, CodeRefused, lambda: world.leader.enrol(world.identity, other))


def test_a_code_that_expired_or_was_made_up_enrols_nobody(world: World):
    code, key = invitation(world, ttl_s=10), DeviceKey(drawn("d"))
    world.clock.now += 10
    refused(world, CodeRefused, lambda: world.leader.enrol(world.identity, enrol(code, key)))
    made_up = msgspec.structs.replace(code, secret=drawn("made up"))
    refused(world, CodeRefused, lambda: world.leader.enrol(world.identity, enrol(made_up, key)))


def test_an_enrolment_that_the_device_did_not_sign_is_refused(world: World):
    asked = enrol(invitation(world), DeviceKey(drawn("d")))
    forged = msgspec.structs.replace(asked, device=DeviceKey(drawn("other")).public)
    refused(world, SignatureRefused, lambda: world.leader.enrol(world.identity, forged))


def test_a_code_is_not_stored(world: World):
    code = invitation(world)
    with world.leader_store.read() as connection:
        held = connection.execute(select(CODE)).all()
    assert code.secret not in {value for row in held for value in row}


def test_a_revoked_device_does_not_come_back_by_another_code(world: World):
    key = world.device("d")
    world.leader.revoke(world.identity, key.public)
    again = enrol(invitation(world), key)
    refused(world, DeviceUnknown, lambda: world.leader.enrol(world.identity, again))
    with pytest.raises(NotFound):
        world.leader.revoke(world.identity, drawn("nobody"))


# Quarantine -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reports", "rejected", "others", "others_rejected", "suspended"),
    [
        (3, 3, 1000, 10, True),  # 1% at random: three of three is one in a thousand thousand
        (3, 2, 1000, 10, False),  # below the least number
        (3, 3, 100, 100, False),  # everything is rejected: nobody stands out
        (3, 3, 100, 50, False),  # half of all are: one in eight has as many
        (20, 3, 1000, 50, False),  # what 5% come to now and then
        (20, 10, 1000, 50, True),
        (5000, 4000, 5000, 100, True),  # numbers whose factorials are beyond floats
    ],
)
def test_who_is_over_represented_in_rejected_batches(
    reports: int, rejected: int, others: int, others_rejected: int, suspended: bool
):
    assert is_over_represented(reports, rejected, others, others_rejected) is suspended


def test_the_tail_of_the_rule_is_the_binomials():
    """Against the plain sum of its terms."""
    for trials, least, chance in ((3, 3, 0.05), (20, 7, 0.3), (50, 1, 0.01)):
        plain = sum(
            comb(trials, k) * chance**k * (1 - chance) ** (trials - k)
            for k in range(least, trials + 1)
        )
        assert _tail(trials, least, chance) == pytest.approx(plain, rel=1e-9)
