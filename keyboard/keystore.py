"""Where the master key is kept: the keyring, a passphrase-wrapped file, or a bare file if asked.

Which it is stands in `keystore.json`. Once it stands there no other place is tried, and where a
history lies without that record no new key is made: a key made by mistake opens nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hushkey.keyboard.errors import KeystoreDamaged, KeyUnavailable, NoKeyPlace
from hushkey.keyboard.key_record import (
    Place,
    Record,
    key_from_text,
    key_to_text,
    read_record,
    write_record,
)
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.paths import history_in, keystore_in
from hushkey.keyboard.private_files import make_private_directory, only_one, remove_private
from hushkey.keyboard.system_keyring import Keyring, system_keyring
from hushkey.keyboard.wrapping import WrappedKey, unwrap, wrap

FindKeyring = Callable[[], Keyring | None]


def open_keystore(
    home: Path,
    *,
    passphrase: Passphrase | None = None,
    allow_bare_file: bool = False,
    keyring: FindKeyring = system_keyring,
) -> MasterKey:
    """Give the master key of a profile; make one where there is neither key nor history.

    A new key goes to the keyring if there is one, else is wrapped by the passphrase if there is one,
    else lies bare in a file if that is allowed. Raises NoKeyPlace if none holds, KeyUnavailable or
    WrongPassphrase if the place on record does not give it, KeyExposed, KeystoreDamaged,
    KeystoreTooNew, FileRefused. Nothing is overwritten in any case.
    """
    record = read_record(home)
    if record is None:
        make_private_directory(home)
        with only_one(home):
            record = read_record(home)  # another process may have been first
            if record is None:
                _refuse_beside_history(home)
                key = MasterKey.generate()
                _keep(home, key, passphrase, allow_bare_file, keyring, replace=False)
                return key
    return _fetch(record, passphrase, keyring)


def store_key(
    home: Path,
    key: MasterKey,
    *,
    passphrase: Passphrase | None = None,
    allow_bare_file: bool = False,
    keyring: FindKeyring = system_keyring,
) -> Place:
    """Keep a key that exists in the first place that holds, and say which: to move or restore it.

    With `keyring=no_keyring` and a passphrase this changes the passphrase. The place it was in
    before is emptied last.
    """
    make_private_directory(home)
    with only_one(home):
        before = _record_before(home)
        place = _keep(home, key, passphrase, allow_bare_file, keyring, replace=True)
        if before is not None and before.place == "keyring" != place:
            _drop_from_keyring(before, keyring)
    return place


def destroy_key(home: Path, *, keyring: FindKeyring = system_keyring) -> None:
    """Destroy the key, and with it all that was sealed. Destroying none is fine.

    Raises KeyUnavailable if the keyring keeps it; the record then stays too.
    """
    record = read_record(home)
    if record is None:
        return
    with only_one(home):
        if record.place == "keyring":
            _drop_from_keyring(record, keyring)
        remove_private(keystore_in(home))


def _keep(  # noqa: PLR0913  the choice of the place, whole
    home: Path,
    key: MasterKey,
    passphrase: Passphrase | None,
    allow_bare_file: bool,
    keyring: FindKeyring,
    *,
    replace: bool,
) -> Place:
    place: Place
    fields: dict[str, Any] = {}
    if _kept_in_keyring(key, keyring, needed=passphrase is None and not allow_bare_file):
        place = "keyring"
    elif passphrase is not None:
        place, fields = "passphrase", {"wrapped": wrap(key, passphrase).to_json()}
    elif allow_bare_file:
        place, fields = "file", {"key": key_to_text(key)}
    else:
        raise NoKeyPlace(
            "there is no keyring to keep the key in; nothing was made; give a passphrase (when "
            "asked, or in HUSHKEY_PASSPHRASE), or allow a bare key file"
        )
    write_record(home, Record(place, key.identity(), fields), replace=replace)
    return place


def _kept_in_keyring(key: MasterKey, keyring: FindKeyring, *, needed: bool) -> bool:
    found = keyring()
    if found is None:
        return False
    account, text = _account(key.identity()), key_to_text(key)
    try:
        found.put(account, text)
        return found.get(account) == text  # some drop what they are given
    except KeyUnavailable:
        if needed:
            raise
        return False


def _record_before(home: Path) -> Record | None:
    try:
        return read_record(home)
    except KeystoreDamaged:
        return None  # it is about to be replaced by one that holds


def _fetch(record: Record, passphrase: Passphrase | None, keyring: FindKeyring) -> MasterKey:
    if record.place == "keyring":
        key = _from_keyring(record, keyring)
    elif record.place == "file":
        key = key_from_text(record.fields.get("key"))
    elif passphrase is None:
        raise KeyUnavailable(
            "the key is wrapped by a passphrase and none was given; nothing was changed; give it "
            "when asked or in HUSHKEY_PASSPHRASE"
        )
    else:
        fields = record.fields.get("wrapped")
        wrapped = WrappedKey.from_json(record.identity, fields if isinstance(fields, dict) else {})
        key = unwrap(wrapped, passphrase)
    if key.identity() != record.identity:
        raise KeyUnavailable(
            f"the {record.place} gives another key than the one on record; nothing was changed; "
            "run 'hushkey recovery import' with the recovery code"
        )
    return key


def _from_keyring(record: Record, keyring: FindKeyring) -> MasterKey:
    found = keyring()
    text = found.get(_account(record.identity)) if found else None
    if text is None:
        raise KeyUnavailable(
            f"the key is on record in the keyring, and {'it has none' if found else 'there is none'}"
            " now; nothing was changed; log in where the keyring is, or run 'hushkey recovery import' with "
            "the recovery code"
        )
    return key_from_text(text)


def _drop_from_keyring(record: Record, keyring: FindKeyring) -> None:
    found = keyring()
    if found is None:
        raise KeyUnavailable(
            "the keyring that holds the key is not there to drop it; the record stays; log in where "
            "the keyring is and try again"
        )
    found.remove(_account(record.identity))


def _refuse_beside_history(home: Path) -> None:
    history = history_in(home)
    if history.exists():
        raise KeyUnavailable(
            f"there is a history at {history} but no record of its key; nothing was made or changed;"
            " put back keystore.json, or run 'hushkey recovery import' with the recovery code"
        )


def _account(identity: str) -> str:
    return f"master key {identity}"
