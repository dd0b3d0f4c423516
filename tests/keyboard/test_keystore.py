"""Where the key is kept, which place is tried, and that none is tried that is not on record."""

import json
import os
import subprocess
import sys
import threading

import keyring as keyring_library
import keyring.backend
import keyring.errors
import pytest

from hushkey.keyboard.errors import (
    FileRefused,
    KeyExposed,
    KeystoreDamaged,
    KeystoreTooNew,
    KeyUnavailable,
    NoKeyPlace,
    WrongPassphrase,
)
from hushkey.keyboard.key_record import read_record
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.keystore import destroy_key, open_keystore, store_key
from hushkey.keyboard.paths import history_in, keystore_in
from hushkey.keyboard.system_keyring import no_keyring, system_keyring

GIVEN = Passphrase("correct horse")
OTHER = Passphrase("battery staple")


class Ring:
    """A keyring in memory; `away` makes it one that does not answer."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False

    def __call__(self):
        return self

    def _answer(self) -> None:
        if self.away:
            raise KeyUnavailable("locked")

    def get(self, account):
        self._answer()
        return self.kept.get(account)

    def put(self, account, text):
        self._answer()
        self.kept[account] = text

    def remove(self, account):
        self._answer()
        self.kept.pop(account, None)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def ring():
    return Ring()


# Making and opening -----------------------------------------------------------------------------


def test_a_keyring_comes_first_and_no_key_is_in_the_file(home, ring):
    key = open_keystore(home, passphrase=GIVEN, allow_bare_file=True, keyring=ring)
    assert read_record(home).place == "keyring"
    assert [text for text in ring.kept.values() if text in keystore_in(home).read_text()] == []
    assert open_keystore(home, keyring=ring) == key


def test_without_a_keyring_the_passphrase_wraps_the_key(home):
    key = open_keystore(home, passphrase=GIVEN, allow_bare_file=True, keyring=no_keyring)
    assert read_record(home).place == "passphrase"
    assert key.reveal() not in keystore_in(home).read_bytes()
    assert open_keystore(home, passphrase=GIVEN, keyring=no_keyring) == key


def test_a_bare_file_is_made_only_where_it_is_allowed(home):
    with pytest.raises(NoKeyPlace, match="nothing was made"):
        open_keystore(home, keyring=no_keyring)
    assert not keystore_in(home).exists()
    key = open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    assert read_record(home).place == "file"
    # Opening it needs no second permission: the choice was made and is on record.
    assert open_keystore(home, keyring=no_keyring) == key


def test_the_record_and_its_folder_are_the_owners_alone(home):
    open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    assert keystore_in(home).stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in home.iterdir()] == ["keystore.json"]


def test_a_keyring_that_is_away_gives_place_to_the_passphrase_for_a_new_key(home, ring):
    ring.away = True
    open_keystore(home, passphrase=GIVEN, keyring=ring)
    assert read_record(home).place == "passphrase"


def test_a_keyring_that_is_away_is_said_where_there_is_no_other_place(home, ring):
    ring.away = True
    with pytest.raises(KeyUnavailable):
        open_keystore(home, keyring=ring)
    assert not keystore_in(home).exists()


def test_a_keyring_that_drops_what_it_is_given_is_not_used(home, ring):
    ring.put = lambda account, text: None
    open_keystore(home, passphrase=GIVEN, keyring=ring)
    assert read_record(home).place == "passphrase"


def test_two_first_starts_at_once_agree_on_one_key(home):
    keys: list[MasterKey] = []
    start = threading.Barrier(4)

    def first_start() -> None:
        start.wait()
        keys.append(open_keystore(home, allow_bare_file=True, keyring=no_keyring))

    threads = [threading.Thread(target=first_start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4
    assert all(key == keys[0] for key in keys)


# Never another key ------------------------------------------------------------------------------


def test_a_keyring_on_record_that_is_gone_is_not_replaced_by_a_passphrase(home, ring):
    open_keystore(home, keyring=ring)
    before = keystore_in(home).read_bytes()
    with pytest.raises(KeyUnavailable, match="recover"):
        open_keystore(home, passphrase=GIVEN, allow_bare_file=True, keyring=no_keyring)
    assert keystore_in(home).read_bytes() == before


def test_a_keyring_that_lost_the_key_is_not_given_a_new_one(home, ring):
    open_keystore(home, keyring=ring)
    ring.kept.clear()
    with pytest.raises(KeyUnavailable, match="recover"):
        open_keystore(home, passphrase=GIVEN, keyring=ring)
    assert ring.kept == {}


def test_a_keyring_that_gives_another_key_is_refused(home, ring):
    open_keystore(home, keyring=ring)
    (account,) = ring.kept
    open_keystore(home.with_name("other"), keyring=(other := Ring()))
    ring.kept[account] = next(iter(other.kept.values()))
    with pytest.raises(KeyUnavailable, match="another key"):
        open_keystore(home, keyring=ring)


def test_no_key_is_made_beside_a_history_without_one(home, ring):
    home.mkdir()
    history_in(home).write_bytes(b"a history")
    with pytest.raises(KeyUnavailable, match="nothing was made"):
        open_keystore(home, passphrase=GIVEN, allow_bare_file=True, keyring=ring)
    assert ring.kept == {}
    assert [file.name for file in home.iterdir()] == ["history.db"]


def test_a_wrong_passphrase_is_said_and_changes_nothing(home):
    open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    before = keystore_in(home).read_bytes()
    with pytest.raises(WrongPassphrase, match="nothing was changed"):
        open_keystore(home, passphrase=OTHER, keyring=no_keyring)
    with pytest.raises(KeyUnavailable, match="none was given"):
        open_keystore(home, keyring=no_keyring)
    assert keystore_in(home).read_bytes() == before


def test_two_profiles_share_a_keyring_without_meeting(home, ring):
    one = open_keystore(home, keyring=ring)
    two = open_keystore(home.with_name("other"), keyring=ring)
    assert one != two
    assert open_keystore(home, keyring=ring) == one


# The file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666, 0o777])
def test_a_record_that_others_can_reach_is_refused(home, mode):
    open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    keystore_in(home).chmod(mode)
    with pytest.raises(KeyExposed, match="chmod 600"):
        open_keystore(home, keyring=no_keyring)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_record_of_another_user_is_refused(home):
    open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    os.chown(keystore_in(home), 12345, -1)
    with pytest.raises(KeyExposed, match="another user"):
        open_keystore(home, keyring=no_keyring)


def test_a_link_in_the_place_of_the_record_is_refused(home, tmp_path):
    open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    keystore_in(home).rename(tmp_path / "elsewhere")
    keystore_in(home).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileRefused):
        open_keystore(home, keyring=no_keyring)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"format": 1}',
        b'{"format": "one", "place": "file", "identity": "00"}',
        b'{"format": 1, "place": "cloud", "identity": "00"}',
        b'{"format": 1, "place": ["file"], "identity": "00"}',
        b'{"format": 1, "place": "file", "identity": "xyz"}',
        b'{"format": 1, "place": "file", "identity": 7}',
        b'{"format": 1, "place": "file", "identity": "00"}',
        b'{"format": 1, "place": "file", "identity": "00", "key": "short"}',
        b'{"format": 1, "place": "passphrase", "identity": "00"}',
        b'{"format": 1, "place": "passphrase", "identity": "00", "wrapped": [1]}',
    ],
)
def test_a_damaged_record_is_said_and_left(home, content):
    home.mkdir()
    keystore_in(home).touch(0o600)
    keystore_in(home).write_bytes(content)
    with pytest.raises(KeystoreDamaged, match="nothing was changed"):
        open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    assert keystore_in(home).read_bytes() == content


def test_a_record_of_a_later_version_is_refused(home):
    open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    record = json.loads(keystore_in(home).read_text())
    keystore_in(home).write_text(json.dumps({**record, "format": 2}))
    with pytest.raises(KeystoreTooNew, match="update hushkey"):
        open_keystore(home, keyring=no_keyring)


@pytest.mark.usefixtures("shipped_passphrases")
def test_a_passphrase_costs_what_the_standard_recommends(home):
    open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    wrapped = json.loads(keystore_in(home).read_text())["wrapped"]
    # RFC 9106 §4, the second recommended option.
    assert (wrapped["memory_kib"], wrapped["passes"], wrapped["lanes"]) == (64 * 1024, 3, 4)
    assert open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    with pytest.raises(WrongPassphrase):
        open_keystore(home, passphrase=Passphrase("wrong donkey"), keyring=no_keyring)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 9 * 1024),
        ("passes", 2),
        ("lanes", 1),
        ("salt", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("nonce", "AAAAAAAAAAAAAAAA"),
        ("sealed", "A" * 64),
    ],
)
def test_every_number_of_the_wrapping_is_bound_to_its_seal(home, name, value):
    open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    record = json.loads(keystore_in(home).read_text())
    assert record["wrapped"][name] != value
    record["wrapped"][name] = value
    keystore_in(home).write_text(json.dumps(record))
    with pytest.raises(WrongPassphrase):
        open_keystore(home, passphrase=GIVEN, keyring=no_keyring)


def test_the_identity_on_record_is_bound_to_the_seal(home):
    open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    record = json.loads(keystore_in(home).read_text())
    keystore_in(home).write_text(json.dumps({**record, "identity": "00" * 8}))
    with pytest.raises(WrongPassphrase):
        open_keystore(home, passphrase=GIVEN, keyring=no_keyring)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kdf", "argon2i"),
        ("memory_kib", 1 << 30),
        ("memory_kib", 8),
        ("memory_kib", "much"),
        ("passes", 0),
        ("passes", 1_000_000),
        ("lanes", 0),
        ("lanes", 5000),
        ("salt", "AAAA"),
        ("nonce", ""),
        ("sealed", "not base64!"),
        ("sealed", None),
    ],
)
def test_wrappings_out_of_bounds_are_refused_before_they_cost_anything(home, name, value):
    open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    record = json.loads(keystore_in(home).read_text())
    record["wrapped"][name] = value
    keystore_in(home).write_text(json.dumps(record))
    with pytest.raises(KeystoreDamaged):
        open_keystore(home, passphrase=GIVEN, keyring=no_keyring)


# Moving and destroying --------------------------------------------------------------------------


def test_a_passphrase_is_changed_by_storing_the_key_again(home):
    key = open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    assert store_key(home, key, passphrase=OTHER, keyring=no_keyring) == "passphrase"
    assert open_keystore(home, passphrase=OTHER, keyring=no_keyring) == key
    with pytest.raises(WrongPassphrase):
        open_keystore(home, passphrase=GIVEN, keyring=no_keyring)


def test_a_key_moves_into_the_keyring_and_leaves_the_file(home, ring):
    key = open_keystore(home, allow_bare_file=True, keyring=no_keyring)
    assert store_key(home, key, keyring=ring) == "keyring"
    assert set(read_record(home).fields) == {"format", "place", "identity"}
    assert open_keystore(home, keyring=ring) == key


def test_storing_where_no_place_holds_keeps_the_old_one(home):
    key = open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    with pytest.raises(NoKeyPlace):
        store_key(home, key, keyring=no_keyring)
    assert open_keystore(home, passphrase=GIVEN, keyring=no_keyring) == key


def test_a_destroyed_key_is_in_no_place(home, ring):
    open_keystore(home, keyring=ring)
    destroy_key(home, keyring=ring)
    assert ring.kept == {}
    assert list(home.iterdir()) == []
    destroy_key(home, keyring=ring)


def test_a_key_that_the_keyring_keeps_is_not_said_to_be_destroyed(home, ring):
    open_keystore(home, keyring=ring)
    with pytest.raises(KeyUnavailable, match="record stays"):
        destroy_key(home, keyring=no_keyring)
    ring.away = True
    with pytest.raises(KeyUnavailable):
        destroy_key(home, keyring=ring)
    ring.away = False
    assert open_keystore(home, keyring=ring)


# The system's keyring ---------------------------------------------------------------------------


class Backend(keyring.backend.KeyringBackend):
    """A real backend of the keyring library that keeps its secrets in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _answer(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service, username):
        self._answer()
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self._answer()
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self._answer()
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture
def backend():
    before = keyring_library.get_keyring()
    keyring_library.set_keyring(backend := Backend())
    yield backend
    keyring_library.set_keyring(before)


def test_the_systems_keyring_keeps_gives_and_drops(home, backend):
    key = open_keystore(home)
    assert read_record(home).place == "keyring"
    ((service, account),) = backend.kept
    assert service == "hushkey"
    assert key.identity() in account
    assert open_keystore(home) == key
    destroy_key(home)
    assert backend.kept == {}


def test_a_locked_keyring_of_the_system_is_said_without_a_traceback_of_it(home, backend):
    open_keystore(home)
    backend.locked = True
    with pytest.raises(KeyUnavailable, match="unlock it") as caught:
        open_keystore(home)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", ["fail", "null"])
def test_a_keyring_that_keeps_nothing_is_none(name, monkeypatch, backend):
    module = __import__(f"keyring.backends.{name}", fromlist=["Keyring"])
    monkeypatch.setattr(keyring_library, "get_keyring", module.Keyring)
    assert system_keyring() is None


def test_a_keyring_that_keeps_plain_text_is_none(monkeypatch, backend):
    plain = type("PlaintextKeyring", (Backend,), {"__module__": "keyrings.alt.file"})
    monkeypatch.setattr(keyring_library, "get_keyring", plain)
    assert system_keyring() is None


def test_the_keyring_library_is_read_only_when_a_keyring_is_used():
    code = """if True:
        import sys
        import hushkey.keyboard.keystore, hushkey.keyboard.recovery
        assert "keyring" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
