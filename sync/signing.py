"""What operators and devices sign, and how it is checked. Pure: no clock, no store, no entropy.

A verifier returns what was signed or raises; none returns a truth value that could be ignored.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from hushkey.sync.base64url import from_text, to_text
from hushkey.sync.errors import ClockRefused, SignatureRefused, TooLarge
from hushkey.sync.keys import OperatorKey, SigningKey, verify
from hushkey.sync.messages import Message, Role, Sig, Signed, decode, hash_of

TASK: Final = b"task"
RECEIVER: Final = b"receiver"
RECORD: Final = b"record"
REQUEST: Final = b"request"
ENROL: Final = b"enrol"

ORDER: Final[tuple[Role, ...]] = ("leader", "helper")  # that signatures stand in

NONCE_BYTES = 16
CLOCK_MARGIN_S = 300  # where no task is known
_TIME_END = 2**53

M = TypeVar("M", bound=Message)


# Bodies -----------------------------------------------------------------------------------------


def sign_body(body: bytes, purpose: bytes, role: Role, key: OperatorKey) -> Sig:
    """Sign a body as it travels, for one purpose."""
    return Sig(role, key.sign(purpose, body))


def signed(body: bytes, purpose: bytes, keys: Mapping[Role, OperatorKey]) -> Signed:
    """Sign a body with the key of each role, the leader's first."""
    by = tuple(sign_body(body, purpose, role, keys[role]) for role in ORDER if role in keys)
    return Signed(body, by)


def open_signed(
    whole: Signed, kind: type[M], purpose: bytes, keys: Mapping[Role, bytes], *, limit_bytes: int
) -> M:
    """Return the body, once each role of `keys` signed it: in order, exactly once, and nobody else.

    Raises SignatureRefused, and MessageRefused (TooLarge among it) for a body that is no `kind`.
    """
    if len(whole.body) > limit_bytes:
        raise TooLarge(
            f"a signed {kind.__name__} has {len(whole.body)} bytes and may have {limit_bytes}; "
            "nothing was taken"
        )
    due = tuple(role for role in ORDER if role in keys)
    if not due or tuple(sig.role for sig in whole.signatures) != due:
        raise SignatureRefused(
            f"a {kind.__name__} is not signed by {' and '.join(due) or 'anyone'} alone; nothing was taken"
        )
    for sig in whole.signatures:
        verify(keys[sig.role], sig.signature, purpose, whole.body)
    return decode(whole.body, kind, limit_bytes=limit_bytes)


# Requests ---------------------------------------------------------------------------------------

_HEADER = re.compile(
    r"Hushkey key=([\w-]{43}), at=(0|[1-9][0-9]{0,15}), nonce=([\w-]{22}), signature=([\w-]{86})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class RequestSignature:
    """What an `Authorization: Hushkey` header claims; nothing of it is checked yet."""

    key: bytes  # (32,) whom the request says that it is from
    at: int  # seconds since 1970, by the sender's clock
    nonce: bytes  # (16,)
    signature: bytes  # (64,)

    def header(self) -> str:
        """Return the header's value."""
        return (
            f"Hushkey key={to_text(self.key)}, at={self.at}, nonce={to_text(self.nonce)}, "
            f"signature={to_text(self.signature)}"
        )


def request_signature(  # noqa: PLR0913  what of a request is signed
    key: SigningKey, method: str, target: str, body: bytes, *, at: int, nonce: bytes
) -> RequestSignature:
    """Sign a request. `target` is the path with its query, if any; `nonce` is 16 bytes of a CSPRNG, new each time."""
    if len(nonce) != NONCE_BYTES or not 0 <= at < _TIME_END:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes, and a time is seconds since 1970")
    parts = _request_parts(method, target, body, at, nonce)
    return RequestSignature(key.public, at, nonce, key.sign(REQUEST, *parts))


def read_request(header: str | None) -> RequestSignature:
    """Read the header strictly: one form, no other order, blanks or padding. Raises SignatureRefused."""
    found = _HEADER.fullmatch(header or "")
    if found is not None:
        key, at, nonce, signature = found.groups()
        parts = from_text(key), from_text(nonce), from_text(signature)
        if parts[0] and parts[1] and parts[2] and int(at) < _TIME_END:
            return RequestSignature(parts[0], int(at), parts[1], parts[2])
    raise SignatureRefused("the request is not signed as this protocol asks; nothing was changed")


def check_request(  # noqa: PLR0913  what of a request is signed, and by which clock
    claim: RequestSignature,
    method: str,
    target: str,
    body: bytes,
    *,
    now: int,
    seen: Callable[[bytes, int], bool],
    margin_s: int = CLOCK_MARGIN_S,
) -> bytes:
    """Return the key that signed this very request: whether it may ask is for the caller to say, best before this.

    `seen(nonce, at)` notes a nonce and says whether it was known; it is asked last, so that nobody fills it with
    what is not signed, and may forget a nonce once `at` is more than `margin_s` ago. Raises ClockRefused,
    SignatureRefused.
    """
    if abs(now - claim.at) > margin_s:
        raise ClockRefused(
            f"the request's time is more than {margin_s} s from ours; nothing was changed; set the clock"
        )
    parts = _request_parts(method, target, body, claim.at, claim.nonce)
    verify(claim.key, claim.signature, REQUEST, *parts)
    if seen(claim.nonce, claim.at):
        raise ClockRefused("the request was seen before; nothing was changed; sign it anew")
    return claim.key


def _request_parts(
    method: str, target: str, body: bytes, at: int, nonce: bytes
) -> tuple[bytes, ...]:
    when = at.to_bytes(8, "big")
    return method.encode(), target.encode(), nonce, when, hash_of(body)
