"""A master key wrapped by a passphrase: Argon2id, then AES-256-GCM. Knows no file."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from hushkey.keyboard.errors import KeystoreDamaged, WrongPassphrase
from hushkey.keyboard.keys import KEY_BYTES, MasterKey, Passphrase, context

# RFC 9106 §4, second recommended option.
MEMORY_KIB = 64 * 1024
PASSES = 3
LANES = 4
SALT_BYTES = 16
NONCE_BYTES = 12  # NIST SP 800-38D §5.2.1.1
_TAG_BYTES = 16

# A record from elsewhere must not make us take all memory, nor be weaker than the standard allows.
_MEMORY_ALLOWED = range(8 * 1024, 1024 * 1024 + 1)
_PASSES_ALLOWED = range(1, 33)
_LANES_ALLOWED = range(1, 17)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A sealed key and all that is needed, beside the passphrase, to open it."""

    identity: str
    """Of the key inside; bound to the seal, as is every number here."""
    memory_kib: int
    passes: int
    lanes: int
    salt: bytes
    nonce: bytes
    sealed: bytes

    def to_json(self) -> dict[str, Any]:
        """Give what the record holds."""
        return {
            "kdf": "argon2id",
            "memory_kib": self.memory_kib,
            "passes": self.passes,
            "lanes": self.lanes,
            "salt": base64.b64encode(self.salt).decode(),
            "nonce": base64.b64encode(self.nonce).decode(),
            "sealed": base64.b64encode(self.sealed).decode(),
        }

    @classmethod
    def from_json(cls, identity: str, fields: Mapping[str, Any]) -> Self:
        """Read a record strictly. Raises KeystoreDamaged."""
        try:
            salt, nonce, sealed = (
                base64.b64decode(fields[name], validate=True)
                for name in ("salt", "nonce", "sealed")
            )
            memory_kib, passes, lanes = (
                int(fields[name]) for name in ("memory_kib", "passes", "lanes")
            )
            wrapped = cls(identity, memory_kib, passes, lanes, salt, nonce, sealed)
            fine = (
                fields["kdf"] == "argon2id"
                and wrapped.memory_kib in _MEMORY_ALLOWED
                and wrapped.passes in _PASSES_ALLOWED
                and wrapped.lanes in _LANES_ALLOWED
                and len(wrapped.salt) == SALT_BYTES
                and len(wrapped.nonce) == NONCE_BYTES
                and len(wrapped.sealed) == KEY_BYTES + _TAG_BYTES
            )
        except (KeyError, TypeError, ValueError):
            fine = False
        if not fine:
            raise KeystoreDamaged(
                "the record of the wrapped key is damaged; nothing was changed; put back a copy of "
                "keystore.json, or run 'hushkey recovery import' with the recovery code"
            )
        return wrapped


def wrap(key: MasterKey, passphrase: Passphrase) -> WrappedKey:
    """Seal a key with a passphrase, under fresh salt and nonce. Takes a tenth of a second."""
    empty = WrappedKey(
        identity=key.identity(),
        memory_kib=MEMORY_KIB,
        passes=PASSES,
        lanes=LANES,
        salt=secrets.token_bytes(SALT_BYTES),
        nonce=secrets.token_bytes(NONCE_BYTES),
        sealed=b"",
    )
    sealed = _cipher(empty, passphrase).encrypt(empty.nonce, key.reveal(), _bound(empty))
    return replace(empty, sealed=sealed)


def unwrap(wrapped: WrappedKey, passphrase: Passphrase) -> MasterKey:
    """Open a wrapped key. Raises WrongPassphrase, also where the record was changed."""
    try:
        raw = _cipher(wrapped, passphrase).decrypt(wrapped.nonce, wrapped.sealed, _bound(wrapped))
    except InvalidTag:
        raise WrongPassphrase(
            "wrong passphrase, or its record was changed; nothing was changed now; try again, or "
            "run 'hushkey recovery import' with the recovery code"
        ) from None
    return MasterKey(raw)


def _cipher(wrapped: WrappedKey, passphrase: Passphrase) -> AESGCM:
    derive = Argon2id(
        salt=wrapped.salt,
        length=KEY_BYTES,
        iterations=wrapped.passes,
        lanes=wrapped.lanes,
        memory_cost=wrapped.memory_kib,
    )
    return AESGCM(derive.derive(passphrase.reveal()))


def _bound(wrapped: WrappedKey) -> bytes:
    numbers = (wrapped.memory_kib, wrapped.passes, wrapped.lanes)
    return context(
        b"hushkey",
        b"wrapped master key",
        b"1",
        wrapped.identity.encode(),
        *(str(number).encode() for number in numbers),
        wrapped.salt,
    )
