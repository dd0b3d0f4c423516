"""Who asks: one signed request, counted once. Knows no message and no store.

What is asked of an operator is idempotent, so a request that another of its processes saw changes nothing; that the
same one was seen here is said all the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from hushkey.sync.errors import RateLimited, SignatureRefused
from hushkey.sync.signing import CLOCK_MARGIN_S, RequestSignature, check_request, read_request

NONCES_MAX = 1_024  # of one key within twice the margin; a device's rate allows 50
KEYS_MAX = 65_536

Nonces = OrderedDict[bytes, int]


@dataclass(slots=True)
class Replays:
    """The nonces that were seen, by key; bounded in both, and none is forgotten while its time would still pass."""

    nonces_max: int = NONCES_MAX
    keys_max: int = KEYS_MAX
    _held: OrderedDict[bytes, Nonces] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, key: bytes, nonce: bytes, at: int, *, forget_before: int) -> bool:
        """Note a nonce; say whether it was known. Raises RateLimited where there is no room for another."""
        with self._lock:
            nonces = self._held.setdefault(key, OrderedDict())
            self._held.move_to_end(key)
            for old in [held for held, when in nonces.items() if when < forget_before]:
                del nonces[old]
            if nonce in nonces:
                return True
            if len(nonces) >= self.nonces_max or not self._room(forget_before):
                raise RateLimited(
                    "too many requests of one sender; nothing was taken; send it later"
                )
            nonces[nonce] = at
            return False

    def _room(self, forget_before: int) -> bool:
        """Drop the keys that were quiet longest and hold nothing that must be remembered."""
        while len(self._held) > self.keys_max:
            oldest = next(iter(self._held))
            if any(when >= forget_before for when in self._held[oldest].values()):
                return False
            del self._held[oldest]
        return True


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request's claim, its time and key looked at and its signature not yet."""

    claim: RequestSignature
    method: str
    target: str

    @property
    def key(self) -> bytes:
        """Whom the request says that it is from."""
        return self.claim.key


@dataclass(frozen=True, slots=True)
class Authentication:
    """Checks requests against this process's clock and memory."""

    now: Callable[[], int]  # seconds since 1970
    replays: Replays = field(default_factory=Replays)

    def claimed(self, header: str | None, method: str, target: str) -> Claimed:
        """Read what a request claims, before its body is. Raises SignatureRefused."""
        return Claimed(read_request(header), method, target)

    def require_signed(
        self, claimed: Claimed, body: bytes, margin_s: int = CLOCK_MARGIN_S
    ) -> bytes:
        """Return the key that signed this request just now. Raises SignatureRefused, ClockRefused, RateLimited."""
        now = self.now()
        key = claimed.claim.key

        def seen(nonce: bytes, at: int) -> bool:
            return self.replays.seen(key, nonce, at, forget_before=now - margin_s)

        return check_request(
            claimed.claim,
            claimed.method,
            claimed.target,
            body,
            now=now,
            seen=seen,
            margin_s=margin_s,
        )


def require_key(claimed: Claimed, key: bytes) -> None:
    """Return if the request claims to be from `key`. Raises SignatureRefused."""
    if claimed.key != key:
        raise SignatureRefused(
            "the request is of another key than the task's operator; nothing was changed"
        )
