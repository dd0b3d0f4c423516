"""The device on the network: fetches, uploads, withdraws, and says nothing beyond that. It decides nothing.

No cookie is kept, no redirect followed, no proxy or password taken from the environment, no name of a product sent.
TLS is checked against the system's authorities; plain HTTP goes to loopback alone. Answers have a largest size.
"""

import contextlib
import http.cookiejar
import json
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx

from hushkey.sync import errors
from hushkey.sync.errors import MessageRefused, SyncError, TooLarge, Unreachable
from hushkey.sync.keys import DeviceKey, Entropy
from hushkey.sync.messages import (
    PROTOCOL,
    Enrolment,
    Message,
    Offer,
    Path,
    Records,
    Withdrawal,
    Withdrawn,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.signing import NONCE_BYTES, request_signature
from hushkey.sync.task_terms import LOOPBACK

MEDIA_TYPE: Final = "application/vnd.hushkey+msgpack"
PROBLEM_TYPE: Final = "urn:hushkey:problem:"
TRIES = 4
FIRST_WAIT_S = 0.5  # doubled each time, and up to as much again by chance
LONGEST_WAIT_S = 8.0
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
PROBLEM_BYTES = 8_192
OFFER_BYTES = 64 * 1024
RECORDS_BYTES = 2 * 1024 * 1024  # 256 of them
SMALL_BYTES = 4_096
RECORDS_AT_ONCE = 256
_TO_RETRY = frozenset({408, 429, 500, 502, 503, 504})

M = TypeVar("M", bound=Message)


_REFUSALS: Final = {
    kind.problem: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SyncError) and kind.problem != "refused"
}


@dataclass(slots=True)
class Client:
    """Asks operators. `transport` is for tests; `entropy` spreads the waits, so that devices do not come in step."""

    clock: Callable[[], float]
    entropy: Entropy
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    tries: int = TRIES
    _http: httpx.Client | None = field(default=None, init=False, repr=False)

    def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    # What is asked ------------------------------------------------------------------------------

    def offer(self, url: str, task: bytes) -> Offer:
        """Fetch what the leader tells of a task. Raises Unreachable, and what it refuses."""
        return self._message("GET", url, f"/v1/tasks/{task.hex()}", Offer, OFFER_BYTES)

    def records(self, url: str, task: bytes, after: int | None) -> Records:
        """Fetch the records after a sequence, at most 256 of them."""
        query = f"?limit={RECORDS_AT_ONCE}" + ("" if after is None else f"&after={after}")
        target = f"/v1/tasks/{task.hex()}/records{query}"
        return self._message("GET", url, target, Records, RECORDS_BYTES)

    def receipt(self, url: str, task: bytes, report: bytes) -> Path:
        """Fetch the path of a report. Raises NotFound where no record lists it."""
        target = f"/v1/tasks/{task.hex()}/receipts/{report.hex()}"
        return self._message("GET", url, target, Path, SMALL_BYTES)

    def enrol(self, url: str, enrolment: Enrolment) -> None:
        """Enrol the device's key. Raises CodeRefused; again with the same key it is fine."""
        self._ask("POST", url, f"/v1/tasks/{enrolment.task.hex()}/devices", encode(enrolment))

    def upload(self, url: str, task: bytes, report: bytes, data: bytes, key: DeviceKey) -> None:
        """Upload a report's bytes. Raises Unreachable where it may be tried again, and what was refused for good."""
        self._ask("PUT", url, f"/v1/tasks/{task.hex()}/reports/{report.hex()}", data, key)

    def withdraw(self, url: str, task: bytes, withdrawal: Withdrawal) -> Withdrawn:
        """Show a report's token to a role, and return what it says became of the report."""
        target = f"/v1/tasks/{task.hex()}/withdrawals"
        told = self._message("POST", url, target, Withdrawn, SMALL_BYTES, encode(withdrawal))
        if told.report != withdrawal.report:
            raise MessageRefused("the answer is about another report; it was not taken")
        return told

    def adapter(self, url: str, digest: bytes, limit_bytes: int) -> bytes:
        """Fetch an adapter's bytes by their hash, going on where a connection broke off.

        Raises Unreachable, TooLarge, and MessageRefused for any other bytes.
        """
        held = bytearray()
        target = f"/v1/adapters/{digest.hex()}"
        most = limit_bytes + limit_bytes // 100 + 1_024  # zlib never adds more
        for _ in self._attempts():
            with _unreachable(), self._part(url, target, digest, held) as answer:
                for chunk in answer.iter_raw():
                    held += chunk
                    if len(held) > most:
                        raise TooLarge("the adapter is larger than the task's; it was not used")
                return _inflated(bytes(held), digest, limit_bytes)
        raise _out_of_reach()

    # How it is asked ----------------------------------------------------------------------------

    def _message(  # noqa: PLR0913, PLR0917
        self, method: str, url: str, target: str, kind: type[M], limit: int, body: bytes = b""
    ) -> M:
        return decode(self._ask(method, url, target, body, None, limit), kind, limit_bytes=limit)

    def _ask(  # noqa: PLR0913, PLR0917
        self,
        method: str,
        url: str,
        target: str,
        body: bytes = b"",
        key: DeviceKey | None = None,
        limit: int = SMALL_BYTES,
    ) -> bytes:
        """Ask until there is an answer that asking again would not change, a few times at most."""
        for _ in self._attempts():
            headers = self._headers(method, target, body, key)
            with (
                _unreachable(),
                self._client().stream(
                    method, _address(url, target), content=body or None, headers=headers
                ) as answer,
            ):
                data = _read(answer, limit if answer.is_success else PROBLEM_BYTES)
                if answer.status_code in _TO_RETRY:
                    continue
                _require_success(answer, data)
                return data
        raise _out_of_reach()

    def _headers(
        self, method: str, target: str, body: bytes, key: DeviceKey | None
    ) -> dict[str, str]:
        headers = {"Hushkey-Protocol": PROTOCOL}
        if body:
            headers["Content-Type"] = MEDIA_TYPE
        if key is not None:
            at, nonce = int(self.clock()), self.entropy(NONCE_BYTES)
            signature = request_signature(key, method, target, body, at=at, nonce=nonce)
            headers["Authorization"] = signature.header()
        return headers

    @contextlib.contextmanager
    def _part(
        self, url: str, target: str, digest: bytes, held: bytearray
    ) -> Iterator[httpx.Response]:
        """Ask for what is missing of a download; where the server begins anew, what was held is dropped."""
        headers = {"Hushkey-Protocol": PROTOCOL}
        if held:
            headers |= {"Range": f"bytes={len(held)}-", "If-Range": f'"{digest.hex()}"'}
        with self._client().stream("GET", _address(url, target), headers=headers) as answer:
            if answer.status_code in _TO_RETRY:
                raise httpx.ReadError("asked again")
            if not answer.is_success:
                held.clear()
                _require_success(answer, _read(answer, PROBLEM_BYTES))
            begins = answer.headers.get("content-range", "").startswith(f"bytes {len(held)}-")
            if answer.status_code != httpx.codes.PARTIAL_CONTENT or not begins:
                held.clear()
            yield answer

    def _attempts(self) -> Iterator[int]:
        """Yield so many times, waiting longer each time, and by chance besides."""
        for attempt in range(self.tries):
            if attempt:
                wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (attempt - 1))
                self.sleep(wait * (1.0 + self.entropy(1)[0] / 255.0))
            yield attempt

    def _client(self) -> httpx.Client:
        if self._http is None:
            nobody = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
            self._http = httpx.Client(
                cookies=http.cookiejar.CookieJar(nobody),
                verify=ssl.create_default_context(),
                transport=self.transport,
                timeout=TIMEOUT,
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "-", "Accept": "*/*", "Accept-Encoding": "identity"},
            )
        return self._http


def _address(url: str, target: str) -> str:
    """Join an operator's origin and a path. Raises MessageRefused for what would leave it or go unprotected."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise MessageRefused(
            "an operator outside this machine is asked over TLS alone; nothing was sent"
        )
    return f"{url}{target}"


@contextlib.contextmanager
def _unreachable() -> Iterator[None]:
    """Let a connection that failed be tried again, and tell nothing of it but that."""
    with contextlib.suppress(httpx.TransportError):
        yield


def _out_of_reach() -> Unreachable:
    return Unreachable(
        "the operator could not be reached, or did not answer in time; what waits goes on waiting; nothing is lost"
    )


def _read(answer: httpx.Response, limit: int) -> bytes:
    held = bytearray()
    for chunk in answer.iter_raw():
        held += chunk
        if len(held) > limit:
            raise TooLarge(f"an answer has more than {limit} bytes; it was not taken")
    return bytes(held)


def _require_success(answer: httpx.Response, data: bytes) -> None:
    """Raise again what the server refused; its words are shown only as far as they are plain."""
    if answer.is_success:
        return
    if answer.is_redirect:
        raise MessageRefused("the operator sends elsewhere; nothing was sent there")
    document: Mapping[str, object] = {}
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(data)
        document = found if isinstance(found, dict) else {}
    name = str(document.get("type", "")).removeprefix(PROBLEM_TYPE)
    detail = "".join(c for c in str(document.get("detail", ""))[:300] if c.isprintable())
    kind = _REFUSALS.get(name, SyncError)
    raise kind(detail or f"the operator refused (HTTP {answer.status_code}); nothing was changed")


def _inflated(data: bytes, digest: bytes, limit: int) -> bytes:
    """Return what a zlib stream holds, if it is just the bytes of this hash."""
    stream = zlib.decompressobj()
    try:
        held = stream.decompress(data, limit + 1)
    except zlib.error:
        raise MessageRefused("the adapter's stream is damaged; it was not used") from None
    if not stream.eof or stream.unused_data or len(held) > limit or hash_of(held) != digest:
        raise MessageRefused(
            "the adapter is not the one that the record names; it was not used, and the one before stays"
        )
    return held
