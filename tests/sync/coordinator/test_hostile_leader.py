"""What a leader may ask of the helper, and what it does not get: the helper's state is then as it was."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from coordinator_stand_ins import KEYS, NOW, Sent, World, small_task, task_with
from protocol_stand_ins import drawn
from sqlalchemy import select

from hushkey.sync.codec import unpack
from hushkey.sync.coordinator.helper import HelperPolicy
from hushkey.sync.coordinator.schema import ANSWERED, COUNTED, RECORD
from hushkey.sync.errors import (
    BatchRefused,
    BatchTooSmall,
    MessageRefused,
    NotFound,
    RecordRefused,
    SyncError,
    TaskRefused,
    TooLarge,
)
from hushkey.sync.messages import (
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Countersigned,
    Proposal,
    Record,
    Report,
    Withdrawal,
    decode,
    encode,
    hash_of,
)


def made(world: World, count: int, label: str = "r", **how: Any) -> list[Sent]:
    """Reports in ascending order of their ids, from devices that the helper never hears of."""
    reports = [world.make(None, f"{label} {n}", **how) for n in range(count)]  # type: ignore[arg-type]
    return sorted(reports, key=lambda each: each.metadata.report)


def item(sent: Sent) -> BatchItem:
    report = decode(sent.data, Report, limit_bytes=10**6)
    return BatchItem(report.metadata, report.helper_envelope)


def request(world: World, reports: list[Sent], batch: str = "batch", **changes: Any) -> bytes:
    whole = BatchRequest(world.identity, drawn(batch, 16), 0, tuple(item(each) for each in reports))
    return encode(msgspec.structs.replace(whole, **changes))


def ask(world: World, data: bytes) -> BatchAnswer:
    return decode(world.helper.answer(world.identity, data), BatchAnswer, limit_bytes=10**6)


def state(world: World) -> list[Any]:
    with world.helper_store.read() as connection:
        return [connection.execute(select(table)).all() for table in (ANSWERED, COUNTED, RECORD)]


def refused(
    world: World, kind: type[SyncError], what: Callable[[], object], match: str | None = None
) -> None:
    before = state(world)
    with pytest.raises(kind, match=match):
        what()
    assert state(world) == before


def test_a_batch_of_one_is_no_batch(world: World):
    refused(world, BatchTooSmall, lambda: ask(world, request(world, made(world, 1))))


def test_a_batch_that_is_padded_with_what_does_not_open_is_too_small(world: World):
    reports = made(world, 8)
    spoilt = [
        BatchItem(each.metadata, bytes(len(item(each).helper_envelope))) for each in reports[1:]
    ]
    data = request(world, reports, items=(item(reports[0]), *spoilt))
    refused(world, BatchTooSmall, lambda: ask(world, data), "1 of 8")


def test_the_helpers_own_minimum_holds_whatever_the_task_says(new_url: Callable[[], str]):
    world = World(new_url(), new_url(), task=small_task())
    world.publish()
    world.policy = HelperPolicy(batch_min=6, demonstration=True)
    assert world.policy.smallest(world.task) == 4  # a demonstration's is its own
    real = task_with(world.task, demonstration=False)
    assert world.policy.smallest(real) == 6
    world.close()


def test_a_report_is_counted_in_one_batch_only(world: World):
    reports = made(world, 8)
    first = ask(world, request(world, reports[:4], "first"))
    assert len(first.accepted) == 4
    second = ask(world, request(world, reports, "second"))
    assert list(second.accepted) == [each.metadata.report for each in reports[4:]]
    assert {each.reason for each in second.dropped} == {"replayed"}


def test_a_report_twice_in_one_batch_is_refused(world: World):
    reports = made(world, 5)
    twice = (*map(item, reports[:4]), item(reports[3]), item(reports[4]))
    data = request(world, reports, items=twice)
    refused(world, BatchRefused, lambda: ask(world, data), "each once")


def test_the_same_batch_again_is_the_same_bytes_and_with_other_reports_refused(world: World):
    reports = made(world, 8)
    data = request(world, reports[:5])
    assert world.helper.answer(world.identity, data) == world.helper.answer(world.identity, data)
    refused(world, BatchRefused, lambda: ask(world, request(world, reports[:4])), "bound to other")
    refused(world, BatchRefused, lambda: ask(world, request(world, reports)), "bound to other")


def test_a_batch_beyond_the_tasks_largest_is_refused(world: World):
    data = request(world, made(world, 9))
    refused(world, BatchRefused, lambda: ask(world, data), "at most 8")


def test_ages_are_not_counted_from_a_version_that_never_was(world: World):
    data = request(world, made(world, 4), version=1)
    refused(world, BatchRefused, lambda: ask(world, data), "signed no record")


def test_a_batch_of_another_task_is_refused(world: World):
    data = request(world, made(world, 4), task=drawn("another"))
    refused(world, BatchRefused, lambda: ask(world, data), "another task")
    data = request(world, made(world, 4))
    refused(world, NotFound, lambda: world.helper.answer(drawn("another"), data))


def test_reports_are_dropped_each_for_its_reason_and_the_batch_goes_on(world: World):
    good = made(world, 5)
    world.helper.withdraw(world.identity, Withdrawal(good[4].metadata.report, good[4].token))
    expired = made(world, 1, "late", ttl_s=-5)[0]
    distant = made(world, 1, "distant", ttl_s=200_000)[0]
    ahead = made(world, 1, "ahead", version=1)[0]
    every = sorted([*good, expired, distant, ahead], key=lambda each: each.metadata.report)
    answer = ask(world, request(world, every))
    assert set(answer.accepted) == {each.metadata.report for each in good[:4]}
    reasons = {each.report: each.reason for each in answer.dropped}
    assert reasons == {
        good[4].metadata.report: "withdrawn",
        expired.metadata.report: "expired",
        distant.metadata.report: "malformed",
        ahead.metadata.report: "too-old",
    }


def test_metadata_that_the_leader_changed_make_a_report_that_does_not_open(world: World):
    reports = made(world, 5)
    older = msgspec.structs.replace(reports[0].metadata, expires_at=NOW + 7200)
    items = (BatchItem(older, item(reports[0]).helper_envelope), *map(item, reports[1:]))
    answer = ask(world, request(world, reports, items=items))
    assert [(each.report, each.reason) for each in answer.dropped] == [
        (older.report, "undecryptable")
    ]


def test_what_expired_and_was_swept_stays_expired_whatever_the_clock_says(world: World):
    reports = made(world, 4)
    ask(world, request(world, reports, "first"))
    world.clock.now += 3600 + world.task.clock_margin_s + 1
    world.helper.sweep()
    with world.helper_store.read() as connection:
        assert connection.execute(select(COUNTED)).all() == []
    world.clock.now = NOW  # set back: the ids would be taken again
    refused(world, BatchTooSmall, lambda: ask(world, request(world, reports, "second")), "0 of 4")


def test_a_withdrawal_with_another_token_withdraws_nothing(world: World):
    reports = made(world, 4)
    stranger = Withdrawal(reports[0].metadata.report, drawn("guessed"))
    world.helper.withdraw(world.identity, stranger)
    assert len(ask(world, request(world, reports)).accepted) == 4
    known = Withdrawal(reports[0].metadata.report, reports[0].token)
    assert world.helper.withdraw(world.identity, known).state == "already-batched"


def test_two_draws_of_one_batch_are_never_given_out(world: World):
    """A leader that asks again and again for the same reports cannot average the noise away."""
    data = request(world, made(world, 4))
    answers = {world.helper.answer(world.identity, data)}
    for _ in range(3):
        world.reopen()
        answers.add(world.helper.answer(world.identity, data))
    assert len(answers) == 1
    share = decode(answers.pop(), BatchAnswer, limit_bytes=10**6).share
    assert len(unpack(share, world.terms.length, world.task.bits)) == world.terms.length


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_request_that_was_cut_is_refused(world: World, cut: int):
    data = request(world, made(world, 4))
    refused(world, MessageRefused, lambda: world.helper.answer(world.identity, data[:cut]))


def test_a_request_beyond_its_size_is_not_read(world: World):
    refused(world, TooLarge, lambda: world.helper.answer(world.identity, bytes(10**6)))


# Tasks ------------------------------------------------------------------------------------------


def real_task(**changes: Any):
    """A task that is no demonstration: weak noise is refused by a helper's floor alone."""
    return small_task(
        **{"batch_min": 170, "batch_max": 200, "sigma": 4480, "norm_limit": 1.5, **changes}
    )


@pytest.mark.parametrize(
    ("policy", "match"),
    [
        (HelperPolicy(epsilon_max=1e9, sigma_min=4481), "less noise"),
        (HelperPolicy(epsilon_max=0.1), "less noise"),
        (HelperPolicy(epsilon_max=1e9, batch_min=201), "below this helper's minimum"),
        (HelperPolicy(epsilon_max=1e9, leaders=frozenset({drawn("another")})), "works with"),
    ],
)
def test_a_task_below_the_helpers_floor_is_not_signed(
    policy: HelperPolicy, match: str, sqlite_url: Callable[[], str]
):
    task = task_with(real_task(), demonstration=False)
    world = World(sqlite_url(), sqlite_url(), task=task, policy=policy)
    refused(world, TaskRefused, lambda: world.helper.adopt(encode(task), world.adapter), match)
    world.close()


def test_a_floor_that_was_raised_later_holds_for_tasks_taken_before(sqlite_url: Callable[[], str]):
    task = task_with(real_task(), demonstration=False)
    world = World(sqlite_url(), sqlite_url(), task=task, policy=HelperPolicy(epsilon_max=1e9))
    world.publish()
    world.policy = HelperPolicy(epsilon_max=1e9, sigma_min=5000)
    world.reopen()
    data = request(world, made(world, 170))
    refused(world, BatchRefused, lambda: ask(world, data), "less noise")
    world.close()


def test_a_demonstration_is_not_taken_by_a_helper_that_takes_none(sqlite_url: Callable[[], str]):
    world = World(sqlite_url(), sqlite_url(), policy=HelperPolicy())
    body = encode(world.task)
    refused(world, TaskRefused, lambda: world.helper.adopt(body, world.adapter), "demonstration")
    world.close()


def test_a_task_of_another_helper_or_adapter_is_not_signed(sqlite_url: Callable[[], str]):
    world = World(sqlite_url(), sqlite_url())
    other = task_with(world.task, helper=msgspec.structs.replace(world.task.helper, key=drawn("k")))
    refused(
        world,
        TaskRefused,
        lambda: world.helper.adopt(encode(other), world.adapter),
        "another helper",
    )
    refused(world, TaskRefused, lambda: world.helper.adopt(encode(world.task), b"none"), "adapter")
    world.close()


# Records ----------------------------------------------------------------------------------------


class Tampering:
    """Changes each record of a batch before the helper is asked to sign it."""

    def __init__(self, peer: Any, change: Callable[[Record, bytes], tuple[Record, bytes]]) -> None:
        self.peer = peer
        self.change = change
        self.raised: list[SyncError] = []

    def answer(self, task: bytes, data: bytes) -> bytes:
        return self.peer.answer(task, data)

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        return self.peer.withdraw(task, data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        proposal = decode(data, Proposal, limit_bytes=10**6)
        record = decode(proposal.record, Record, limit_bytes=4096)
        if record.sequence:
            record, aggregate = self.change(record, proposal.aggregate)
            data = encode(Proposal(encode(record), aggregate))
        try:
            return self.peer.countersign(task, data)
        except SyncError as error:
            self.raised.append(error)
            raise


def changed(**changes: Any) -> Callable[[Record, bytes], tuple[Record, bytes]]:
    return lambda record, aggregate: (msgspec.structs.replace(record, **changes), aggregate)


def another_sum(record: Record, aggregate: bytes) -> tuple[Record, bytes]:
    other = bytes([aggregate[0] ^ 1]) + aggregate[1:]
    return msgspec.structs.replace(record, aggregate=hash_of(other)), other


def no_sum(record: Record, aggregate: bytes) -> tuple[Record, bytes]:
    return msgspec.structs.replace(record, aggregate=hash_of(b"none")), b"none"


LIES: dict[str, Callable[[Record, bytes], tuple[Record, bytes]]] = {
    "another adapter": changed(adapter=drawn("forged")),
    "a version further": changed(version=2),
    "no version": changed(version=0),
    "a place further": changed(sequence=2),
    "another past": changed(previous=drawn("forged")),
    "more reports": changed(accepted=8),
    "another weight": changed(weight=17),
    "other ids": changed(root=drawn("forged")),
    "more noise than there was": changed(sigma=4000),
    "less noise": changed(sigma=1),
    "another epsilon": changed(epsilon=0.5),
    "another batch": changed(batch=drawn("forged", 16)),
    "a sum that is not the one it names": changed(aggregate=drawn("forged")),
    "another sum": another_sum,
    "no sum": no_sum,
    "a rejection with another adapter": changed(outcome="rejected"),
    "too many reports of a device": changed(most_reports=2),
    "the future": changed(at=NOW + 10_000),
    "a reason that plays with the terminal": changed(reason="\x1b[2J"),
    "another base": changed(outcome="base"),
    "a rollback that is none": changed(outcome="rolled-back"),
}


@pytest.mark.parametrize("lie", LIES)
def test_the_helper_signs_no_record_of(lie: str, sqlite_url: Callable[[], str]):
    liar: list[Tampering] = []

    def wrap(peer: Any) -> Tampering:
        liar.append(Tampering(peer, LIES[lie]))
        return liar[-1]

    world = World(sqlite_url(), sqlite_url(), wrap=wrap)
    world.publish()
    world.sent(4, "r")
    world.settle()
    assert [type(each) for each in liar[-1].raised] == [RecordRefused]
    assert len(world.helper.records(world.identity, None, 10).records) == 1
    assert len(world.records()) == 1
    world.close()


def test_the_helper_never_signs_two_records_of_one_place(world: World):
    world.sent(4, "r")
    world.settle()
    released = world.records()[-1]
    aggregate = world.leader.aggregate(world.identity, released.batch)
    again = encode(Proposal(encode(released), aggregate))
    first = world.helper.countersign(world.identity, again)
    assert decode(first, Countersigned, limit_bytes=200).signature
    assert world.helper.countersign(world.identity, again) == first
    other = msgspec.structs.replace(released, at=released.at + 1)
    refused(
        world,
        RecordRefused,
        lambda: world.helper.countersign(
            world.identity, encode(Proposal(encode(other), aggregate))
        ),
        "a fork is not signed",
    )
    rejected = msgspec.structs.replace(
        released,
        sequence=2,
        previous=hash_of(encode(released)),
        outcome="rejected",
        most_reports=1,
    )
    refused(  # a batch that was released cannot be rejected afterwards, or released again
        world,
        RecordRefused,
        lambda: world.helper.countersign(
            world.identity, encode(Proposal(encode(rejected), aggregate))
        ),
        "signed before",
    )


def test_a_single_signature_is_not_enough_to_append(world: World):
    """A helper that signs with another key than the task's: the leader appends nothing."""

    class Forging:
        def __init__(self, peer: Any) -> None:
            self.peer = peer

        def answer(self, task: bytes, data: bytes) -> bytes:
            return self.peer.answer(task, data)

        def withdraw(self, task: bytes, data: bytes) -> bytes:
            return self.peer.withdraw(task, data)

        def countersign(self, task: bytes, data: bytes) -> bytes:
            proposal = decode(data, Proposal, limit_bytes=10**6)
            return encode(Countersigned(KEYS["leader"].sign(b"record", proposal.record)))

    world.wrap = Forging
    world.worker = world.new_worker()
    world.sent(4, "r")
    world.settle()
    assert len(world.records()) == 1
