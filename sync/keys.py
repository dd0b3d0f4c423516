"""The typed keys and secrets of sharing. Knows no file and no message.

Each is a class of its own: a type checker refuses one in the place of another. Secrets do not print, pickle, copy or
hash (hushkey.keyboard.keys); `reveal()` is called by this file and by what seals or stores them alone.
"""

from collections.abc import Callable
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hushkey.keyboard.keys import Secret, context
from hushkey.sync.errors import MessageRefused, SignatureRefused

Entropy = Callable[[int], bytes]  # n -> n bytes of a CSPRNG: os.urandom in production

SEED_BYTES = 32  # of an AES-256 key
TOKEN_BYTES = 32  # found by nobody who does not know it
SIGNING_KEY_BYTES = 32  # RFC 8032
PUBLIC_KEY_BYTES = 32
KEM_SEED_BYTES = 64  # FIPS 203, (d, z)
EXCHANGE_KEY_BYTES = 32  # RFC 7748
SIGNATURE_BYTES = 64

# Points of order 1, 2, 4 and 8 on edwards25519, without the sign of x: as keys, signatures of any message hold under
# them (Chalkias, Garillot & Nikolaenko 2020, "Taming the many EdDSAs", table 5). OpenSSL does not refuse them.
_SMALL_ORDER = frozenset(
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


class _Fixed(Secret):
    """So many bytes, no more and no fewer."""

    __slots__ = ()
    _size = SEED_BYTES

    def __init__(self, raw: bytes) -> None:
        if len(raw) != self._size:
            raise ValueError(f"{type(self).__name__} has {self._size} bytes, not {len(raw)}")
        super().__init__(raw)

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Draw one."""
        return cls(entropy(cls._size))


class ReportSeed(_Fixed):
    """What the helper's share of one report is expanded from."""

    __slots__ = ()


class WithdrawalToken(_Fixed):
    """Whoever shows it withdraws a report."""

    __slots__ = ()


class EnrolmentSecret(_Fixed):
    """What a one-time code is worth."""

    __slots__ = ()


class SigningKey(_Fixed):
    """An Ed25519 key of an operator or a device (RFC 8032)."""

    __slots__ = ()

    def sign(self, purpose: bytes, *parts: bytes) -> bytes:
        """Sign parts for a purpose: 64 bytes that hold for neither other parts nor another purpose."""
        return Ed25519PrivateKey.from_private_bytes(self._raw).sign(signed_bytes(purpose, *parts))

    @property
    def public(self) -> bytes:
        """The public key (32,)."""
        held = Ed25519PrivateKey.from_private_bytes(self._raw).public_key()
        return held.public_bytes(Encoding.Raw, PublicFormat.Raw)


class OperatorKey(SigningKey):
    """Signs an operator's tasks, key configurations, requests and records."""

    __slots__ = ()


class DeviceKey(SigningKey):
    """Signs a device's uploads: it says which device sends, and never what."""

    __slots__ = ()


class ReceiverKey(_Fixed):
    """Opens what was sealed for one role: the seed of an ML-KEM-768 key (64; FIPS 203), then an X25519 key (32)."""

    __slots__ = ("_held",)
    _held: MLKEM768X25519PrivateKey  # expanded once: that costs as much as opening an envelope
    _size = KEM_SEED_BYTES + EXCHANGE_KEY_BYTES

    def private(self) -> MLKEM768X25519PrivateKey:
        """Return the key itself: for the envelope's module alone."""
        if not hasattr(self, "_held"):
            lattice = MLKEM768PrivateKey.from_seed_bytes(self._raw[:KEM_SEED_BYTES])
            curve = X25519PrivateKey.from_private_bytes(self._raw[KEM_SEED_BYTES:])
            object.__setattr__(self, "_held", MLKEM768X25519PrivateKey(lattice, curve))
        return self._held

    @property
    def public(self) -> bytes:
        """The public key: that of ML-KEM-768 (1184), then that of X25519 (32)."""
        lattice = MLKEM768PrivateKey.from_seed_bytes(self._raw[:KEM_SEED_BYTES]).public_key()
        curve = X25519PrivateKey.from_private_bytes(self._raw[KEM_SEED_BYTES:]).public_key()
        return lattice.public_bytes_raw() + curve.public_bytes_raw()


def receiver_public(raw: bytes) -> MLKEM768X25519PublicKey:
    """Read a receiver's public key (1216,). Raises MessageRefused."""
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:-EXCHANGE_KEY_BYTES]),
            X25519PublicKey.from_public_bytes(raw[-EXCHANGE_KEY_BYTES:]),
        )
    except ValueError:
        raise MessageRefused("a receiver's key is none; nothing was sealed for it") from None


def signed_bytes(purpose: bytes, *parts: bytes) -> bytes:
    """Return what is signed: each part after its length, behind the protocol's name and the purpose."""
    return context(b"hushkey-share/1", b"sign", purpose, *parts)


def verify(public: bytes, signature: bytes, purpose: bytes, *parts: bytes) -> None:
    """Return if `public` signed these parts for this purpose. Raises SignatureRefused."""
    try:
        if int.from_bytes(public, "little") % 2**255 in _SMALL_ORDER:
            raise InvalidSignature  # noqa: TRY301  as the library would
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed_bytes(purpose, *parts))
    except (InvalidSignature, ValueError):
        raise SignatureRefused(
            "a signature does not hold for these bytes and this key; nothing was taken"
        ) from None
