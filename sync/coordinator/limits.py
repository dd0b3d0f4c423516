"""How much anybody may ask of a coordinator in a second. Pure: the clock is an argument.

How many bytes a body may have follows from a task's terms: see tasks.py.

Buckets are counted in this process's memory alone. An address is turned into a keyed hash on arrival, with a key that
dies with the process, so that neither a log nor a dump of memory lists who asked.
"""

import hashlib
import ipaddress
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from hushkey.sync.errors import RateLimited

SENDERS_MAX = 65_536  # buckets in memory, about 10 MB; the one that was idle longest makes room
MESSAGE_BYTES = 8_192  # an enrolment, a withdrawal, a record: each is below a kilobyte


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests at once, then so many a second."""

    per_second: float
    burst: int


@dataclass(slots=True)
class Buckets:
    """A token bucket for each sender. `admit` may be called from any thread."""

    rate: Rate
    clock: Callable[[], float]  # seconds that never go back
    senders_max: int = SENDERS_MAX
    _held: OrderedDict[bytes, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, sender: bytes) -> None:
        """Take a token of a sender's. Raises RateLimited, which costs the sender none."""
        with self._lock:
            now = self.clock()
            tokens, at = self._held.pop(sender, (float(self.rate.burst), now))
            tokens = min(float(self.rate.burst), tokens + (now - at) * self.rate.per_second)
            allowed = tokens >= 1.0
            self._held[sender] = (tokens - 1.0 if allowed else tokens, now)
            while len(self._held) > self.senders_max:
                self._held.popitem(last=False)
        if not allowed:
            raise RateLimited("too many requests of one sender; nothing was taken; send it later")

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Turns an address into what buckets are kept by: a keyed hash of its host, or of its /64 of IPv6."""

    key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)

    def sender(self, host: str) -> bytes:
        """Return 16 bytes that stand for an address in this process."""
        return hashlib.blake2b(_neighbourhood(host), key=self.key, digest_size=16).digest()


def _neighbourhood(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.encode()
    return address.packed[:8] if address.version == 6 else address.packed
