"""Sealed bytes and files: AES-256-GCM, versioned, bound to their purpose. Knows no content.

sealed = b"HUSH" | version (1 byte) | nonce (12) | ciphertext and tag (16 more than the plain)
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushkey.keyboard.errors import SealBroken, SealTooNew
from hushkey.keyboard.keys import SealingKey
from hushkey.keyboard.keys import context as join
from hushkey.keyboard.private_files import make_private_directory, read_private, write_private

MAGIC = b"HUSH"
VERSION = 1
NONCE_BYTES = 12  # random: 2**32 seals under a key stay safe (NIST SP 800-38D §8.3)
TAG_BYTES = 16
_HEADER = MAGIC + bytes([VERSION])
OVERHEAD_BYTES = len(_HEADER) + NONCE_BYTES + TAG_BYTES


def seal(key: SealingKey, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal bytes. `context` says what they are for and must be given again to open them."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key.reveal()).encrypt(nonce, plaintext, _bound(key, context))
    return _HEADER + nonce + sealed


def unseal(key: SealingKey, sealed: bytes, *, context: bytes) -> bytes:
    """Open sealed bytes. Raises SealTooNew, SealBroken."""
    if sealed.startswith(MAGIC) and sealed[len(MAGIC) : len(_HEADER)] > bytes([VERSION]):
        raise SealTooNew("a later hushkey sealed this; nothing was changed; update hushkey")
    if not sealed.startswith(_HEADER) or len(sealed) < OVERHEAD_BYTES:
        raise SealBroken("this was not sealed by hushkey, or was cut; nothing was changed")
    start = len(_HEADER) + NONCE_BYTES
    try:
        return AESGCM(key.reveal()).decrypt(
            sealed[len(_HEADER) : start], sealed[start:], _bound(key, context)
        )
    except InvalidTag:
        raise SealBroken(
            "the seal does not hold: changed, cut, another key or another purpose; nothing was "
            "changed"
        ) from None


def write_sealed(path: Path, key: SealingKey, plaintext: bytes, *, context: bytes) -> None:
    """Put sealed bytes in the place of a file, whole or not at all. Raises FileRefused."""
    make_private_directory(path.parent)
    write_private(path, seal(key, plaintext, context=context), replace=True)


def read_sealed(path: Path, key: SealingKey, *, context: bytes) -> bytes:
    """Open a sealed file. Raises FileNotFoundError, FileRefused, KeyExposed and as `unseal`."""
    return unseal(key, read_private(path), context=context)


def _bound(key: SealingKey, context: bytes) -> bytes:
    return join(b"hushkey", b"sealed", bytes([VERSION]), key.purpose, context)
