"""What every request passes, whatever it asks: rates, bodies, threads, refusals, one log line. Knows no message."""

import asyncio
import functools
import ipaddress
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from hushkey.sync.coordinator.config import Limits
from hushkey.sync.coordinator.limits import Addresses, Buckets, Rate
from hushkey.sync.coordinator.logs import Log
from hushkey.sync.coordinator.metrics import Metrics
from hushkey.sync.coordinator.problems import (
    SILENT,
    BodyLate,
    Fault,
    MediaRefused,
    MethodRefused,
    Unavailable,
    problem,
)
from hushkey.sync.errors import NotFound, ProtocolTooOld, SyncError, TooLarge
from hushkey.sync.messages import PROTOCOL

MEDIA_TYPE = "application/vnd.hushkey+msgpack"
UNKNOWN = "unknown"  # the route of what has none

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of docs/protocol.md's table."""

    method: str
    template: str
    handler: Handler


@dataclass(slots=True)
class Front:
    """One process's doorkeeper."""

    limits: Limits
    log: Log
    metrics: Metrics
    monotonic: Callable[[], float] = time.monotonic
    addresses: Addresses = field(default_factory=Addresses)
    by_address: Buckets = field(init=False)
    by_device: Buckets = field(init=False)
    _pool: ThreadPoolExecutor = field(init=False)
    _in_flight: int = 0

    def __post_init__(self) -> None:
        limits = self.limits
        address = Rate(limits.address_per_s, limits.address_burst)
        device = Rate(limits.device_per_s, limits.device_burst)
        self.by_address = Buckets(address, self.monotonic)
        self.by_device = Buckets(device, self.monotonic)
        self._pool = ThreadPoolExecutor(limits.threads, "answer")

    def app(self, endpoints: Sequence[Endpoint]) -> Starlette:
        """Return the application that answers these and nothing else."""
        by_template: dict[str, dict[str, Handler]] = {}
        for each in endpoints:
            by_template.setdefault(each.template, {})[each.method] = each.handler
        places = {path: _Place(self, path, held) for path, held in by_template.items()}
        app = Starlette(routes=[Route(path, place) for path, place in places.items()])
        app.router.redirect_slashes = False
        app.router.default = _Place(self, UNKNOWN, {})
        return app

    def close(self) -> None:
        """Let the threads end what they are at."""
        self._pool.shutdown()

    async def call(self, act: Callable[..., T], *arguments: Any) -> T:
        """Run what may block in one of a few threads. Raises Unavailable where it takes too long."""
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._pool, functools.partial(act, *arguments))
        try:
            return await asyncio.wait_for(running, self.limits.service_s)
        except TimeoutError:
            raise Unavailable(
                "the answer took too long; ask again: the same request has the same effect"
            ) from None

    async def body(self, request: Request, limit_bytes: int) -> bytes:
        """Read a body, and no more of it than it may have. Raises TooLarge, BodyLate, MediaRefused."""
        _require_media(request)
        limit = min(limit_bytes, self.limits.body_max_bytes)
        stated = request.headers.get("content-length", "")
        if stated.isdecimal() and int(stated) > limit:
            raise _too_large(limit)
        held = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_s):
                async for chunk in request.stream():
                    held += chunk
                    if len(held) > limit:
                        raise _too_large(limit)
        except TimeoutError:
            raise BodyLate("the body did not arrive in time; nothing was taken") from None
        return bytes(held)

    def require_operator(self, request: Request) -> None:
        """Return if the request comes from where /metrics may be read. Raises NotFound."""
        try:
            address = ipaddress.ip_address(_host(request))
        except ValueError:
            address = None
        nets = map(ipaddress.ip_network, self.limits.metrics_from)
        if address is None or not any(address in net for net in nets):
            raise NotFound("there is nothing at this path for you; nothing was changed")

    async def answer(self, request: Request, template: str, handler: Handler) -> Response:
        """Answer one request, count it and log it."""
        started = self.monotonic()
        self._in_flight += 1
        try:
            answer, refused = await self._answered(request, template, handler)
        finally:
            self._in_flight -= 1
        seconds = self.monotonic() - started
        method = request.method if request.method in METHODS else "OTHER"
        self.metrics.request(template, method, answer.status_code, seconds)
        self.log(
            "request",
            route=f"{method} {template}",
            status=answer.status_code,
            ms=round(1_000 * seconds, 1),
            problem=refused,
        )
        return answer

    def _require_room(self) -> None:
        if self._in_flight > self.limits.in_flight:
            raise Unavailable("too many requests at once; nothing was taken; send it later")

    async def _answered(
        self, request: Request, template: str, handler: Handler
    ) -> tuple[Response, str | None]:
        """Return the answer, and the name of the refusal if it is one."""
        try:
            self._require_room()
            self.by_address.admit(self.addresses.sender(_host(request)))
            _require_protocol(request)
            return await handler(request), None
        except MethodRefused as error:
            return problem(error, {"Allow": error.allowed}), error.problem
        except SyncError as error:
            return problem(error), error.problem
        except ClientDisconnect:
            return Response(status_code=499), "disconnected"  # nobody reads it: for the log
        except Exception as error:  # noqa: BLE001 - what it says may quote what was received
            self.log("fault", route=template, error=type(error).__name__)
            return problem(Fault("a fault of this server; ask again later")), Fault.problem


@dataclass(frozen=True, slots=True)
class _Place:
    """One path, as ASGI takes it: for every method, so that refusals of methods are ours too."""

    front: Front
    template: str
    handlers: Mapping[str, Handler]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        request = Request(scope, receive, send)
        answer = await self.front.answer(request, self.template, self._handle)
        await answer(scope, receive, send)

    async def _handle(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if not self.handlers:
            raise NotFound("there is nothing at this path; nothing was changed")
        if method in self.handlers:
            return await self.handlers[method](request)
        also = {"HEAD"} if "GET" in self.handlers else set()
        allowed = ", ".join(sorted({*self.handlers, *also, "OPTIONS"}))
        if method == "OPTIONS":
            return Response(status_code=204, headers=dict(SILENT) | {"Allow": allowed})
        raise MethodRefused(allowed)


def _host(request: Request) -> str:
    return request.client.host if request.client is not None else "local"


def _require_protocol(request: Request) -> None:
    named = request.headers.get("hushkey-protocol")
    if named is not None and PROTOCOL not in {each.strip() for each in named.split(",")}:
        raise ProtocolTooOld(f"this server speaks {PROTOCOL}; nothing was taken; update hushkey")


def _require_media(request: Request) -> None:
    if request.headers.get("content-type") != MEDIA_TYPE or "content-encoding" in request.headers:
        raise MediaRefused(f"a body is {MEDIA_TYPE} and not encoded further; nothing was taken")


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"a body here may have {limit_bytes} bytes; nothing was taken")
