"""A copy that only a passphrase opens: Argon2id over it, AES-256-GCM under a key of the copy's own. Knows no file.

    {"format": "hushkey-encrypted-export", "version": 1, "identity": ..., "wrapped": {...}}, a line's end, sealed bytes

The key is drawn for this one copy and wrapped by the passphrase (`keyboard/wrapping.py`); the profile's own key is
in no copy. What is sealed is the open format as it stands.
"""

import json
from typing import Any, Final

from hushkey.keyboard.errors import KeystoreDamaged, SealBroken, SealTooNew, WrongPassphrase
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.portability.contents import CopyRefused
from hushkey.keyboard.sealed import seal, unseal
from hushkey.keyboard.wrapping import WrappedKey, unwrap, wrap

FORMAT: Final = "hushkey-encrypted-export"
VERSION: Final = 1
_PURPOSE: Final = b"encrypted export"
_LONGEST_HEADER: Final = 4096  # bytes


def encrypt(plain: bytes, passphrase: Passphrase) -> bytes:
    """Seal a copy. Takes a tenth of a second for the passphrase."""
    key = MasterKey.generate()
    header = {"format": FORMAT, "version": VERSION, "identity": key.identity()}
    wrapped = wrap(key, passphrase).to_json()
    line = json.dumps(header | {"wrapped": wrapped}, sort_keys=True).encode()
    return line + b"\n" + seal(key.copy_key(), plain, context=_PURPOSE)


def is_encrypted(start: bytes) -> bool:
    """Whether a file begins as an encrypted copy, of any version."""
    return (_header(start) or {}).get("format") == FORMAT


def decrypt(sealed: bytes, passphrase: Passphrase) -> bytes:
    """Open a copy. Raises WrongPassphrase, CopyRefused; then nothing was taken."""
    header = _header(sealed)
    if header is None or header.get("format") != FORMAT:
        raise CopyRefused("this is no encrypted export of hushkey; nothing was taken")
    if header.get("version") != VERSION:
        raise CopyRefused("a later hushkey wrote this export; nothing was taken; update hushkey")
    identity, fields = header.get("identity"), header.get("wrapped")
    if not isinstance(identity, str) or not isinstance(fields, dict):
        raise CopyRefused(_DAMAGED)
    try:
        key = unwrap(WrappedKey.from_json(identity, fields), passphrase)
        return unseal(key.copy_key(), sealed.partition(b"\n")[2], context=_PURPOSE)
    except WrongPassphrase:
        raise WrongPassphrase(
            "wrong passphrase, or the head of the export was changed; nothing was taken; try again"
        ) from None
    except SealTooNew:
        raise CopyRefused(
            "a later hushkey wrote this export; nothing was taken; update hushkey"
        ) from None
    except (KeystoreDamaged, SealBroken):
        raise CopyRefused(_DAMAGED) from None


def _header(start: bytes) -> dict[str, Any] | None:
    try:
        header = json.loads(start[:_LONGEST_HEADER].partition(b"\n")[0])
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


_DAMAGED = "the encrypted export was changed or cut; nothing was taken; copy it again"
