"""What the device says on the network, and what it makes of answers that nobody honest gives."""

import json
import zlib

import httpx
import pytest
from protocol_stand_ins import DEVICE, METADATA, SAMPLES, TASK_HASH, drawn

from hushkey.sync.device.client import TRIES, Client
from hushkey.sync.errors import (
    MessageRefused,
    NotFound,
    ReportConflict,
    SyncError,
    TooLarge,
    Unreachable,
)
from hushkey.sync.messages import Offer, Withdrawal, Withdrawn, encode, hash_of

URL = "https://leader.example"
PLAIN = drawn("an adapter", 50_000)
DIGEST = hash_of(PLAIN)


class Scripted(httpx.BaseTransport):
    """Answers as told, as a stream, which is what a connection gives."""

    def __init__(self, answer) -> None:
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        told = self._answer(request)
        if not told.is_stream_consumed:
            return told
        headers = [pair for pair in told.headers.raw if pair[0].lower() != b"transfer-encoding"]
        return httpx.Response(
            told.status_code, headers=headers, stream=httpx.ByteStream(told.content)
        )


def client(answer, waits=None) -> Client:
    """A client whose requests `answer` answers."""
    slept = [] if waits is None else waits
    return Client(
        lambda: 1_800_000_000.0,
        lambda n: bytes([255] * n),
        Scripted(answer),
        slept.append,
    )


def problem(name: str, status: int) -> httpx.Response:
    document = {
        "type": f"urn:hushkey:problem:{name}",
        "status": status,
        "detail": "nothing was changed",
    }
    return httpx.Response(status, content=json.dumps(document).encode())


def test_an_offer_is_decoded_and_nothing_but_the_question_is_said():
    seen: list[httpx.Request] = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, content=encode(SAMPLES[Offer]), headers={"Set-Cookie": "id=1"})

    asked = client(answer)
    for _ in range(2):
        assert asked.offer(URL, TASK_HASH) == SAMPLES[Offer]
    for request in seen:
        assert "cookie" not in request.headers
        assert request.headers["user-agent"] == "-"
        assert "authorization" not in request.headers
        assert request.headers["hushkey-protocol"] == "hushkey-share/1"


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("not-found", 404, NotFound),
        ("report-conflict", 409, ReportConflict),
        ("never heard of", 400, SyncError),
    ],
)
def test_a_refusal_is_raised_again(name, status, kind):
    with pytest.raises(kind, match="nothing was changed"):
        client(lambda _: problem(name, status)).offer(URL, TASK_HASH)


def test_what_may_pass_is_tried_again_after_longer_and_longer_waits():
    waits: list[float] = []
    with pytest.raises(Unreachable):
        client(lambda _: problem("unavailable", 503), waits).offer(URL, TASK_HASH)
    assert len(waits) == TRIES - 1
    assert waits == sorted(waits)
    assert waits[-1] == 2 * waits[-2] == 4.0


def test_a_retry_is_signed_anew_over_the_same_bytes():
    seen: list[httpx.Request] = []

    def answer(request):
        seen.append(request)
        return problem("unavailable", 503) if len(seen) == 1 else httpx.Response(201)

    counter = iter(range(100))
    asked = Client(
        lambda: 1_800_000_000.0,
        lambda n: bytes([next(counter)] * n),
        Scripted(answer),
        lambda _: None,
    )
    asked.upload(URL, TASK_HASH, METADATA.report, b"a report", DEVICE)
    one, two = seen
    assert one.content == two.content == b"a report"
    assert one.headers["authorization"] != two.headers["authorization"], "a nonce is used once"


def test_nothing_is_sent_where_a_redirect_points():
    hosts = []

    def answer(request):
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(MessageRefused, match="elsewhere"):
        client(answer).upload(URL, TASK_HASH, METADATA.report, b"a report", DEVICE)
    assert hosts == ["leader.example"]


@pytest.mark.parametrize(
    "url", ["http://leader.example", "ftp://127.0.0.1", "http://127.0.0.1.example"]
)
def test_only_loopback_is_asked_without_tls(url):
    with pytest.raises(MessageRefused, match="TLS"):
        client(lambda _: httpx.Response(200)).offer(url, TASK_HASH)


def test_an_answer_without_an_end_is_cut_off():
    with pytest.raises(TooLarge):
        client(lambda _: httpx.Response(200, content=bytes(1 << 20))).offer(URL, TASK_HASH)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\xff" * 40, encode(SAMPLES[Offer])[:-1]],
    ids=["nothing", "a number", "no array", "cut"],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(MessageRefused):
        client(lambda _: httpx.Response(200, content=data)).offer(URL, TASK_HASH)


def test_a_withdrawal_of_another_report_is_no_answer():
    told = encode(Withdrawn(drawn("another", 16), "withdrawn"))
    with pytest.raises(MessageRefused):
        client(lambda _: httpx.Response(200, content=told)).withdraw(
            URL, TASK_HASH, Withdrawal(METADATA.report, drawn("token"))
        )


class Broken(httpx.SyncByteStream):
    """A connection that breaks off."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self):
        yield self._data
        raise httpx.ReadError("broken off")


def test_a_download_goes_on_where_it_broke_off():
    packed = zlib.compress(PLAIN)
    asked: list[str | None] = []

    def answer(request):
        asked.append(request.headers.get("range"))
        start = int(asked[-1].removeprefix("bytes=").removesuffix("-")) if asked[-1] else 0
        end = start + 20_000
        headers = {"Content-Range": f"bytes {start}-{len(packed) - 1}/{len(packed)}"}
        status = 206 if start else 200
        if end < len(packed):
            return httpx.Response(status, headers=headers, stream=Broken(packed[start:end]))
        return httpx.Response(status, headers=headers, content=packed[start:])

    assert client(answer).adapter(URL, DIGEST, len(PLAIN)) == PLAIN
    assert asked == [None, "bytes=20000-", "bytes=40000-"]


def test_a_server_that_begins_anew_is_followed():
    packed, asked = zlib.compress(PLAIN), []

    def answer(request):
        asked.append(request)
        if len(asked) == 1:
            return httpx.Response(200, stream=Broken(packed[:100]))
        return httpx.Response(200, content=packed)

    assert client(answer).adapter(URL, DIGEST, len(PLAIN)) == PLAIN


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(PLAIN[:-1] + b"x"),
        zlib.compress(PLAIN)[:-3],
        zlib.compress(PLAIN) + b"x",
        b"not zlib",
        zlib.compress(PLAIN + PLAIN),
    ],
    ids=["another adapter", "cut", "more behind it", "no stream", "longer"],
)
def test_an_adapter_that_is_not_the_records_is_not_used(packed):
    with pytest.raises(MessageRefused, match="not used"):
        client(lambda _: httpx.Response(200, content=packed)).adapter(URL, DIGEST, len(PLAIN))


def test_a_small_stream_of_endless_zeros_is_not_unpacked():
    bomb = zlib.compress(bytes(50_000_000))
    with pytest.raises(MessageRefused):
        client(lambda _: httpx.Response(200, content=bomb)).adapter(URL, DIGEST, 100_000)
