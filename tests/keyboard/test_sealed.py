"""Sealed bytes open only as they were sealed, and files change whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.errors import FileRefused, KeyExposed, SealBroken, SealTooNew
from hushkey.keyboard.keys import AdapterKey, StateKey
from hushkey.keyboard.sealed import OVERHEAD_BYTES, read_sealed, seal, unseal, write_sealed

KEY = AdapterKey(b"a" * 32)
PURPOSE = b"adapter 3"


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_sealed_opens_again(plaintext, context):
    sealed = seal(KEY, plaintext, context=context)
    assert unseal(KEY, sealed, context=context) == plaintext
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES


def test_sealing_twice_gives_other_bytes():
    assert seal(KEY, b"same", context=b"") != seal(KEY, b"same", context=b"")


@pytest.mark.parametrize(
    ("key", "context"),
    [
        (AdapterKey(b"b" * 32), PURPOSE),
        (StateKey(b"a" * 32), PURPOSE),  # the same bytes for another purpose
        (KEY, b"adapter 4"),
        (KEY, b""),
    ],
)
def test_another_key_or_purpose_does_not_open(key, context):
    with pytest.raises(SealBroken):
        unseal(key, seal(KEY, b"plain", context=PURPOSE), context=context)


def test_a_change_of_any_byte_is_noticed():
    sealed = seal(KEY, b"plain", context=PURPOSE)
    for at in range(len(sealed)):
        for flip in (1, 0x80):
            changed = sealed[:at] + bytes([sealed[at] ^ flip]) + sealed[at + 1 :]
            with pytest.raises((SealBroken, SealTooNew)):
                unseal(KEY, changed, context=PURPOSE)


def test_a_cut_or_longer_text_is_noticed():
    sealed = seal(KEY, b"plain", context=PURPOSE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(KEY, sealed[:length], context=PURPOSE)
    with pytest.raises(SealBroken):
        unseal(KEY, sealed + b"\0", context=PURPOSE)


@given(st.binary(max_size=80))
def test_other_bytes_are_refused(noise):
    with pytest.raises((SealBroken, SealTooNew)):
        unseal(KEY, noise, context=PURPOSE)


def test_a_later_version_is_said_to_be_one():
    with pytest.raises(SealTooNew, match="update hushkey"):
        unseal(KEY, b"HUSH\x02" + bytes(60), context=PURPOSE)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "adapter.sealed"


def test_a_sealed_file_is_replaced_whole_and_is_the_owners_alone(path):
    for plaintext in (b"first", b"second and longer", b""):
        write_sealed(path, KEY, plaintext, context=PURPOSE)
        assert read_sealed(path, KEY, context=PURPOSE) == plaintext
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["adapter.sealed"]


def test_a_sealed_file_does_not_hold_what_was_sealed(path):
    write_sealed(path, KEY, b"the quick brown fox" * 9, context=PURPOSE)
    assert b"quick" not in path.read_bytes()


def test_a_file_that_is_not_there_is_said_so(path):
    path.parent.mkdir()
    with pytest.raises(FileNotFoundError):
        read_sealed(path, KEY, context=PURPOSE)


def test_a_write_that_fails_leaves_what_was_there_and_no_leavings(path):
    path.mkdir(parents=True)  # a folder in the way: the last step, the rename, fails
    (path / "occupied").touch()
    with pytest.raises(FileRefused, match="unchanged"):
        write_sealed(path, KEY, b"new", context=PURPOSE)
    assert [file.name for file in path.parent.iterdir()] == ["adapter.sealed"]
    assert [file.name for file in path.iterdir()] == ["occupied"]


def test_a_sealed_file_that_others_can_write_is_refused(path):
    write_sealed(path, KEY, b"plain", context=PURPOSE)
    path.chmod(0o622)
    with pytest.raises(KeyExposed):
        read_sealed(path, KEY, context=PURPOSE)
