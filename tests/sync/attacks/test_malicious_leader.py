"""A leader that turns on its devices: whatever it asks, the helper gives no sum that says more than it promised."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from coordinator_stand_ins import NOW, SHAPES, Repeating, Sent, World
from hostile import ask, item, refused, request, unchanged
from protocol_stand_ins import (
    KEYS,
    RECEIVER_KEYS,
    SHAPE,
    drawn,
    receiver,
    task,
)

from hushkey.sync.codec import expand, unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.coordinator.helper import Helper, HelperPolicy
from hushkey.sync.device.following import open_offer
from hushkey.sync.device.policy import Policy
from hushkey.sync.envelopes import open_helper, open_leader, seal_report
from hushkey.sync.errors import (
    BatchRefused,
    BatchTooSmall,
    EnvelopeRefused,
    MessageRefused,
    NotFound,
    SignatureRefused,
    TaskRefused,
    TooLarge,
)
from hushkey.sync.keys import KEM_SEED_BYTES, ReceiverKey, ReportSeed
from hushkey.sync.messages import (
    SUITE,
    BatchItem,
    Invitation,
    Offer,
    Receiver,
    Report,
    Withdrawal,
    decode,
    encode,
    envelope_info,
)
from hushkey.sync.privacy import discrete_gaussian
from hushkey.sync.signing import RECEIVER, TASK, signed


@pytest.fixture
def sent(world: World) -> list[Sent]:
    """Six reports that a leader holds."""
    return world.sent(6, "victim")


# Batches that would say too much ----------------------------------------------------------------


def test_a_batch_of_one_is_refused(world: World, sent: list[Sent]):
    with refused(world, BatchTooSmall, "1 of 1 reports were accepted"):
        ask(world, request(world, [item(sent[0])]))


@pytest.mark.parametrize(("asked", "least"), [(4, 32), (32, 32), (40, 40)])
def test_a_helpers_own_smallest_batch_holds_whatever_the_task_says(asked: int, least: int):
    assert HelperPolicy(batch_min=32).smallest(task(batch_min=asked)) == least


def test_the_same_report_twice_in_a_batch_is_refused(world: World, sent: list[Sent]):
    twice = request(world, [item(sent[0]), *map(item, sent)])
    with refused(world, BatchRefused, "each once"):
        ask(world, twice)


def test_the_same_report_in_another_batch_is_dropped_and_a_batch_of_such_is_refused(
    world: World, sent: list[Sent]
):
    ask(world, request(world, [item(one) for one in sent[:5]]))
    for again in (sent[:5], sent[1:6]):  # all of them; all but one, for the difference
        with refused(world, BatchTooSmall):
            ask(world, request(world, [item(one) for one in again], "another batch"))
    fresh = world.sent(4, "later")
    answer = ask(world, request(world, [item(one) for one in (sent[0], *fresh)], "a third"))
    assert set(answer.accepted) == {one.metadata.report for one in fresh}
    assert [(each.report, each.reason) for each in answer.dropped] == [
        (sent[0].metadata.report, "replayed")
    ]


def test_a_batch_id_is_bound_to_its_reports_and_asking_again_draws_no_new_noise(
    world: World, sent: list[Sent]
):
    made = request(world, [item(one) for one in sent[:5]])
    first = world.helper.answer(world.identity, encode(made))
    for other in (sent[:4], sent[1:6], sent):
        with refused(world, BatchRefused, "bound to other reports"):
            ask(world, request(world, [item(one) for one in other]))
    with refused(world, BatchRefused, "bound to other reports"):
        ask(world, msgspec.structs.replace(made, version=0, items=made.items[:4]))
    with unchanged(world):
        assert world.helper.answer(world.identity, encode(made)) == first
        world.helper = world.new_helper()
        assert world.helper.answer(world.identity, encode(made)) == first


def test_a_batch_above_the_tasks_maximum_is_refused(world: World, sent: list[Sent]):
    made = request(world, [item(one) for one in [*sent, *world.sent(3, "more")]])
    with refused(world, BatchRefused, "at most 8"):
        ask(world, made)


def test_ages_are_counted_from_a_version_that_the_helper_signed(world: World, sent: list[Sent]):
    with refused(world, BatchRefused, "signed no record of"):
        ask(world, request(world, [item(one) for one in sent], version=1))


@pytest.mark.parametrize(
    "changes",
    [
        {"trained_version": 1},
        {"expires_at": NOW + 7200},
        {"withdrawal": drawn("a token of the leader's")},
        {"report": drawn("another id", 16)},
        {"leader_receiver": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_metadata_that_the_leader_changed_open_nothing(
    world: World, sent: list[Sent], changes: dict
):
    """So that no report is counted twice, outlives its expiry, is weighed otherwise or cannot be withdrawn."""
    made = request(world, [item(one, **changes) for one in sent[:1]] + [item(s) for s in sent[1:4]])
    with refused(world, BatchTooSmall, "3 of 4"):
        ask(world, made)


def test_an_envelope_of_another_report_opens_nothing(world: World, sent: list[Sent]):
    one, other = item(sent[0]), item(sent[1])
    swapped = [BatchItem(one.metadata, other.helper_envelope), *(item(s) for s in sent[2:5])]
    with refused(world, BatchTooSmall, "3 of 4"):
        ask(world, request(world, swapped))


def test_what_was_withdrawn_at_the_helper_is_not_counted_whatever_the_leader_says(
    world: World, sent: list[Sent]
):
    world.helper.withdraw(world.identity, Withdrawal(sent[0].metadata.report, sent[0].token))
    with refused(world, BatchTooSmall, "3 of 4"):
        ask(world, request(world, [item(one) for one in sent[:4]]))


def test_an_expired_report_is_not_counted_by_the_helpers_own_clock(world: World):
    sent = [*world.sent(3, "lasting"), *world.sent(2, "short", ttl_s=30)]
    world.clock.now += 30
    with refused(world, BatchTooSmall, "3 of 5"):
        ask(world, request(world, [item(one) for one in sent]))


# Bytes that are no request ----------------------------------------------------------------------


def test_a_request_of_another_task_or_kind_or_size_is_refused(world: World, sent: list[Sent]):
    made = request(world, [item(one) for one in sent])
    data = encode(made)
    other = msgspec.structs.replace(made, task=drawn("another task"))
    with refused(world, BatchRefused, "another task"):
        world.helper.answer(world.identity, encode(other))
    with refused(world, NotFound):
        world.helper.answer(drawn("another task"), data)
    with refused(world, TooLarge):
        world.helper.answer(world.identity, bytes(1 << 20))
    for bad in (b"", data[:-1], data + b"\x00", b"\xc0", encode(sent[0].metadata)):
        with refused(world, MessageRefused):
            world.helper.answer(world.identity, bad)


def test_no_flipped_bit_of_a_request_gives_a_sum_of_other_reports(world: World, sent: list[Sent]):
    """A flip is refused, or that report is dropped: never is a report counted that no device sent."""
    made = request(world, [item(one) for one in sent[:4]])
    data = bytearray(encode(made))
    for place in range(56, len(data), 97):  # beyond task and batch id, which are tried above
        data[place] ^= 0x10
        with (
            unchanged(world),
            pytest.raises((MessageRefused, BatchRefused, BatchTooSmall)),
        ):
            world.helper.answer(world.identity, bytes(data))
        data[place] ^= 0x10


# Less noise than the helper's own ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (HelperPolicy(sigma_min=4481, epsilon_max=1e3, batch_min=1), "less noise"),
        (HelperPolicy(epsilon_max=1.0, batch_min=1), "less noise"),
        (HelperPolicy(epsilon_max=1e3, batch_min=201), "below this helper's minimum"),
        (HelperPolicy(epsilon_max=1e3, leaders=frozenset({drawn("a key")})), "not one that"),
    ],
    ids=["sigma", "epsilon", "batches", "leader"],
)
def test_a_task_below_the_helpers_own_terms_is_not_signed(
    world: World, policy: HelperPolicy, said: str
):
    helper = Helper(
        world.helper_store, KEYS["helper"], {0: RECEIVER_KEYS["helper"]}, SHAPES, policy,
        entropy=world.entropy,
    )  # fmt: skip
    with refused(world, TaskRefused, said):
        helper.adopt(encode(task()), world.adapter)


def test_a_demonstrations_weak_noise_is_for_helpers_that_take_part_in_one(world: World):
    world.policy = HelperPolicy()
    with refused(world, TaskRefused, "no demonstration"):
        world.new_helper().adopt(encode(world.task), world.adapter)


def test_a_helper_that_asks_for_more_later_sums_nothing_for_an_old_task(
    world: World, sent: list[Sent]
):
    world.policy = HelperPolicy()
    world.helper = world.new_helper()
    with refused(world, BatchRefused, "nothing was summed"):
        ask(world, request(world, [item(one) for one in sent]))


def test_what_sybils_leave_of_a_victim_is_the_helpers_noise(new_url: Callable[[], str]):
    """Not prevented: the leader knows all reports of a batch but one. What it then sees is that one and noise of sigma.

    This is what the stated epsilon is for, and why the crowd is not counted on.
    """
    world = World(new_url(), new_url())
    world.publish()
    victim, *sybils = world.sent(4, "one")
    world.entropy = Repeating("the helper's noise")
    world.helper = world.new_helper()
    answer = ask(world, request(world, [item(one) for one in (victim, *sybils)]))
    ring = Ring(world.task.bits)
    total = unpack(answer.share, world.terms.length, world.task.bits)
    mine = opened_by_leader(world, (victim, *sybils))
    weight = world.task.age_weights[0]
    seen = ring.undo((total + mine) & ring.mask) - sum(one.integers for one in sybils) * weight
    noise = discrete_gaussian(world.task.sigma, world.terms.length, Repeating("the helper's noise"))
    assert (seen - victim.integers * weight == noise).all()
    assert noise.std() == pytest.approx(world.task.sigma, rel=0.2)
    world.close()


def opened_by_leader(world: World, sent: tuple[Sent, ...]) -> np.ndarray:
    """The sum of the leader's shares, each times its age weight."""
    total = np.zeros(world.terms.length, np.uint64)
    for one in sent:
        report = decode(one.data, Report, limit_bytes=1 << 20)
        packed = open_leader(report, world.identity, RECEIVER_KEYS["leader"])
        share = unpack(packed, world.terms.length, world.task.bits)
        total += share * np.uint64(world.task.age_weights[0])
    return total & Ring(world.task.bits).mask


# The helper's key -------------------------------------------------------------------------------

MINE = ReceiverKey(drawn("a key that the leader made", KEM_SEED_BYTES + 32))


def swapped() -> Receiver:
    return Receiver("helper", 0, SUITE, MINE.public, NOW + 86_400)


@pytest.mark.parametrize(
    "offered",
    [
        signed(encode(swapped()), RECEIVER, {"leader": KEYS["leader"]}),
        signed(encode(swapped()), RECEIVER, {"helper": KEYS["leader"]}),
        signed(encode(receiver("leader")), RECEIVER, {"leader": KEYS["leader"]}),
        signed(encode(swapped()), TASK, {"helper": KEYS["helper"]}),
    ],
    ids=["signed as the leader", "signed as the helper", "the leader's own", "another purpose"],
)
def test_a_device_refuses_a_helpers_key_that_the_pinned_key_did_not_sign(world, offered):
    offer = world.leader.offer(world.identity)
    forged = Offer(offer.task, offer.leader_receiver, offered, offer.head)
    with refused(world, SignatureRefused):
        open_offer(forged, *_trusting(world))


def test_a_device_refuses_the_leaders_receiver_in_the_helpers_place_even_if_the_helper_signed_it(
    world: World,
):
    offer = world.leader.offer(world.identity)
    signed_by_helper = signed(encode(receiver("leader")), RECEIVER, {"helper": KEYS["helper"]})
    forged = Offer(offer.task, offer.leader_receiver, signed_by_helper, offer.head)
    with refused(world, EnvelopeRefused):
        open_offer(forged, *_trusting(world))


def test_without_the_pin_the_leader_would_read_both_shares(world: World):
    """What the pin is for: sealed for the swapped key, both envelopes open to the leader, and join to the report."""
    sent = world.make(world.device("trusting"), "trusting")
    seed = ReportSeed(drawn("seed trusting"))
    context = envelope_info("helper", world.identity, sent.metadata)
    share = opened_by_leader(world, (sent,))  # its age weight is taken out below
    leader = decode(sent.data, Report, limit_bytes=1 << 20)
    report = seal_report(
        world.identity, sent.metadata, b"", seed, receiver("leader"), swapped(), now=NOW
    )
    found = open_helper(BatchItem(report.metadata, report.helper_envelope), world.identity, MINE)
    ring, weight = Ring(world.task.bits), np.uint64(world.task.age_weights[0])
    stream = expand(found, world.terms.length, world.task.bits, context)
    read = ring.undo((share + stream * weight) & ring.mask)
    assert (read == sent.integers * int(weight)).all()
    with pytest.raises(EnvelopeRefused):  # and with the pinned key it opens nothing
        open_helper(BatchItem(leader.metadata, leader.helper_envelope), world.identity, MINE)


def test_a_leader_that_is_honest_offers_no_receiver_that_its_role_did_not_sign(world: World):
    ours = signed(encode(receiver("leader")), RECEIVER, {"leader": KEYS["leader"]})
    forged = signed(encode(swapped()), RECEIVER, {"helper": KEYS["leader"]})
    with refused(world, SignatureRefused):
        world.leader.use_receivers(world.identity, ours, forged)


class _Base:
    """The identity of a base: all that a policy asks of one."""

    def __init__(self, identity: str) -> None:
        self.identity = identity


def _trusting(world: World) -> tuple:
    invitation = Invitation(
        world.identity, world.task.leader, world.task.helper, drawn("a code's secret")
    )
    policy, base = Policy(sample=True), _Base(world.task.base)
    return invitation, policy, base, SHAPE, NOW


def test_the_true_offer_is_taken(world: World):
    looked = open_offer(world.leader.offer(world.identity), *_trusting(world))
    assert looked.helper == receiver("helper")
