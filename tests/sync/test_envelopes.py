"""An envelope opens for one role, task and metadata, and says nothing otherwise."""

import hashlib
import hmac

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from protocol_stand_ins import METADATA, NOW, RECEIVER_KEYS, SEED, TASK_HASH, drawn, receiver

from hushkey.sync.envelopes import (
    HELPER_ENVELOPE_BYTES,
    OVERHEAD_BYTES,
    open_helper,
    open_leader,
    seal_report,
)
from hushkey.sync.errors import EnvelopeRefused
from hushkey.sync.keys import ReceiverKey
from hushkey.sync.messages import BatchItem, Report, envelope_info, hash_of

SHARE = drawn("a packed share", 675)
RECEIVERS = (receiver("leader"), receiver("helper", 1))
REPORT = seal_report(TASK_HASH, METADATA, SHARE, SEED, *RECEIVERS, now=NOW)
ITEM = BatchItem(METADATA, REPORT.helper_envelope)
METADATA_CHANGES = {
    "report": drawn("another report", 16),
    "trained_version": 4,
    "expires_at": METADATA.expires_at + 1,
    "withdrawal": hash_of(b""),
    "leader_receiver": 2,
    "helper_receiver": 2,
}


def _refused(report: Report, task: bytes = TASK_HASH) -> None:
    with pytest.raises(EnvelopeRefused):
        open_leader(report, task, RECEIVER_KEYS["leader"])
    with pytest.raises(EnvelopeRefused):
        open_helper(
            BatchItem(report.metadata, report.helper_envelope), task, RECEIVER_KEYS["helper"]
        )


def test_each_role_opens_its_own_share():
    assert open_leader(REPORT, TASK_HASH, RECEIVER_KEYS["leader"]) == SHARE
    assert open_helper(ITEM, TASK_HASH, RECEIVER_KEYS["helper"]) == SEED


def test_an_envelope_adds_a_fixed_number_of_bytes():
    assert len(REPORT.leader_envelope) == len(SHARE) + OVERHEAD_BYTES == len(SHARE) + 1136
    assert len(REPORT.helper_envelope) == HELPER_ENVELOPE_BYTES == 1168


def test_sealing_twice_gives_other_envelopes():
    again = seal_report(TASK_HASH, METADATA, SHARE, SEED, *RECEIVERS, now=NOW)
    assert again.leader_envelope != REPORT.leader_envelope
    assert again.helper_envelope != REPORT.helper_envelope


# What it is bound to ----------------------------------------------------------------------------


@pytest.mark.parametrize("field", METADATA.__struct_fields__)
def test_an_envelope_does_not_open_with_other_metadata(field):
    metadata = msgspec.structs.replace(METADATA, **{field: METADATA_CHANGES[field]})
    _refused(msgspec.structs.replace(REPORT, metadata=metadata))


def test_an_envelope_does_not_open_for_another_task():
    _refused(REPORT, task=hash_of(b"another"))


def test_neither_role_opens_the_others_envelope():
    with pytest.raises(EnvelopeRefused):
        open_leader(REPORT, TASK_HASH, RECEIVER_KEYS["helper"])
    with pytest.raises(EnvelopeRefused):
        open_helper(ITEM, TASK_HASH, RECEIVER_KEYS["leader"])


def test_an_envelope_in_the_others_place_does_not_open_even_under_one_key():
    both = RECEIVER_KEYS["leader"]  # as if an operator had put one key in both places
    helper = msgspec.structs.replace(receiver("helper", 1), key=both.public)
    report = seal_report(
        TASK_HASH, METADATA, SEED.reveal(), SEED, receiver("leader"), helper, now=NOW
    )
    swapped = Report(METADATA, report.helper_envelope, report.leader_envelope)
    assert open_leader(report, TASK_HASH, both) == SEED.reveal()
    with pytest.raises(EnvelopeRefused):
        open_leader(swapped, TASK_HASH, both)
    with pytest.raises(EnvelopeRefused):
        open_helper(BatchItem(METADATA, swapped.helper_envelope), TASK_HASH, both)


# Hostile bytes ----------------------------------------------------------------------------------


@given(place=st.integers(0, 8 * HELPER_ENVELOPE_BYTES - 1))
def test_an_envelope_with_a_flipped_bit_does_not_open(place):
    def flipped(envelope: bytes) -> bytes:
        changed = bytearray(envelope)
        changed[place // 8] ^= 1 << place % 8
        return bytes(changed)

    _refused(Report(METADATA, flipped(REPORT.leader_envelope), flipped(REPORT.helper_envelope)))


@given(size=st.integers(0, HELPER_ENVELOPE_BYTES - 1), more=st.binary(min_size=1, max_size=40))
def test_an_envelope_that_was_cut_or_grew_does_not_open(size, more):
    leader, helper = REPORT.leader_envelope, REPORT.helper_envelope
    _refused(Report(METADATA, leader[:size], helper[:size]))
    _refused(Report(METADATA, leader + more, helper + more))


@settings(max_examples=50)
@given(envelope=st.binary(max_size=1300) | st.binary(min_size=1168, max_size=1168))
def test_arbitrary_bytes_do_not_open(envelope):
    _refused(Report(METADATA, envelope, envelope))


def test_a_point_that_makes_zeros_of_every_key_does_not_open():
    at = slice(1088, 1120)
    envelope = bytearray(REPORT.leader_envelope)
    envelope[at] = bytes(32)
    _refused(Report(METADATA, bytes(envelope), REPORT.helper_envelope[:-1]))


def test_a_refusal_tells_nothing_of_the_content_nor_keeps_its_cause_in_sight():
    with pytest.raises(EnvelopeRefused) as refused:
        open_leader(REPORT, bytes(32), RECEIVER_KEYS["leader"])
    assert refused.value.__suppress_context__
    assert str(refused.value) == (
        "an envelope does not open for this role, task and metadata; it was not used"
    )


# Sealing ----------------------------------------------------------------------------------------

LEADER, HELPER = RECEIVERS
BAD_RECEIVERS = {
    "expired": (receiver("leader", expires_at=NOW), HELPER),
    "the helper's expired": (LEADER, receiver("helper", 1, expires_at=NOW - 1)),
    "swapped": (HELPER, LEADER),
    "the leader twice": (LEADER, LEADER),
    "another number": (receiver("leader", 1), HELPER),
    "another suite": (
        LEADER,
        msgspec.structs.replace(HELPER, suite="X25519/HKDF-SHA256/AES-128-GCM"),
    ),
    "no point": (msgspec.structs.replace(LEADER, key=LEADER.key[:1184] + bytes(32)), HELPER),
    "no lattice": (LEADER, msgspec.structs.replace(HELPER, key=b"\xff" * 1216)),
}


@pytest.mark.parametrize("bad", BAD_RECEIVERS, ids=str)
def test_nothing_is_sealed_for(bad):
    with pytest.raises(EnvelopeRefused, match="nothing was sealed"):
        seal_report(TASK_HASH, METADATA, SHARE, SEED, *BAD_RECEIVERS[bad], now=NOW)


def test_a_receiver_may_be_used_until_its_last_second():
    last = receiver("leader", expires_at=NOW + 1)
    seal_report(TASK_HASH, METADATA, SHARE, SEED, last, HELPER, now=NOW)


# The naive twin: docs/protocol.md, step by step -------------------------------------------------


def _extract(salt: bytes, suite: bytes, label: bytes, keying: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + keying, "sha256")


def _expand(secret: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    said = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, said + b"\x01", "sha256")[:size]  # one block: size <= 32


def _open_by_hand(key: ReceiverKey, envelope: bytes, info: bytes) -> bytes:
    """RFC 9180's single-shot base mode over X-Wing, from primitives."""
    raw = key.reveal()
    lattice, curve = envelope[:1088], envelope[1088:1120]
    exchange = X25519PrivateKey.from_private_bytes(raw[64:])
    secrets = MLKEM768PrivateKey.from_seed_bytes(raw[:64]).decapsulate(lattice) + exchange.exchange(
        X25519PublicKey.from_public_bytes(curve)
    )
    shared = hashlib.sha3_256(secrets + curve + key.public[1184:] + rb"\.//^\ "[:-1]).digest()
    suite = b"HPKE" + bytes.fromhex("647a 0001 0002")
    hashed = [
        _extract(b"", suite, label, of)
        for label, of in ((b"psk_id_hash", b""), (b"info_hash", info))
    ]
    context = b"\x00" + b"".join(hashed)
    secret = _extract(shared, suite, b"secret", b"")
    sealing = _expand(secret, suite, b"key", context, 32)
    nonce = _expand(secret, suite, b"base_nonce", context, 12)
    return AESGCM(sealing).decrypt(nonce, envelope[1120:], None)


def test_an_envelope_opens_by_hand_as_the_protocol_describes_it():
    leader = _open_by_hand(
        RECEIVER_KEYS["leader"],
        REPORT.leader_envelope,
        envelope_info("leader", TASK_HASH, METADATA),
    )
    helper = _open_by_hand(
        RECEIVER_KEYS["helper"],
        REPORT.helper_envelope,
        envelope_info("helper", TASK_HASH, METADATA),
    )
    assert (leader, helper) == (SHARE, SEED.reveal())
