"""Typed secrets do not leave by accident, and derive as written down."""

import copy
import dataclasses
import hashlib
import hmac
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.keys import (
    KEY_BYTES,
    AdapterKey,
    HistoryKey,
    MasterKey,
    Passphrase,
    Secret,
    StateKey,
    context,
)

SECRETS: list[Secret] = [
    MasterKey(b"m" * KEY_BYTES),
    HistoryKey(b"h" * KEY_BYTES),
    AdapterKey(b"a" * KEY_BYTES),
    StateKey(b"s" * KEY_BYTES),
    Passphrase("correct horse"),
]
GOLDEN_HISTORY_KEY = "db1543463ba5364854e63ddc90765ea045472521dfe42e463e383aae9ea32bc8"
GOLDEN_IDENTITY = "1450327d1694f87f"
each_secret = pytest.mark.parametrize("secret", SECRETS, ids=lambda s: type(s).__name__)


@each_secret
def test_a_secret_shows_neither_its_bytes_nor_their_hex(secret):
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}"):
        assert secret.reveal().hex() not in shown
        assert secret.reveal().decode() not in shown
        assert type(secret).__name__ in shown


@each_secret
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(secret, protocol):
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        pickle.dumps(secret, protocol)


@each_secret
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda s: s.__getstate__(), vars, hash])
def test_a_secret_is_not_copied_nor_unpacked_nor_hashed(secret, way):
    with pytest.raises(TypeError):
        way(secret)


@each_secret
def test_a_secret_cannot_be_changed_or_given_more_attributes(secret):
    for name in ("_raw", "note"):
        with pytest.raises(AttributeError):
            setattr(secret, name, b"x")
    with pytest.raises(AttributeError):
        del secret._raw


def test_asdict_of_a_dataclass_that_holds_a_key_refuses():
    @dataclasses.dataclass
    class Holder:
        key: Secret

    with pytest.raises(TypeError):
        dataclasses.asdict(Holder(HistoryKey(b"h" * KEY_BYTES)))


def test_keys_of_the_same_bytes_and_another_purpose_differ():
    assert HistoryKey(b"x" * KEY_BYTES) == HistoryKey(b"x" * KEY_BYTES)
    assert HistoryKey(b"x" * KEY_BYTES) != AdapterKey(b"x" * KEY_BYTES)
    assert HistoryKey(b"x" * KEY_BYTES) != HistoryKey(b"y" * KEY_BYTES)
    assert HistoryKey(b"x" * KEY_BYTES) != b"x" * KEY_BYTES


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="32 bytes"):
        HistoryKey(bytes(length))


def test_generated_master_keys_differ():
    assert MasterKey.generate() != MasterKey.generate()


def naive_hkdf(master: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 in its own words, for one block: the twin of the library's."""
    extracted = hmac.new(bytes(32), master, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def test_sub_keys_are_hkdf_sha256_over_their_purpose():
    raw = bytes(range(KEY_BYTES))
    master = MasterKey(raw)
    derived = {
        b"history": master.history_key().reveal(),
        b"adapter": master.adapter_key().reveal(),
        b"state": master.state_key().reveal(),
        b"memory": master.memory_key().reveal(),
        b"identity": bytes.fromhex(master.identity()),
    }
    for purpose, value in derived.items():
        assert value == naive_hkdf(raw, context(b"hushkey", b"derive", b"1", purpose), len(value))
    assert len(set(derived.values())) == len(derived)


def test_a_released_derivation_never_changes():
    # A change here means that no existing history opens any more.
    master = MasterKey(bytes(range(KEY_BYTES)))
    assert master.history_key().reveal().hex() == GOLDEN_HISTORY_KEY
    assert master.identity() == GOLDEN_IDENTITY


parts = st.lists(st.binary(max_size=8), max_size=5)


@given(parts, parts)
def test_two_contexts_are_equal_only_if_their_parts_are(one, other):
    assert (context(*one) == context(*other)) == (one == other)


def test_a_passphrase_is_the_same_composed_and_decomposed():
    assert Passphrase("caf\u00e9") == Passphrase("cafe\u0301")
    assert Passphrase("cafe") != Passphrase("Cafe")


def test_an_empty_passphrase_is_refused():
    with pytest.raises(ValueError, match="not empty"):
        Passphrase("")
