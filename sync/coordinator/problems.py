"""Refusals as problem documents (RFC 9457). They quote nothing that was received."""

import http
import json
from collections.abc import Mapping

from starlette.responses import Response

from hushkey.sync.errors import SyncError
from hushkey.sync.messages import PROTOCOL

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:hushkey:problem:"
RETRY_AFTER_S = 30
_TO_RETRY = frozenset({429, 503})
_CLOSES = frozenset({408, 413})  # what else arrives on the connection is not read
SILENT: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Hushkey-Protocol": PROTOCOL,
    "X-Content-Type-Options": "nosniff",
}


class MethodRefused(SyncError):
    """A method that the path does not take."""

    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"this path takes {allowed}; nothing was changed")
        self.allowed = allowed


class BodyLate(SyncError):
    """A body that did not arrive in time."""

    status = 408


class MediaRefused(SyncError):
    """A body of another media type, or one in a content encoding."""

    status = 415


class RangeRefused(SyncError):
    """A range beyond the end."""

    status = 416


class Unavailable(SyncError):
    """Too much at once, or an answer that took too long: the same request may succeed later."""

    problem = "unavailable"
    status = 503


class Fault(SyncError):
    """A fault of ours."""

    problem = "unavailable"
    status = 500


def problem(error: SyncError, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal's document."""
    document = {
        "type": TYPE + error.problem,
        "title": http.HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": str(error),
    }
    told = dict(SILENT) | dict(headers or {})
    if error.status in _TO_RETRY:
        told["Retry-After"] = str(RETRY_AFTER_S)
    if error.status in _CLOSES:
        told["Connection"] = "close"
    if error.status == 401:
        told["WWW-Authenticate"] = "Hushkey"
    if error.status == 426:
        told |= {"Upgrade": PROTOCOL, "Connection": "Upgrade"}
    return Response(json.dumps(document), error.status, told, MEDIA_TYPE)
