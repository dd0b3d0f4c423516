"""A record is taken that follows the last one, is signed by both, and keeps the terms; no other is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_stand_ins import (
    BACK,
    BASE,
    CHAIN,
    DEVICE,
    FIRST,
    KEYS,
    PUBLIC,
    REJECTED,
    SECOND,
    TASK_HASH,
    TASK_SAMPLE,
    after,
    drawn,
    head_of,
    sealed,
    task,
    without_batch,
)

from hushkey.sync.errors import RecordRefused
from hushkey.sync.messages import Outcome, Record, Sig, Signed, decode, encode, hash_of
from hushkey.sync.releases.chain import (
    NO_BATCH,
    NOTHING,
    PARTS,
    Head,
    follow,
    follow_all,
    read_record,
)
from hushkey.sync.signing import TASK, signed


def _follow(head: Head | None, record: Record | Signed, of=TASK_SAMPLE, keys=PUBLIC) -> Head:
    return follow(head, sealed(record) if isinstance(record, Record) else record, of, keys)


def _changed(record: Record, **changes) -> Record:
    return msgspec.structs.replace(record, **changes)


def _refused(head: Head | None, record: Record | Signed, says: str | None = None) -> None:
    with pytest.raises(RecordRefused, match=says):
        _follow(head, record)


# What follows -----------------------------------------------------------------------------------


def test_a_chain_of_every_outcome_is_followed():
    head = follow_all(None, map(sealed, CHAIN), TASK_SAMPLE, PUBLIC)
    assert head == Head(
        task=TASK_HASH,
        record=hash_of(encode(BACK)),
        sequence=4,
        version=3,
        most_reports=4,
        adapters=(BASE.adapter, FIRST.adapter, SECOND.adapter, FIRST.adapter),
    )
    assert head.adapter == FIRST.adapter


def test_the_head_moves_as_the_outcome_says():
    places = [(head.sequence, head.version) for head in (head_of(*CHAIN[:n]) for n in range(1, 6))]
    assert places == [(0, 0), (1, 1), (2, 1), (3, 2), (4, 3)]


def test_a_head_is_kept_and_read_again():
    head = head_of(*CHAIN)
    assert decode(encode(head), Head, limit_bytes=10_000) == head


def test_nothing_followed_is_no_head():
    assert follow_all(None, [], TASK_SAMPLE, PUBLIC) is None


def test_the_last_record_again_changes_nothing():
    for count in range(1, len(CHAIN) + 1):
        head = head_of(*CHAIN[:count])
        assert _follow(head, CHAIN[count - 1]) is head


def test_an_earlier_adapter_may_be_gone_back_to_from_a_rollback():
    again = after(BACK, **without_batch(adapter=SECOND.adapter))
    assert _follow(head_of(*CHAIN), again).adapter == SECOND.adapter


def test_what_follows_may_have_been_made_at_an_earlier_time():
    assert _follow(head_of(BASE), _changed(FIRST, at=BASE.at - 500)).sequence == 1  # two clocks


# What does not ----------------------------------------------------------------------------------


def test_another_record_in_the_last_ones_place_is_a_fork():
    _refused(head_of(BASE, FIRST), _changed(FIRST, at=FIRST.at + 1), "a fork")
    _refused(head_of(BASE), _changed(BASE, adapter=drawn("another base")), "a fork")


def test_a_record_behind_another_one_is_a_fork():
    other = _changed(FIRST, reason="another")
    _refused(head_of(BASE, FIRST), after(other), "a fork")
    _refused(head_of(BASE), _changed(FIRST, previous=NOTHING), "a fork")


def test_a_step_back_is_refused_even_to_what_was_known():
    for older in CHAIN[:-1]:
        _refused(head_of(*CHAIN), older, "older")


def test_a_gap_is_refused():
    _refused(head_of(BASE), REJECTED, "missing")
    _refused(head_of(BASE, FIRST), BACK, "missing")


def test_a_chain_begins_with_its_base():
    _refused(None, FIRST, "begins")
    _refused(None, _changed(FIRST, sequence=0, previous=NOTHING))


def test_no_order_of_a_chain_but_its_own_is_followed():
    for at in range(len(CHAIN) - 1):
        swapped = [*CHAIN[:at], CHAIN[at + 1], CHAIN[at], *CHAIN[at + 2 :]]
        with pytest.raises(RecordRefused):
            follow_all(None, map(sealed, swapped), TASK_SAMPLE, PUBLIC)


BAD_NEXT = {
    "a version skipped": after(FIRST, version=3),
    "a version kept": after(FIRST, version=1),
    "a version back": after(FIRST, version=0),
    "rejected and risen": after(
        FIRST, outcome="rejected", version=2, adapter=FIRST.adapter, part=0
    ),
    "rejected and applied": after(FIRST, outcome="rejected", version=1, part=0),
    "rejected and taken in part": after(
        FIRST, outcome="rejected", version=1, adapter=FIRST.adapter, part=4
    ),
    "rolled back to what never was": after(FIRST, **without_batch(adapter=drawn("never"))),
    "rolled back to what is": after(FIRST, **without_batch(adapter=FIRST.adapter)),
    "rolled back in the same version": after(
        FIRST, **without_batch(adapter=BASE.adapter, version=1)
    ),
    "rolled back with a batch": after(FIRST, outcome="rolled-back", adapter=BASE.adapter),
    "a base again": after(FIRST, **without_batch(outcome="base")),
    "fewer reports of one device": after(FIRST, most_reports=0),
    "a batch below the minimum": after(FIRST, accepted=99),
    "a batch above the maximum": after(FIRST, accepted=151, weight=300),
    "less noise": after(FIRST, sigma=4479),
    "less weight than reports": after(FIRST, weight=119),
    "more weight than there is": after(FIRST, weight=721),
    "a release of no part of a step": after(FIRST, part=0),
    "a release of more than a step": after(FIRST, part=PARTS + 1),
    "a rollback of a part": after(FIRST, **without_batch(adapter=BASE.adapter, part=1)),
    "a release of no batch": after(FIRST, batch=NO_BATCH),
    "a release without a tree": after(FIRST, root=NOTHING),
    "a release without a sum": after(FIRST, aggregate=NOTHING),
    "another task": after(FIRST, task=hash_of(b"another")),
    "a reason that cannot be shown": after(FIRST, reason="\x1b[2J"),
    "endless epsilon": after(FIRST, epsilon=float("inf")),
}


@pytest.mark.parametrize("bad", BAD_NEXT, ids=str)
def test_a_record_is_refused_of(bad):
    head = head_of(BASE, FIRST)
    assert _follow(head, after(FIRST)).sequence == 2
    _refused(head, BAD_NEXT[bad])


BAD_BASE = {
    "another place": {"sequence": 1},
    "another version": {"version": 1},
    "something before it": {"previous": drawn("a record")},
    "a batch": {"batch": drawn("a batch", 16)},
    "reports": {"accepted": 100},
    "weight": {"weight": 1},
    "a part of a step": {"part": 1},
    "a tree": {"root": drawn("a root")},
    "a sum": {"aggregate": drawn("a sum")},
}


@pytest.mark.parametrize("bad", BAD_BASE, ids=str)
def test_a_base_is_refused_with(bad):
    assert _follow(None, BASE).version == 0
    _refused(None, _changed(BASE, **BAD_BASE[bad]))


def test_a_record_within_the_terms_at_their_edges_is_taken():
    head = head_of(BASE)
    for accepted, weight in ((170, 170), (170, 680), (200, 800)):
        assert _follow(head, _changed(FIRST, accepted=accepted, weight=weight)).version == 1
    assert _follow(head, _changed(FIRST, sigma=9000)).version == 1
    for part in (1, PARTS):
        assert _follow(head, _changed(FIRST, part=part)).version == 1


def test_a_head_of_another_task_follows_nothing_of_this_one():
    other = msgspec.structs.replace(head_of(BASE), task=hash_of(b"another"))
    _refused(other, FIRST, "another task")


def test_the_terms_are_those_of_the_task_that_is_given():
    with pytest.raises(RecordRefused, match="another task"):
        _follow(None, BASE, of=task(batch_min=1))


# Signatures -------------------------------------------------------------------------------------

BODY = encode(FIRST)
LEADER, HELPER = sealed(FIRST).signatures
BAD_SIGNATURES = {
    "nobody": (),
    "the leader alone": (LEADER,),
    "the helper alone": (HELPER,),
    "the leader twice": (LEADER, LEADER),
    "the leader in the helper's name": (LEADER, Sig("helper", LEADER.signature)),
    "swapped roles": (Sig("leader", HELPER.signature), Sig("helper", LEADER.signature)),
    "the other order": (HELPER, LEADER),
    "a stranger": (LEADER, Sig("helper", DEVICE.sign(b"record", BODY))),
    "another purpose": signed(BODY, TASK, KEYS).signatures,
    "another record": sealed(BASE).signatures,
}


@pytest.mark.parametrize("bad", BAD_SIGNATURES, ids=str)
def test_a_record_is_refused_that_was_signed_by(bad):
    assert _follow(head_of(BASE), Signed(BODY, (LEADER, HELPER))).version == 1
    _refused(head_of(BASE), Signed(BODY, BAD_SIGNATURES[bad]))


@pytest.mark.parametrize("role", ["leader", "helper"])
def test_keys_that_the_reader_did_not_pin_sign_nothing(role):
    with pytest.raises(RecordRefused):
        _follow(head_of(BASE), FIRST, keys={**PUBLIC, role: DEVICE.public})


@pytest.mark.parametrize("role", ["leader", "helper"])
def test_one_pinned_key_is_not_enough_even_for_one_signature(role):
    only = {role: PUBLIC[role]}
    with pytest.raises(RecordRefused, match="both operators"):
        read_record(sealed(FIRST, {role: KEYS[role]}), TASK_SAMPLE, only)


@given(place=st.integers(0, 8 * len(BODY) - 1))
def test_no_bit_of_a_record_may_be_another(place):
    changed = bytearray(BODY)
    changed[place // 8] ^= 1 << place % 8
    _refused(head_of(BASE), Signed(bytes(changed), (LEADER, HELPER)))


@given(body=st.binary(max_size=300))
def test_any_bytes_that_both_signed_are_refused(body):
    _refused(head_of(BASE), signed(body, b"record", KEYS))


@given(
    outcome=st.sampled_from(Outcome.__args__),
    version=st.integers(0, 4),
    sequence=st.integers(0, 6),
    adapter=st.sampled_from([BASE.adapter, FIRST.adapter, SECOND.adapter, drawn("new")]),
    batched=st.booleans(),
)
def test_a_version_only_rises_by_one_and_an_adapter_only_with_it(
    outcome, version, sequence, adapter, batched
):
    head = head_of(*CHAIN[:4])
    said = {"outcome": outcome, "version": version, "sequence": sequence, "adapter": adapter}
    record = after(SECOND, **(said if batched else without_batch(**said)))
    try:
        following = _follow(head, record)
    except RecordRefused:
        return
    assert following.sequence == head.sequence + 1
    assert following.adapters[: len(head.adapters)] == head.adapters
    assert len(following.adapters) == following.version + 1
    rises = {"released": 1, "rolled-back": 1, "rejected": 0}
    assert following.version == head.version + rises[outcome]
    assert batched == (outcome != "rolled-back")
