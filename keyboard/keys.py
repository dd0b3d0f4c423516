"""Typed secrets and how one is derived from another. Knows no file, no keyring and no cipher.

Each key is a class of its own, so that a type checker refuses one in the place of another.
A secret does not print, pickle, copy or hash; `reveal()` is the one way to its bytes, and only
this file, the keystore and the codecs call it.
"""

import hmac
import secrets
import unicodedata
from typing import ClassVar, NoReturn, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32  # AES-256, and SQLCipher's raw key
DERIVATION = b"1"  # the version of every derivation below; a change of any is a new number
IDENTITY_BYTES = 8  # enough to tell an owner's keys apart; a commitment needs no more


def context(*parts: bytes) -> bytes:
    """Join parts so that no two different lists give the same bytes: each after its length."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Secret:
    """Bytes that must not leave by accident."""

    __slots__ = ("_raw",)
    _raw: bytes

    def __init__(self, raw: bytes) -> None:
        object.__setattr__(self, "_raw", bytes(raw))

    def reveal(self) -> bytes:
        """Give the bytes themselves; do not keep them longer than one call."""
        return self._raw

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, not shown>"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._raw, other._raw)

    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither copied nor pickled")

    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = _refuse
    __getstate__ = _refuse


class _Key(Secret):
    """Thirty-two bytes for one purpose, which the bytes of the derivation name too."""

    __slots__ = ()
    purpose: ClassVar[bytes]

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(raw)}")
        super().__init__(raw)


class HistoryKey(_Key):
    """Opens the SQLCipher database."""

    __slots__ = ()
    purpose = b"history"


class AdapterKey(_Key):
    """Seals the personal adapter."""

    __slots__ = ()
    purpose = b"adapter"


class StateKey(_Key):
    """Seals how far each expert is trusted."""

    __slots__ = ()
    purpose = b"state"


class MemoryKey(_Key):
    """Seals what was counted from the history: n-grams, the person's own words, recent words."""

    __slots__ = ()
    purpose = b"memory"


class SharingKey(_Key):
    """Opens the database of sharing: what was agreed to, what it cost, what was sent."""

    __slots__ = ()
    purpose = b"sharing"


class QueueKey(_Key):
    """Seals the reports that wait to be sent."""

    __slots__ = ()
    purpose = b"queue"


class CopyKey(_Key):
    """Seals copies of what was typed that leave the profile's folder: an encrypted export, a device's file."""

    __slots__ = ()
    purpose = b"copy"


class NamingKey(_Key):
    """Names lines and forgotten words, so that two devices mean the same one without saying it."""

    __slots__ = ()
    purpose = b"naming"


SealingKey = AdapterKey | StateKey | MemoryKey | QueueKey | CopyKey


class MasterKey(_Key):
    """The one random key of a profile; every other comes from it."""

    __slots__ = ()
    purpose = b"master"

    @classmethod
    def generate(cls) -> Self:
        """Draw a key from the operating system."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def history_key(self) -> HistoryKey:
        """Derive the key of the encrypted history."""
        return HistoryKey(self._derive(HistoryKey.purpose, KEY_BYTES))

    def adapter_key(self) -> AdapterKey:
        """Derive the key of the sealed adapter."""
        return AdapterKey(self._derive(AdapterKey.purpose, KEY_BYTES))

    def state_key(self) -> StateKey:
        """Derive the key of the sealed engine state."""
        return StateKey(self._derive(StateKey.purpose, KEY_BYTES))

    def memory_key(self) -> MemoryKey:
        """Derive the key of the sealed memory."""
        return MemoryKey(self._derive(MemoryKey.purpose, KEY_BYTES))

    def sharing_key(self) -> SharingKey:
        """Derive the key of the sharing database."""
        return SharingKey(self._derive(SharingKey.purpose, KEY_BYTES))

    def queue_key(self) -> QueueKey:
        """Derive the key of the reports that wait."""
        return QueueKey(self._derive(QueueKey.purpose, KEY_BYTES))

    def copy_key(self) -> CopyKey:
        """Derive the key of copies; of a key made for them alone, never of a profile's."""
        return CopyKey(self._derive(CopyKey.purpose, KEY_BYTES))

    def naming_key(self) -> NamingKey:
        """Derive the key that names lines and forgotten words."""
        return NamingKey(self._derive(NamingKey.purpose, KEY_BYTES))

    def identity(self) -> str:
        """Name the key (16 hex digits) without telling it: for records and the keyring's entry."""
        return self._derive(b"identity", IDENTITY_BYTES).hex()

    def _derive(self, purpose: bytes, length: int) -> bytes:
        info = context(b"hushkey", b"derive", DERIVATION, purpose)
        # RFC 5869; no salt is needed, as the master key is uniformly random already.
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=info).derive(
            self._raw
        )


class Passphrase(Secret):
    """What the owner types to unwrap the key. Kept for one call, never stored."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("a passphrase is not empty")
        # The same letters come composed or decomposed from different keyboards (RFC 8265 §4.2).
        super().__init__(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))
