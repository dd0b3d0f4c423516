"""Parts of bytes that never change, for downloads that go on where they broke off (RFC 9110 §13, §14). Pure."""

import re
from collections.abc import Mapping

from starlette.responses import Response

from hushkey.sync.coordinator.problems import SILENT, RangeRefused, problem

_RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))", re.ASCII)
FOR_EVER = "public, max-age=31536000, immutable"


def unchanging(data: bytes, etag: str, media_type: str, asked: Mapping[str, str]) -> Response:
    """Answer with data that its tag names for ever: whole, a part, or that the asker has it."""
    headers = dict(SILENT) | {"Cache-Control": FOR_EVER, "ETag": etag, "Accept-Ranges": "bytes"}
    known = [tag.strip() for tag in asked.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    found = _RANGE.fullmatch(asked.get("range", ""))
    if found is None or asked.get("if-range", etag) != etag:
        return Response(data, 200, headers, media_type)
    part = _within(found, len(data))
    if part is None:
        refusal = RangeRefused("the range begins beyond the end; nothing was sent; begin anew")
        return problem(refusal, {"Content-Range": f"bytes */{len(data)}"})
    start, end = part
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, headers, media_type)


def _within(found: re.Match[str], size: int) -> tuple[int, int] | None:
    """Return [start, end) of the one range that was asked for; None where it holds no byte."""
    first, last, tail = found.groups()
    if tail is not None:
        start, end = max(0, size - int(tail)), size
    else:
        start, end = int(first), size if last is None else min(size, int(last) + 1)
    return (start, end) if start < end else None
