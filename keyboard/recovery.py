"""The master key on paper: a code to print, and the way back from it."""

import base64
import hashlib
import time
from pathlib import Path

from hushkey.keyboard.errors import BadRecoveryCode, HistoryLocked, KeystoreDamaged
from hushkey.keyboard.history import History
from hushkey.keyboard.key_record import Place, Record, read_record
from hushkey.keyboard.keys import KEY_BYTES, MasterKey, Passphrase, context
from hushkey.keyboard.keystore import FindKeyring, store_key
from hushkey.keyboard.paths import history_in
from hushkey.keyboard.store import Store
from hushkey.keyboard.system_keyring import system_keyring

_PREFIX = "HUSH1"  # the version of the code
_CHECK_BYTES = 3  # one mistyped code in 16 million passes for right
_GROUP = 5
_MADE = "recovery_code_made"  # setting of a history
# Base32 (RFC 4648) has no 0, 1 or 8, so those can only be misreadings.
_MISREAD = str.maketrans("018", "OIB")


def recovery_code(key: MasterKey) -> str:
    """Write the key so that a person can keep it on paper. Whoever has it can read the history."""
    raw = key.reveal()
    text = base64.b32encode(raw + _check(raw)).decode().rstrip("=")
    groups = (text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
    return "-".join((_PREFIX, *groups))


def note_code_made(history: History, *, at: float | None = None) -> None:
    """Note that a recovery code was shown to its owner, never which."""
    history.settings.set(_MADE, time.time() if at is None else at)


def code_made_at(history: History) -> float | None:
    """Return when a recovery code was last shown, Unix seconds; None where none is noted."""
    at = history.settings.get(_MADE)
    return float(at) if isinstance(at, int | float) else None


def key_from_code(code: str) -> MasterKey:
    """Read a code back, in any case and grouping. Raises BadRecoveryCode."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    body = plain.removeprefix(_PREFIX).translate(_MISREAD)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        raw = b""
    key, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if (
        not plain.startswith(_PREFIX)
        or len(raw) != KEY_BYTES + _CHECK_BYTES
        or check != _check(key)
    ):
        raise BadRecoveryCode(
            f"this is no recovery code, or it was mistyped; nothing was changed; it starts with "
            f"{_PREFIX} and has 61 letters and digits in all"
        )
    return MasterKey(key)


def recover(
    home: Path,
    code: str,
    *,
    passphrase: Passphrase | None = None,
    allow_bare_file: bool = False,
    keyring: FindKeyring = system_keyring,
) -> Place:
    """Keep the key of a code as the key of a profile again, in the first place that holds.

    Raises BadRecoveryCode if it does not open the history that is there, and what `store_key` and
    `Store.open` raise. Until the code has proved right nothing is changed.
    """
    key = key_from_code(code)
    history = history_in(home)
    if history.exists():
        _refuse_unless_opens(history, key)
    elif (record := _record(home)) is not None and record.identity != key.identity():
        raise BadRecoveryCode(_OF_ANOTHER)
    return store_key(
        home, key, passphrase=passphrase, allow_bare_file=allow_bare_file, keyring=keyring
    )


def _refuse_unless_opens(history: Path, key: MasterKey) -> None:
    try:
        Store.open(history, key.history_key()).close()
    except HistoryLocked:
        raise BadRecoveryCode(_OF_ANOTHER) from None


def _record(home: Path) -> Record | None:
    try:
        return read_record(home)
    except KeystoreDamaged:
        return None  # which is what one recovers from


def _check(raw: bytes) -> bytes:
    return hashlib.sha256(context(b"hushkey", b"recovery code", b"1", raw)).digest()[:_CHECK_BYTES]


_OF_ANOTHER = "this is the recovery code of another history; nothing was changed"
