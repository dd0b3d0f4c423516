"""The HTTP surface as an OpenAPI document, for tools: docs/openapi.json. docs/protocol.md says what it means.

`python -m hushkey.sync.coordinator.openapi > docs/openapi.json` writes it; a test holds it against both applications.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any, Final

from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.coordinator.limits import MESSAGE_BYTES
from hushkey.sync.coordinator.paths import SIZES
from hushkey.sync.coordinator.problems import MEDIA_TYPE as PROBLEM
from hushkey.sync.coordinator.services import RECORDS_MAX
from hushkey.sync.messages import PROTOCOL, Role

LEADER: Final = ("leader",)
HELPER: Final = ("helper",)
BOTH: Final = ("leader", "helper")


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of docs/protocol.md's table."""

    method: str
    path: str
    roles: tuple[Role, ...]
    summary: str
    answers: tuple[tuple[int, str | None], ...]  # status and media type
    refusals: tuple[int, ...] = ()
    body: str | None = None  # the message
    signed: bool = False
    query: tuple[str, ...] = ()


_EVERYWHERE: Final = (426, 429, 500, 503)
_OF_BODIES: Final = (400, 408, 413, 415)
_OF_SIGNED: Final = (401, 403)
_PART: Final = ((200, "application/zlib"), (206, "application/zlib"), (304, None))
_SUM: Final = "application/octet-stream"

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation("get", "/v1/tasks", LEADER, "List tasks", ((200, "application/json"),)),
    Operation("get", "/v1/tasks/{task}", LEADER, "Offer", ((200, MEDIA_TYPE),), (404,)),
    Operation(
        "get",
        "/v1/tasks/{task}/records",
        BOTH,
        "Records",
        ((200, MEDIA_TYPE),),
        (400, 404),
        query=("after", "limit"),
    ),
    Operation("get", "/v1/tasks/{task}/feed", LEADER, "Feed", ((200, "application/json"),), (404,)),
    Operation("get", "/v1/adapters/{hash}", LEADER, "An adapter, zlib", _PART, (404, 416)),
    Operation(
        "get",
        "/v1/tasks/{task}/aggregates/{batch}",
        BOTH,
        "A published sum",
        ((200, _SUM), (206, _SUM), (304, None)),
        (404, 416),
    ),
    Operation(
        "get",
        "/v1/tasks/{task}/receipts/{report}",
        LEADER,
        "Path",
        ((200, MEDIA_TYPE),),
        (404,),
    ),
    Operation(
        "post",
        "/v1/tasks/{task}/devices",
        LEADER,
        "Enrol a device",
        ((201, None), (200, None)),
        (401, 403, 404, *_OF_BODIES),
        body="Enrolment",
    ),
    Operation(
        "put",
        "/v1/tasks/{task}/reports/{report}",
        LEADER,
        "Upload a report",
        ((201, None), (200, None)),
        (404, 409, *_OF_SIGNED, *_OF_BODIES),
        body="Report",
        signed=True,
    ),
    Operation(
        "post",
        "/v1/tasks/{task}/withdrawals",
        BOTH,
        "Withdraw a report",
        ((200, MEDIA_TYPE),),
        (404, 409, *_OF_BODIES),
        body="Withdrawal",
    ),
    Operation(
        "post",
        "/v1/tasks/{task}/batches",
        HELPER,
        "Sum a batch",
        ((200, MEDIA_TYPE),),
        (404, 409, *_OF_SIGNED, *_OF_BODIES),
        body="BatchRequest",
        signed=True,
    ),
    Operation(
        "post",
        "/v1/tasks/{task}/records",
        HELPER,
        "Sign a record",
        ((200, MEDIA_TYPE),),
        (404, 409, *_OF_SIGNED, *_OF_BODIES),
        body="Proposal",
        signed=True,
    ),
    Operation("get", "/healthz", BOTH, "Whether it works", ((200, "text/plain"),)),
    Operation("get", "/metrics", BOTH, "For Prometheus", ((200, "text/plain"),), (404,)),
)


def document(role: Role | None = None) -> dict[str, Any]:
    """Return the document of one role, or of both together."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        if role is None or role in each.roles:
            paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": PROTOCOL, "version": PROTOCOL.rpartition("/")[2]},
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}, "securitySchemes": _SCHEMES},
    }


def _operation(each: Operation) -> dict[str, Any]:
    answers = {str(status): _answer(media) for status, media in each.answers}
    refusal = {"description": "Refused", "content": {PROBLEM: {"schema": _REFERENCE}}}
    answers |= {str(status): refusal for status in sorted({*each.refusals, *_EVERYWHERE})}
    said: dict[str, Any] = {
        "summary": each.summary,
        "description": f"Answered by the {' and the '.join(each.roles)}.",
        "parameters": [*_path_parameters(each.path), *_query_parameters(each)],
        "responses": answers,
    }
    if each.body is not None:
        most = {} if each.signed else {"maxLength": MESSAGE_BYTES}
        schema = {"type": "string", "format": "binary", "description": each.body} | most
        said["requestBody"] = {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}
    if each.signed:
        said["security"] = [{"request": []}]
    return said


def _answer(media: str | None) -> dict[str, Any]:
    return {"description": "Done"} | ({"content": {media: {}}} if media else {})


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^[0-9a-f]{{{2 * size}}}$"},
        }
        for name, size in SIZES.items()
        if f"{{{name}}}" in path
    ]


def _query_parameters(each: Operation) -> list[dict[str, Any]]:
    sizes = {"after": (0, 2**31 - 1), "limit": (0, RECORDS_MAX)}
    return [
        {
            "name": name,
            "in": "query",
            "schema": {"type": "integer", "minimum": sizes[name][0], "maximum": sizes[name][1]},
        }
        for name in each.query
    ]


_REFERENCE: Final = {"$ref": "#/components/schemas/Problem"}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "pattern": "^urn:hushkey:problem:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_SCHEMES: Final[dict[str, Any]] = {
    "request": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Hushkey key=KEY, at=TIME, nonce=NONCE, signature=SIGNATURE",
    }
}

if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1)
    sys.stdout.write("\n")
