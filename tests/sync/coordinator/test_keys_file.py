"""An operator's keys on disk: whole, private, rotated, and kept as long as a report may be sealed for them."""

import os
import stat
from pathlib import Path

import pytest

from hushkey.sync.coordinator import keys_file
from hushkey.sync.coordinator.keys_file import FileReceivers, OperatorKeys
from hushkey.sync.errors import ConfigRefused
from hushkey.sync.messages import Receiver
from hushkey.sync.signing import open_signed

NOW = 1_800_000_000
DAY = 86_400


@pytest.fixture
def keys() -> OperatorKeys:
    return OperatorKeys.generate("helper", NOW, 90, os.urandom)


def test_what_was_written_is_read_and_only_by_its_owner(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    held = keys_file.read(file)
    assert held.operator == keys.operator
    assert held.by_number()[0] == keys.receivers[0].key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    before = file.read_bytes()
    with pytest.raises(ConfigRefused, match="devices have pinned"):
        keys_file.create(file, OperatorKeys.generate("helper", NOW, 90, os.urandom))
    assert file.read_bytes() == before


def test_a_file_that_others_can_read_is_refused(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    file.chmod(0o640)
    with pytest.raises(ConfigRefused, match="chmod 600"):
        keys_file.read(file)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"version":2}'])
def test_what_is_no_file_of_keys_is_refused(content: bytes, tmp_path: Path):
    file = tmp_path / "operator.keys"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ConfigRefused, match="no file of keys"):
        keys_file.read(file)
    with pytest.raises(ConfigRefused, match="coordinator init"):
        keys_file.read(tmp_path / "none")


def test_a_cut_key_is_refused(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    file.write_bytes(file.read_bytes().replace(b'"operator":"', b'"operator":"AAAA'))
    with pytest.raises(ConfigRefused, match="no file of keys"):
        keys_file.read(file)


def test_the_newest_receiver_is_told_signed_by_its_role(keys: OperatorKeys):
    rotated = keys.rotated(NOW + 60 * DAY, 90, os.urandom)
    told = open_signed(
        rotated.receiver(),
        Receiver,
        b"receiver",
        {"helper": keys.operator.public},
        limit_bytes=4096,
    )
    assert (told.role, told.number, told.expires_at) == ("helper", 1, NOW + 150 * DAY)
    assert told.key == rotated.receivers[-1].key.public


def test_an_old_receiver_opens_reports_until_the_last_that_was_sealed_for_it_expired(
    keys: OperatorKeys,
):
    end = NOW + (90 + 90 + 1) * DAY  # sealed for it, the longest life, the widest margin
    assert set(keys.rotated(end - 1, 90, os.urandom).by_number()) == {0, 1}
    assert set(keys.rotated(end, 90, os.urandom).by_number()) == {1}


def test_numbers_go_round_and_never_name_two_keys(keys: OperatorKeys):
    for _ in range(255):
        keys = keys.rotated(NOW, 90, os.urandom)
    assert len(keys.by_number()) == 256
    with pytest.raises(ConfigRefused, match="rotate less often"):
        keys.rotated(NOW, 90, os.urandom)
    later = keys.rotated(NOW + 400 * DAY, 90, os.urandom)
    assert list(later.by_number()) == [0]


def test_a_rotation_replaces_the_file_whole(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    keys_file.replace_file(file, keys.rotated(NOW, 90, os.urandom))
    assert set(keys_file.read(file).by_number()) == {0, 1}
    assert [path.name for path in tmp_path.iterdir()] == ["operator.keys"]


def test_keys_do_not_show_in_a_repr(keys: OperatorKeys):
    assert keys.operator.reveal().hex() not in repr(keys)
    assert "not shown" in repr(keys)


def test_a_running_role_finds_a_key_that_was_added_meanwhile(keys: OperatorKeys, tmp_path: Path):
    file = tmp_path / "operator.keys"
    keys_file.create(file, keys)
    receivers = FileReceivers(file)
    assert receivers.get(1) is None
    rotated = keys.rotated(NOW, 90, os.urandom)
    keys_file.replace_file(file, rotated)
    assert receivers.get(1) == rotated.receivers[1].key
    assert receivers.get(0) == keys.receivers[0].key
    assert (receivers.get(7), len(receivers)) == (None, 2)
