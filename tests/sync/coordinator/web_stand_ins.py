"""Both services as scripts: each answer is what a test sets, each call is kept. For what HTTP makes of answers."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import protocol_stand_ins as made
from starlette.testclient import TestClient

from hushkey.sync.codec import Codec
from hushkey.sync.coordinator.authentication import Authentication
from hushkey.sync.coordinator.config import Limits
from hushkey.sync.coordinator.front import MEDIA_TYPE, Front
from hushkey.sync.coordinator.logs import Log
from hushkey.sync.coordinator.metrics import Metrics, TaskGauges
from hushkey.sync.coordinator.services import Feed, Listed
from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.coordinator.web import Surroundings, helper_app, leader_app
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES
from hushkey.sync.errors import NotFound
from hushkey.sync.keys import SigningKey
from hushkey.sync.messages import Metadata, Offer, Path, Records, Report, Withdrawn, encode
from hushkey.sync.signing import request_signature
from hushkey.sync.task_terms import codec_terms, epsilon_of_report

TASK = made.TASK_HASH
TERMS = Terms(
    TASK,
    made.TASK_SAMPLE,
    made.SHAPE,
    Codec(codec_terms(made.TASK_SAMPLE, made.SHAPE)),
    epsilon_of_report(made.TASK_SAMPLE),
)
REPORT = made.METADATA.report
REPORT_BYTES = encode(
    Report(
        made.METADATA,
        made.drawn("leader's envelope", TERMS.leader_envelope_bytes),
        made.drawn("helper's envelope", HELPER_ENVELOPE_BYTES),
    )
)
ADAPTER = made.drawn("a zlib stream", 5_000)
DIGEST = made.drawn("an adapter's hash")
BATCH = made.drawn("batch 1", 16)


def report_with(report: bytes) -> bytes:
    """A report of another id."""
    metadata = Metadata(report, 3, made.NOW + 60, made.drawn("token"), 0, 0)
    return encode(Report(metadata, b"leader", b"helper"))


@dataclass
class Scripted:
    """What both services answer; an exception that is set is raised."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def _said(self, name: str, *arguments: Any) -> Any:
        self.calls.append((name, arguments))
        answer = self.answers[name]
        if callable(answer):
            answer = answer()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        return self._said("records", task, after, limit)

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        return self._said("aggregate", task, batch)

    def withdraw(self, task: bytes, withdrawal: Any) -> Withdrawn:
        return self._said("withdraw", task, withdrawal)


class ScriptedLeader(Scripted):
    """LeaderService."""

    def tasks(self) -> tuple[Listed, ...]:
        return self._said("tasks")

    def offer(self, task: bytes) -> Offer:
        return self._said("offer", task)

    def feed(self, task: bytes) -> Feed:
        return self._said("feed", task)

    def adapter(self, digest: bytes) -> bytes:
        return self._said("adapter", digest)

    def receipt(self, task: bytes, report: bytes) -> Path:
        return self._said("receipt", task, report)

    def enrol(self, task: bytes, enrolment: Any) -> bool:
        return self._said("enrol", task, enrolment)

    def is_device(self, task: bytes, key: bytes) -> bool:
        return self._said("is_device", task, key)

    def accept(self, task: bytes, device_key: bytes, data: bytes) -> bool:
        return self._said("accept", task, device_key, data)


class ScriptedHelper(Scripted):
    """HelperService."""

    def answer(self, task: bytes, data: bytes) -> bytes:
        return self._said("answer", task, data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        return self._said("countersign", task, data)


def usual() -> dict[str, Any]:
    """What services answer where all is well."""
    return {
        "tasks": (Listed(TASK, "sample", 2),),
        "offer": made.SAMPLES[Offer],
        "feed": Feed(2, 3, 40, 100, 0.5),
        "records": Records((made.sealed(made.BASE), made.sealed(made.FIRST))),
        "adapter": ADAPTER,
        "aggregate": b"a packed sum",
        "receipt": made.SAMPLES[Path],
        "enrol": True,
        "is_device": True,
        "accept": True,
        "withdraw": made.SAMPLES[Withdrawn],
        "answer": b"an answer",
        "countersign": b"a signature",
    }


@dataclass
class Place:
    """One role's application, with hands on all that it takes: its clock, its log, its service."""

    service: Any
    client: TestClient
    log: io.StringIO
    clock: list[float]
    terms: Any

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: SigningKey | None = None,
        at: int | None = None,
        nonce: bytes | None = None,
        signed_body: bytes | None = None,
        **headers: str,
    ) -> Any:
        """Send a message, signed where a key is given."""
        told = {"content-type": MEDIA_TYPE} if body else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            signature = request_signature(
                key,
                method,
                path,
                body if signed_body is None else signed_body,
                at=int(self.clock[0]) if at is None else at,
                nonce=nonce or made.drawn(f"nonce {len(self.service.calls)} {path}", 16),
            )
            told["authorization"] = signature.header()
        return self.client.request(method, path, content=body or None, headers=told)


def problem(answer: Any) -> str:
    """The name of a refusal, once it is seen to be a whole problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["hushkey-protocol"] == "hushkey-share/1"
    document = answer.json()
    assert set(document) == {"type", "title", "status", "detail"}
    assert document["status"] == answer.status_code
    assert document["type"].startswith("urn:hushkey:problem:")
    return str(document["type"].rpartition(":")[2])


def _known(task: bytes) -> Terms:
    if task != TASK:
        raise NotFound("there is no such task here; look at the list of tasks")
    return TERMS


def leader(limits: Limits | None = None, **answers: Any) -> Place:
    """A leader's application over a script."""
    service = ScriptedLeader(usual() | answers)
    return _place(service, limits, lambda around: leader_app(service, around), TaskGauges(service))


def helper(limits: Limits | None = None, *, certified: bool = False, **answers: Any) -> Place:
    """A helper's application over a script."""
    service = ScriptedHelper(usual() | answers)
    key = made.PUBLIC["leader"]
    return _place(
        service,
        limits,
        lambda around: helper_app(service, around, leader_key=key, certified=certified),
    )


def _place(service: Any, limits: Limits | None, make: Any, *collectors: Any) -> Place:
    log, clock = io.StringIO(), [float(made.NOW)]
    loopback = ("127.0.0.0/8",)
    front = Front(
        limits or Limits(metrics_from=loopback),
        Log("test", log, lambda: clock[0]),
        Metrics(*collectors),
        lambda: clock[0],
    )
    around = Surroundings(front, Authentication(lambda: int(clock[0])), _known, lambda: None)
    client = TestClient(
        make(around), raise_server_exceptions=False, client=("127.0.0.1", 1), base_url="http://t"
    )
    return Place(service, client, log, clock, _known)
