"""The keys of sharing: of one length, one purpose and one class each, and nothing that prints."""

import copy
import itertools
import os
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from protocol_stand_ins import DEVICE, KEYS, RECEIVER_KEYS, SEED, drawn

from hushkey.sync.errors import MessageRefused, SignatureRefused
from hushkey.sync.keys import (
    DeviceKey,
    EnrolmentSecret,
    OperatorKey,
    ReceiverKey,
    ReportSeed,
    WithdrawalToken,
    receiver_public,
    signed_bytes,
    verify,
)

CLASSES = (ReportSeed, WithdrawalToken, EnrolmentSecret, OperatorKey, DeviceKey, ReceiverKey)
each_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


@each_class
def test_a_secret_is_drawn_whole_from_the_entropy_that_is_given(kind):
    asked = []

    def entropy(size: int) -> bytes:
        asked.append(size)
        return drawn("entropy", size)

    secret = kind.generate(entropy)
    assert asked == [len(secret.reveal())]
    assert secret.reveal() == drawn("entropy", asked[0])
    assert kind.generate(os.urandom) != kind.generate(os.urandom)


@each_class
@pytest.mark.parametrize("off", [-1, 1])
def test_a_secret_of_another_length_is_none(kind, off):
    size = len(kind.generate(os.urandom).reveal())
    with pytest.raises(ValueError, match=str(size)):
        kind(bytes(size + off))


@each_class
def test_a_secret_neither_shows_itself_nor_is_pickled_or_copied(kind):
    secret = kind.generate(lambda size: b"s" * size)
    assert "ssss" not in f"{secret!r}{secret}"
    for way in (pickle.dumps, copy.copy, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            way(secret)


def test_secrets_of_the_same_bytes_and_another_class_differ():
    assert ReportSeed(bytes(32)) != WithdrawalToken(bytes(32))
    assert OperatorKey(bytes(32)) != DeviceKey(bytes(32))
    assert DeviceKey(bytes(32)) == DeviceKey(bytes(32))


# Signatures -------------------------------------------------------------------------------------


def test_the_signed_bytes_are_those_of_the_protocol():
    assert signed_bytes(b"task", b"body") == (
        b"\x00\x00\x00\x0fhushkey-share/1\x00\x00\x00\x04sign\x00\x00\x00\x04task\x00\x00\x00\x04body"
    )
    signature = DEVICE.sign(b"task", b"body")
    held = Ed25519PublicKey.from_public_bytes(DEVICE.public)
    held.verify(signature, signed_bytes(b"task", b"body"))


@given(
    parts=st.lists(st.binary(max_size=6), max_size=3),
    others=st.lists(st.binary(max_size=6), max_size=3),
)
def test_a_signature_holds_for_its_parts_alone(parts, others):
    signature = DEVICE.sign(b"request", *parts)
    verify(DEVICE.public, signature, b"request", *parts)
    if parts != others:
        with pytest.raises(SignatureRefused):
            verify(DEVICE.public, signature, b"request", *others)


def test_a_signature_holds_for_neither_another_purpose_nor_another_key():
    signature = DEVICE.sign(b"task", b"body")
    for public, purpose in ((DEVICE.public, b"record"), (KEYS["leader"].public, b"task")):
        with pytest.raises(SignatureRefused):
            verify(public, signature, purpose, b"body")


@given(public=st.binary(max_size=40), signature=st.binary(max_size=70))
def test_any_bytes_for_a_key_and_a_signature_are_refused(public, signature):
    with pytest.raises(SignatureRefused):
        verify(public, signature, b"task", b"body")


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def _times(number: int, point: tuple[int, int]) -> tuple[int, int]:
    """A multiple of a point of edwards25519 (RFC 8032 §5.1)."""

    def plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
        (a, b), (c, d) = one, other
        k = D * a * b * c * d % P
        x = (a * d + b * c) * pow(1 + k, -1, P) % P
        return x, (b * d + a * c) * pow(1 - k, -1, P) % P

    total = (0, 1)
    for bit in f"{number:b}":
        total = plus(total, total)
        total = plus(total, point) if bit == "1" else total
    return total


def _keys_of_small_order() -> set[bytes]:
    """Every encoding of the eight points of small order: reduced or not, with either sign."""
    for y in range(2, 100):
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
        torsion = _times(ORDER, (x, y))
        found = {_times(number, torsion) for number in range(8)}
        if x * x % P == square and len(found) == 8:
            break
    heights = {height + more for _, height in found for more in (0, P)}
    return {
        (height | sign << 255).to_bytes(32, "little")
        for height in heights
        if height < 2**255
        for sign in (0, 1)
    }


def test_no_key_of_small_order_signs_anything():
    keys = _keys_of_small_order()
    assert len(keys) == 14
    for public, point in itertools.product(keys, keys):
        with pytest.raises(
            SignatureRefused
        ):  # R of small order and S of 0 hold for one message in eight
            verify(public, point + bytes(32), b"task", b"body")


# Receivers --------------------------------------------------------------------------------------


def test_a_receivers_public_key_is_that_of_its_private_one():
    key = RECEIVER_KEYS["leader"]
    assert len(key.public) == 1184 + 32
    assert key.public != RECEIVER_KEYS["helper"].public
    receiver_public(key.public)  # raises where it is none


@given(raw=st.binary(max_size=64) | st.binary(min_size=1216, max_size=1216))
def test_any_bytes_for_a_receivers_key_are_one_or_refused(raw):
    try:
        receiver_public(raw)
    except MessageRefused:
        return
    assert len(raw) == 1216


def test_a_receivers_key_of_numbers_beyond_the_field_is_refused():
    with pytest.raises(MessageRefused):  # FIPS 203 §7.2, the modulus check
        receiver_public(b"\xff" * 1184 + RECEIVER_KEYS["leader"].public[1184:])


def test_the_seed_of_a_report_is_no_signing_key():
    assert not isinstance(SEED, OperatorKey | DeviceKey)
