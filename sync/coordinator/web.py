"""The two roles over HTTP: exactly the routes of docs/protocol.md. Knows messages and services, and no store.

Handlers read, decode and hand on; what a service refuses becomes a problem document in front.py.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hushkey.sync.coordinator.authentication import Authentication, require_key
from hushkey.sync.coordinator.front import MEDIA_TYPE, Endpoint, Front
from hushkey.sync.coordinator.limits import MESSAGE_BYTES
from hushkey.sync.coordinator.metrics import TEXT
from hushkey.sync.coordinator.paths import asked, has_certificate, id_in, number_in, require_known
from hushkey.sync.coordinator.problems import SILENT
from hushkey.sync.coordinator.ranges import unchanging
from hushkey.sync.coordinator.services import RECORDS_MAX, HelperService, LeaderService
from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.errors import (
    DeviceUnknown,
    MessageRefused,
    ReportRefused,
    SignatureRefused,
    SyncError,
)
from hushkey.sync.messages import (
    PROTOCOL,
    Enrolment,
    Report,
    Withdrawal,
    decode,
    encode,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a role's answers need besides its service."""

    front: Front
    authentication: Authentication
    terms: Callable[[bytes], Terms]  # of a task, by its identity. Raises NotFound
    healthy: Callable[[], None]  # raises where the store is not to be had


@dataclass(frozen=True, slots=True)
class _Both:
    """What both roles answer."""

    service: LeaderService | HelperService
    around: Surroundings

    @property
    def front(self) -> Front:
        return self.around.front

    async def records(self, request: Request) -> Response:
        """GET /v1/tasks/{task}/records?after=N&limit=M."""
        require_known(request, {"after", "limit"})
        after, limit = number_in(request, "after"), number_in(request, "limit")
        limit = RECORDS_MAX if limit is None else min(limit, RECORDS_MAX)
        found = await self.front.call(self.service.records, id_in(request, "task"), after, limit)
        return _message(encode(found))

    async def aggregate(self, request: Request) -> Response:
        """GET /v1/tasks/{task}/aggregates/{batch}."""
        task, batch = id_in(request, "task"), id_in(request, "batch")
        found = await self.front.call(self.service.aggregate, task, batch)
        tag = f'"{batch.hex()}"'
        return unchanging(found, tag, "application/octet-stream", request.headers)

    async def withdraw(self, request: Request) -> Response:
        """POST /v1/tasks/{task}/withdrawals."""
        task = id_in(request, "task")
        data = await self.front.body(request, MESSAGE_BYTES)
        withdrawal = decode(data, Withdrawal, limit_bytes=MESSAGE_BYTES)
        return _message(encode(await self.front.call(self.service.withdraw, task, withdrawal)))

    async def health(self, _: Request) -> Response:
        """GET /healthz."""
        await self.front.call(self.around.healthy)
        return Response("ok\n", headers=dict(SILENT), media_type="text/plain")

    async def metrics(self, request: Request) -> Response:
        """GET /metrics, for networks that the operator named."""
        self.front.require_operator(request)
        text = await self.front.call(self.front.metrics.text)
        return Response(text, headers=dict(SILENT) | {"Content-Type": TEXT})

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint("GET", "/v1/tasks/{task}/records", self.records),
            Endpoint("GET", "/v1/tasks/{task}/aggregates/{batch}", self.aggregate),
            Endpoint("POST", "/v1/tasks/{task}/withdrawals", self.withdraw),
            Endpoint("GET", "/healthz", self.health),
            Endpoint("GET", "/metrics", self.metrics),
        )


@dataclass(frozen=True, slots=True)
class _Leader:
    """What the leader answers besides."""

    service: LeaderService
    around: Surroundings

    async def tasks(self, _: Request) -> Response:
        """GET /v1/tasks."""
        found = await self.around.front.call(self.service.tasks)
        tasks = [{"task": t.task.hex(), "name": t.name, "version": t.version} for t in found]
        return _json({"protocol": PROTOCOL, "tasks": tasks})

    async def offer(self, request: Request) -> Response:
        """GET /v1/tasks/{task}."""
        found = await self.around.front.call(self.service.offer, id_in(request, "task"))
        return _message(encode(found))

    async def feed(self, request: Request) -> Response:
        """GET /v1/tasks/{task}/feed."""
        found = await self.around.front.call(self.service.feed, id_in(request, "task"))
        return _json(
            {
                "version": found.version,
                "sequence": found.sequence,
                "pending": found.pending,
                "batch_min": found.batch_min,
                "epsilon": found.epsilon,
            }
        )

    async def adapter(self, request: Request) -> Response:
        """GET /v1/adapters/{hash}."""
        digest = id_in(request, "hash")
        found = await self.around.front.call(self.service.adapter, digest)
        return unchanging(found, f'"{digest.hex()}"', "application/zlib", request.headers)

    async def receipt(self, request: Request) -> Response:
        """GET /v1/tasks/{task}/receipts/{report}."""
        task, report = id_in(request, "task"), id_in(request, "report")
        return _message(encode(await self.around.front.call(self.service.receipt, task, report)))

    async def enrol(self, request: Request) -> Response:
        """POST /v1/tasks/{task}/devices."""
        task, front = id_in(request, "task"), self.around.front
        data = await front.body(request, MESSAGE_BYTES)
        enrolment = decode(data, Enrolment, limit_bytes=MESSAGE_BYTES)
        if enrolment.task != task:
            raise MessageRefused("the enrolment is for another task; nothing was taken")
        return _empty(new=await front.call(self.service.enrol, task, enrolment))

    async def report(self, request: Request) -> Response:
        """PUT /v1/tasks/{task}/reports/{report}."""
        try:
            new = await self._report(request)
        except SyncError as error:
            self.around.front.metrics.report(error.problem)
            raise
        self.around.front.metrics.report("new" if new else "repeated")
        return _empty(new=new)

    async def _report(self, request: Request) -> bool:
        """Take what can be refused early before the body is read."""
        task, report = id_in(request, "task"), id_in(request, "report")
        front, authentication = self.around.front, self.around.authentication
        claimed = authentication.claimed(*asked(request))
        terms = await front.call(self.around.terms, task)
        if not await front.call(self.service.is_device, task, claimed.key):
            raise DeviceUnknown(
                "this key is not enrolled for the task; nothing was taken; enrol it"
            )
        data = await front.body(request, terms.report_bytes)

        def accept() -> bool:
            key = authentication.require_signed(claimed, data, terms.task.clock_margin_s)
            front.by_device.admit(key)
            held = decode(data, Report, limit_bytes=terms.report_bytes)
            if held.metadata.report != report:
                raise ReportRefused("the report has another id than its path; nothing was taken")
            return self.service.accept(task, key, data)

        return await front.call(accept)


@dataclass(frozen=True, slots=True)
class _Helper:
    """What the helper answers its leader."""

    service: HelperService
    around: Surroundings
    leader_key: bytes
    certified: bool  # whether the leader must show a certificate

    async def batch(self, request: Request) -> Response:
        """POST /v1/tasks/{task}/batches."""
        return await self._asked_by_leader(
            request, self.service.answer, lambda terms: terms.request_bytes
        )

    async def record(self, request: Request) -> Response:
        """POST /v1/tasks/{task}/records."""
        return await self._asked_by_leader(
            request, self.service.countersign, lambda terms: terms.proposal_bytes
        )

    async def _asked_by_leader(
        self,
        request: Request,
        serve: Callable[[bytes, bytes], bytes],
        limit: Callable[[Terms], int],
    ) -> Response:
        front, authentication = self.around.front, self.around.authentication
        if self.certified and not has_certificate(request):
            raise SignatureRefused("the leader shows a certificate here; nothing was changed")
        claimed = authentication.claimed(*asked(request))
        require_key(claimed, self.leader_key)
        task = id_in(request, "task")
        terms = await front.call(self.around.terms, task)
        data = await front.body(request, limit(terms))

        def checked() -> bytes:
            authentication.require_signed(claimed, data, terms.task.clock_margin_s)
            return serve(task, data)

        return _message(await front.call(checked))


def leader_app(service: LeaderService, around: Surroundings) -> Starlette:
    """Return the leader's application."""
    leader = _Leader(service, around)
    return around.front.app(
        (
            Endpoint("GET", "/v1/tasks", leader.tasks),
            Endpoint("GET", "/v1/tasks/{task}", leader.offer),
            Endpoint("GET", "/v1/tasks/{task}/feed", leader.feed),
            Endpoint("GET", "/v1/adapters/{hash}", leader.adapter),
            Endpoint("GET", "/v1/tasks/{task}/receipts/{report}", leader.receipt),
            Endpoint("POST", "/v1/tasks/{task}/devices", leader.enrol),
            Endpoint("PUT", "/v1/tasks/{task}/reports/{report}", leader.report),
            *_Both(service, around).endpoints(),
        )
    )


def helper_app(
    service: HelperService, around: Surroundings, *, leader_key: bytes, certified: bool
) -> Starlette:
    """Return the helper's application. `certified`: its leader must show a certificate of tls.client_ca."""
    helper = _Helper(service, around, leader_key, certified)
    return around.front.app(
        (
            Endpoint("POST", "/v1/tasks/{task}/batches", helper.batch),
            Endpoint("POST", "/v1/tasks/{task}/records", helper.record),
            *_Both(service, around).endpoints(),
        )
    )


def _message(data: bytes) -> Response:
    return Response(data, headers=dict(SILENT), media_type=MEDIA_TYPE)


def _json(value: object) -> Response:
    return JSONResponse(value, headers=dict(SILENT))


def _empty(*, new: bool) -> Response:
    return Response(status_code=201 if new else 200, headers=dict(SILENT))
