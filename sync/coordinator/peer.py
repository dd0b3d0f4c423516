"""The helper as the leader's workers reach it: signed requests over mutual TLS, tried a few times. Knows no store.

Whatever fails here leaves a batch pending, and its worker comes back: everything asked has the same answer again.
"""

import json
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from hushkey.sync import errors
from hushkey.sync.coordinator.config import CoordinatorConfig
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.coordinator.problems import TYPE
from hushkey.sync.errors import ConfigRefused, SyncError, Unreachable
from hushkey.sync.keys import Entropy, OperatorKey
from hushkey.sync.messages import PROTOCOL
from hushkey.sync.signing import NONCE_BYTES, request_signature

TRIES = 3
FIRST_WAIT_S = 0.5  # doubled each time
CONNECT_S = 10.0
PROBLEM_BYTES = 8_192
_TO_RETRY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class HttpHelper:
    """Asks one helper. Any thread may use it."""

    url: str
    key: OperatorKey
    client: httpx.Client
    answer_max_bytes: int
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    entropy: Entropy = os.urandom
    tries: int = TRIES

    def answer(self, task: bytes, data: bytes) -> bytes:
        """Send a `BatchRequest`. Raises Unreachable, or what the helper refused."""
        return self._post(f"/v1/tasks/{task.hex()}/batches", data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        """Send a `Proposal`. Raises Unreachable, or what the helper refused."""
        return self._post(f"/v1/tasks/{task.hex()}/records", data)

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        """Send a `Withdrawal`. Raises Unreachable, or what the helper refused."""
        return self._post(f"/v1/tasks/{task.hex()}/withdrawals", data)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def _post(self, path: str, data: bytes) -> bytes:
        for wait_s in self._waits():
            try:
                return self._once(path, data)
            except Unreachable:
                if wait_s is None:
                    raise
                self.sleep(wait_s)
        raise AssertionError("the last try returns or raises")

    def _waits(self) -> Iterator[float | None]:
        """Yield what to wait after each try, with up to as much again by chance; None after the last."""
        for number in range(self.tries - 1):
            spread = 1.0 + int.from_bytes(self.entropy(2), "big") / 65_536
            yield FIRST_WAIT_S * 2**number * spread
        yield None

    def _once(self, path: str, data: bytes) -> bytes:
        nonce = self.entropy(NONCE_BYTES)
        signed = request_signature(self.key, "POST", path, data, at=int(self.now()), nonce=nonce)
        headers = {
            "Accept-Encoding": "identity",
            "Authorization": signed.header(),
            "Content-Type": MEDIA_TYPE,
            "Hushkey-Protocol": PROTOCOL,
        }
        try:
            request = self.client.build_request(
                "POST", self.url + path, content=data, headers=headers
            )
            answer = self.client.send(request, stream=True)
            try:
                held = _read(answer, self.answer_max_bytes)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise Unreachable(
                f"the helper could not be reached ({type(error).__name__}); what waits goes on waiting"
            ) from None
        if answer.status_code == httpx.codes.OK:
            return held
        raise _refusal(answer.status_code, held)


@dataclass(frozen=True, slots=True)
class _Known:
    """The refusals that have a name of their own."""

    by_name: Mapping[str, type[SyncError]] = field(default_factory=dict)

    @classmethod
    def all(cls) -> "_Known":
        """Collect them: where several share a name, the most general."""
        found: dict[str, type[SyncError]] = {}
        for kind in vars(errors).values():
            if isinstance(kind, type) and issubclass(kind, SyncError):
                found.setdefault(kind.problem, kind)
        return cls(found)


_KNOWN = _Known.all()


def _refusal(status: int, body: bytes) -> SyncError:
    """Return what was refused as our own error. Nothing of the helper's words is passed on."""
    try:
        name = str(json.loads(body[:PROBLEM_BYTES])["type"]).removeprefix(TYPE)
    except (ValueError, TypeError, KeyError, RecursionError):
        name = ""
    if status in _TO_RETRY:
        return Unreachable(
            f"the helper did not answer now (HTTP {status}); what waits goes on waiting"
        )
    kind = _KNOWN.by_name.get(name, SyncError)
    shown = name if name in _KNOWN.by_name else "for a reason that has no name here"
    return kind(f"the helper refused it: {shown}; nothing was changed; its log has the same line")


def _read(answer: httpx.Response, limit_bytes: int) -> bytes:
    """Read a whole answer, and no more of it than it may have. Raises Unreachable."""
    held = bytearray()
    for chunk in answer.iter_raw():
        held += chunk
        if len(held) > limit_bytes:
            raise Unreachable("the helper's answer is longer than any may be; nothing was taken")
    return bytes(held)


def connect(config: CoordinatorConfig, key: OperatorKey) -> HttpHelper:
    """Return the helper that a leader's settings name. Raises ConfigRefused."""
    helper = config.other()
    context = client_context(config) if helper.url.startswith("https:") else True
    client = httpx.Client(
        verify=context,
        timeout=httpx.Timeout(config.limits.service_s, connect=CONNECT_S),
        limits=httpx.Limits(max_connections=4),
        follow_redirects=False,
        trust_env=False,  # neither a proxy nor a .netrc of whoever started it
    )
    return HttpHelper(helper.url, key, client, config.limits.body_max_bytes)


def client_context(config: CoordinatorConfig) -> ssl.SSLContext:
    """Return TLS as a leader opens it: its own certificate, and the authority of the helper's. Raises ConfigRefused."""
    authority = config.peer.ca if config.peer is not None else None
    try:
        context = ssl.create_default_context(cafile=authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if config.tls is not None:
            context.load_cert_chain(config.tls.certificate, config.tls.key)
    except (OSError, ssl.SSLError):
        raise ConfigRefused(
            "a certificate or key of [tls] or [peer] cannot be read; nothing was started"
        ) from None
    return context
