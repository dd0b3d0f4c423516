"""The helper as a leader's worker reaches it: tried again where that may help, refused by name where it may not."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import protocol_stand_ins as made
import pytest
from web_stand_ins import TASK

from hushkey.sync.coordinator.peer import HttpHelper
from hushkey.sync.errors import BatchTooSmall, RecordRefused, SyncError, Unreachable
from hushkey.sync.signing import check_request, read_request

KEY = made.KEYS["leader"]


class Line:
    """A network as a script, and what was sent over it."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        answer = self.answers[min(len(self.sent), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer()


def _helper(line: Line, limit: int = 1000) -> HttpHelper:
    client = httpx.Client(transport=httpx.MockTransport(line))
    count = iter(range(1_000))
    return HttpHelper(
        "https://helper.example",
        KEY,
        client,
        limit,
        now=lambda: float(made.NOW),
        sleep=line.waits.append,
        entropy=lambda size: made.drawn(str(next(count)), size),
    )


def _refusal(status: int, name: str) -> Callable[[], httpx.Response]:
    body = json.dumps({"type": f"urn:hushkey:problem:{name}", "detail": "their own words"})
    return _streamed(status, body.encode())


def _streamed(status: int, body: bytes, **headers: str) -> Callable[[], httpx.Response]:
    """An answer that arrives, as from a network, only when it is read."""
    return lambda: httpx.Response(status, content=iter([body]), headers=headers)


def test_each_try_is_signed_anew_over_the_same_bytes():
    line = Line(httpx.ConnectError("no"), _refusal(503, "unavailable"), _streamed(200, b"ok"))
    assert _helper(line).answer(TASK, b"a batch") == b"ok"
    nonces = set()
    for request in line.sent:
        claim = read_request(request.headers["authorization"])
        path = f"/v1/tasks/{TASK.hex()}/batches"
        known = check_request(
            claim, "POST", path, b"a batch", now=made.NOW, seen=lambda _, __: False
        )
        assert known == KEY.public
        nonces.add(claim.nonce)
    assert len(nonces) == len(line.sent) == 3


def test_waits_grow_and_come_to_an_end():
    line = Line(httpx.ReadTimeout("late"))
    with pytest.raises(Unreachable, match="ReadTimeout"):
        _helper(line).countersign(TASK, b"x")
    assert len(line.sent) == 3
    assert 0.5 <= line.waits[0] <= 1.0 <= line.waits[1] <= 2.0


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (409, "batch-too-small", BatchTooSmall),
        (409, "record-refused", RecordRefused),
        (418, "of-another-version", SyncError),
    ],
)
def test_a_refusal_is_raised_again_at_once_and_without_their_words(
    status: int, name: str, kind: type[SyncError]
):
    line = Line(_refusal(status, name))
    with pytest.raises(kind) as refused:
        _helper(line).answer(TASK, b"x")
    assert type(refused.value) is kind
    assert len(line.sent) == 1
    assert "their own" not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"type": 3}', b"\xff" * 9])
def test_a_refusal_that_is_no_document_is_one_all_the_same(body: bytes):
    with pytest.raises(SyncError, match="no name here"):
        _helper(Line(_streamed(400, body))).answer(TASK, b"x")


def test_an_answer_without_an_end_is_not_kept():
    line = Line(lambda: httpx.Response(200, content=iter([bytes(600), bytes(600)])))
    with pytest.raises(Unreachable, match="longer"):
        _helper(line).answer(TASK, b"x")


def test_a_redirection_is_not_followed():
    line = Line(_streamed(307, b"", location="https://elsewhere.example"))
    with pytest.raises(SyncError):
        _helper(line).answer(TASK, b"x")
    assert len(line.sent) == 1
