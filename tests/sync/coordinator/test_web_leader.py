"""The leader over HTTP: every route, what each refuses, and that a refusal tells nobody anything."""

import re
from typing import Any

import protocol_stand_ins as made
import pytest
from web_stand_ins import (
    ADAPTER,
    BATCH,
    DIGEST,
    REPORT,
    REPORT_BYTES,
    TASK,
    Place,
    leader,
    problem,
    report_with,
)

from hushkey.sync import errors
from hushkey.sync.coordinator import problems
from hushkey.sync.coordinator.config import Limits
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.errors import (
    CodeRefused,
    NotFound,
    OneLiveReport,
    ReportConflict,
    StoreRefused,
    SyncError,
)
from hushkey.sync.keys import DeviceKey
from hushkey.sync.messages import Enrolment, Offer, Path, Records, Withdrawal, Withdrawn, encode

UPLOAD = f"/v1/tasks/{TASK.hex()}/reports/{REPORT.hex()}"
OF_TASK = f"/v1/tasks/{TASK.hex()}"


@pytest.fixture
def place() -> Place:
    return leader()


# Reading ----------------------------------------------------------------------------------------


def test_anyone_lists_tasks_and_watches_one(place: Place):
    assert place.client.get("/v1/tasks").json() == {
        "protocol": "hushkey-share/1",
        "tasks": [{"task": TASK.hex(), "name": "sample", "version": 2}],
    }
    assert place.client.get(f"{OF_TASK}/feed").json() == {
        "version": 2,
        "sequence": 3,
        "pending": 40,
        "batch_min": 100,
        "epsilon": 0.5,
    }


def test_messages_are_answered_as_the_bytes_that_they_are(place: Place):
    answer = place.client.get(OF_TASK)
    assert answer.content == encode(made.SAMPLES[Offer])
    assert answer.headers["content-type"] == MEDIA_TYPE
    receipt = place.client.get(f"{OF_TASK}/receipts/{REPORT.hex()}")
    assert receipt.content == encode(made.SAMPLES[Path])
    assert place.service.calls[-1] == ("receipt", (TASK, REPORT))


def test_records_are_asked_for_from_a_place_on_and_never_more_than_256(place: Place):
    whole = encode(Records((made.sealed(made.BASE), made.sealed(made.FIRST))))
    assert place.client.get(f"{OF_TASK}/records").content == whole
    place.client.get(f"{OF_TASK}/records?after=7&limit=3")
    place.client.get(f"{OF_TASK}/records?limit=100000")
    asked = [arguments[1:] for _, arguments in place.service.calls]
    assert asked == [(None, 256), (7, 3), (None, 256)]


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=1&limit=2", "after=2147483648", "before=1", "after="]
)
def test_a_query_that_is_not_understood_is_refused(place: Place, query: str):
    answer = place.client.get(f"{OF_TASK}/records?{query}")
    assert (answer.status_code, problem(answer)) == (400, "invalid-message")
    assert place.service.calls == []


def test_an_aggregate_and_an_adapter_never_change(place: Place):
    for path in (f"{OF_TASK}/aggregates/{BATCH.hex()}", f"/v1/adapters/{DIGEST.hex()}"):
        answer = place.client.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["etag"] == f'"{path.rpartition("/")[2]}"'
    assert place.client.get(f"/v1/adapters/{DIGEST.hex()}").content == ADAPTER


# Ranges -----------------------------------------------------------------------------------------

ETAG = f'"{DIGEST.hex()}"'


def _adapter(place: Place, **headers: str) -> Any:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return place.client.get(f"/v1/adapters/{DIGEST.hex()}", headers=told)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=4000-", 4000, 5000),
        ("bytes=-10", 4990, 5000),
        ("bytes=4000-99999", 4000, 5000),
        ("bytes=-99999", 0, 5000),
    ],
)
def test_a_broken_download_goes_on_where_it_was(place: Place, asked: str, start: int, end: int):
    answer = _adapter(place, range=asked, if_range=ETAG)
    assert answer.status_code == 206
    assert answer.content == ADAPTER[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/5000"


@pytest.mark.parametrize("asked", ["bytes=1-2,5-6", "bytes=-", "lines=1-2", "bytes=a-b"])
def test_a_range_that_is_not_understood_is_answered_whole(place: Place, asked: str):
    assert _adapter(place, range=asked).status_code == 200


def test_another_version_is_sent_whole_and_a_known_one_not_at_all(place: Place):
    assert _adapter(place, range="bytes=10-", if_range='"another"').content == ADAPTER
    assert _adapter(place, if_none_match=ETAG).status_code == 304


@pytest.mark.parametrize("asked", ["bytes=5000-", "bytes=9-3", "bytes=-0"])
def test_a_range_that_holds_no_byte_says_how_many_there_are(place: Place, asked: str):
    answer = _adapter(place, range=asked)
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */5000")
    assert problem(answer) == "refused"


# Enrolment and withdrawal -----------------------------------------------------------------------


def test_a_device_enrols_once_and_is_told_so_again(place: Place):
    body = encode(made.SAMPLES[Enrolment])
    assert place.send("POST", f"{OF_TASK}/devices", body).status_code == 201
    place.service.answers["enrol"] = False
    again = place.send("POST", f"{OF_TASK}/devices", body)
    assert (again.status_code, again.content) == (200, b"")
    place.service.answers["enrol"] = CodeRefused("the enrolment code was used; ask for another")
    refused = place.send("POST", f"{OF_TASK}/devices", body)
    assert (refused.status_code, problem(refused)) == (403, "enrolment-code")


def test_an_enrolment_for_another_task_does_not_reach_the_service(place: Place):
    other = f"/v1/tasks/{made.drawn('another task').hex()}/devices"
    answer = place.send("POST", other, encode(made.SAMPLES[Enrolment]))
    assert (answer.status_code, problem(answer)) == (400, "invalid-message")
    assert place.service.calls == []


def test_a_report_is_withdrawn_by_whoever_has_the_token(place: Place):
    body = encode(made.SAMPLES[Withdrawal])
    answer = place.send("POST", f"{OF_TASK}/withdrawals", body)
    assert answer.content == encode(made.SAMPLES[Withdrawn])
    assert place.service.calls[-1] == ("withdraw", (TASK, made.SAMPLES[Withdrawal]))


# Reports ----------------------------------------------------------------------------------------


def test_a_report_is_stored_and_the_same_again_is_no_refusal(place: Place):
    first = place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE)
    assert (first.status_code, first.content) == (201, b"")
    assert place.service.calls[-1] == ("accept", (TASK, made.DEVICE.public, REPORT_BYTES))
    place.service.answers["accept"] = False
    assert place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE).status_code == 200


@pytest.mark.parametrize(
    "refusal",
    [ReportConflict("the same id"), OneLiveReport("one lives"), StoreRefused("busy")],
)
def test_what_the_service_refuses_is_said_by_name(place: Place, refusal: SyncError):
    place.service.answers["accept"] = refusal
    answer = place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE)
    assert (answer.status_code, problem(answer)) == (refusal.status, refusal.problem)
    assert answer.json()["detail"] == str(refusal)
    assert ("retry-after" in answer.headers) == (refusal.status == 503)


def _accepted(place: Place) -> bool:
    return any(name == "accept" for name, _ in place.service.calls)


def test_an_unsigned_report_is_refused_before_its_body_is_read(place: Place):
    answer = place.client.put(UPLOAD, content=_endless())
    assert (answer.status_code, problem(answer)) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Hushkey"
    assert place.service.calls == []


def test_a_report_of_a_key_that_is_not_enrolled_is_refused_before_its_body_is_read(place: Place):
    place.service.answers["is_device"] = False
    header = {"authorization": _header(place, made.DEVICE)}
    answer = place.client.put(UPLOAD, content=_endless(), headers=header)
    assert (answer.status_code, problem(answer)) == (403, "device-unknown")


def _header(place: Place, key: DeviceKey) -> str:
    found = []
    place.client.event_hooks["request"] = [
        lambda request: found.append(request.headers["authorization"])
    ]
    place.send("PUT", UPLOAD, REPORT_BYTES, key=key)
    place.client.event_hooks["request"] = []
    return str(found[0])


def _endless() -> Any:
    """A body that must not be asked for."""
    raise AssertionError("the body was read")
    yield b""  # a generator: it raises once it is begun


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ({"signed_body": b"other bytes"}, "unauthorized"),
        ({"at": made.NOW - 301}, "clock-or-replay"),
        ({"at": made.NOW + 301}, "clock-or-replay"),
    ],
)
def test_a_report_whose_signature_does_not_hold_now_is_refused(
    place: Place, how: dict[str, Any], name: str
):
    answer = place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE, **how)
    assert (answer.status_code, problem(answer)) == (401, name)
    assert not _accepted(place)


def test_a_request_that_was_seen_is_refused_and_one_that_was_signed_anew_is_not(place: Place):
    nonce = made.drawn("one nonce", 16)
    assert place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE, nonce=nonce).status_code == 201
    again = place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE, nonce=nonce)
    assert (again.status_code, problem(again)) == (401, "clock-or-replay")
    fresh = place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE, nonce=made.drawn("two", 16))
    assert fresh.status_code == 201


def test_a_report_under_another_id_or_of_cut_bytes_is_refused(place: Place):
    other = report_with(made.drawn("another", 16))
    answer = place.send("PUT", UPLOAD, other, key=made.DEVICE)
    assert (answer.status_code, problem(answer)) == (400, "report-rejected")
    cut = place.send("PUT", UPLOAD, REPORT_BYTES[:-1], key=made.DEVICE)
    assert (cut.status_code, problem(cut)) == (400, "invalid-message")
    assert not _accepted(place)


def test_one_device_is_slowed_down_without_slowing_another():
    place = leader(Limits(device_burst=2, device_per_s=0.1))
    key = DeviceKey(made.drawn("another device"))
    nonces = iter(made.drawn(f"nonce {at}", 16) for at in range(99))

    def status(device: DeviceKey) -> int:
        return int(
            place.send("PUT", UPLOAD, REPORT_BYTES, key=device, nonce=next(nonces)).status_code
        )

    assert [status(made.DEVICE) for _ in range(3)] == [201, 201, 429]
    assert status(key) == 201
    place.clock[0] += 10
    assert status(made.DEVICE) == 201


def test_nobody_spends_the_rate_of_a_device_without_its_key():
    place = leader(Limits(device_burst=1))
    for _ in range(5):
        place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE, signed_body=b"forged")
    assert place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE).status_code == 201


# Bodies -----------------------------------------------------------------------------------------


def test_a_body_is_refused_at_its_limit_before_it_is_whole(place: Place):
    chunks = []

    def body() -> Any:
        for at in range(1_000):
            chunks.append(at)
            yield bytes(65_536)

    answer = place.client.post(
        f"{OF_TASK}/withdrawals", content=body(), headers={"content-type": MEDIA_TYPE}
    )
    assert (answer.status_code, problem(answer)) == (413, "too-large")
    assert answer.headers["connection"] == "close"


def test_a_report_may_be_as_large_as_its_task_makes_it_and_no_larger(place: Place):
    longer = REPORT_BYTES + bytes(600)
    answer = place.send("PUT", UPLOAD, longer, key=made.DEVICE)
    assert (answer.status_code, problem(answer)) == (413, "too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json"},
        {"content_type": f"{MEDIA_TYPE}; charset=utf-8"},
        {"content_type": MEDIA_TYPE, "content_encoding": "gzip"},
    ],
)
def test_a_body_of_another_kind_is_refused(place: Place, headers: dict[str, str]):
    answer = place.send("POST", f"{OF_TASK}/withdrawals", b"x", **headers)
    assert (answer.status_code, problem(answer)) == (415, "refused")


# Paths, methods, versions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v2/tasks", "/v1/tasks/", f"/v1/tasks/{'A' * 64}", f"/v1/tasks/{'a' * 63}"],
)
def test_an_unknown_path_is_a_problem_document_too(place: Place, path: str):
    answer = place.client.get(path)
    assert (answer.status_code, problem(answer)) == (404, "not-found")


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "TRACE", "BREW"])
def test_a_method_that_a_path_does_not_take_is_told_those_it_takes(place: Place, method: str):
    answer = place.client.request(method, OF_TASK)
    assert (answer.status_code, problem(answer)) == (405, "refused")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_lists_the_methods_and_head_is_answered_without_a_body(place: Place):
    options = place.client.options(UPLOAD)
    assert (options.status_code, options.headers["allow"]) == (204, "OPTIONS, PUT")
    assert place.client.head(OF_TASK).status_code == 200


def test_another_protocol_is_told_which_one_is_spoken(place: Place):
    answer = place.client.get("/v1/tasks", headers={"hushkey-protocol": "hushkey-share/2"})
    assert (answer.status_code, problem(answer)) == (426, "too-old")
    assert answer.headers["upgrade"] == "hushkey-share/1"
    both = {"hushkey-protocol": "hushkey-share/2, hushkey-share/1"}
    assert place.client.get("/v1/tasks", headers=both).status_code == 200


# Load and faults --------------------------------------------------------------------------------


def test_an_address_is_slowed_down_whatever_it_asks():
    place = leader(Limits(address_burst=3, address_per_s=1.0))
    answers = [place.client.get("/v1/tasks") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert problem(answers[-1]) == "rate-limited"
    assert answers[-1].headers["retry-after"]
    place.clock[0] += 1
    assert place.client.get("/nowhere").status_code == 404


def test_a_fault_of_ours_says_nothing_and_its_line_names_the_class_alone(place: Place):
    place.service.answers["tasks"] = RuntimeError("typed text, a key, a share")
    answer = place.client.get("/v1/tasks")
    assert (answer.status_code, problem(answer)) == (500, "unavailable")
    assert "typed" not in answer.text + place.log.getvalue()
    assert {"event": "fault", "error": "RuntimeError", "route": "/v1/tasks"}.items() <= (
        place.lines()[0].items()
    )


def test_the_log_names_routes_and_neither_ids_nor_addresses_nor_what_was_sent(place: Place):
    place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE)
    place.client.get(f"/v1/tasks/{'b' * 64}/feed?secret=1")
    place.client.get("/somewhere/else")
    text = place.log.getvalue()
    assert not re.search(r"[0-9a-f]{16}|127\.0|secret|somewhere", text)
    assert [line["route"] for line in place.lines()] == [
        "PUT /v1/tasks/{task}/reports/{report}",
        "GET /v1/tasks/{task}/feed",
        "GET unknown",
    ]
    assert all({"time", "role", "event", "status", "ms"} <= line.keys() for line in place.lines())


def test_no_refusal_quotes_what_was_received(place: Place):
    marked = b"\xc4\xa3marked-bytes"
    texts = [
        place.send("POST", f"{OF_TASK}/withdrawals", marked).text,
        place.send("PUT", UPLOAD, marked, key=made.DEVICE).text,
        place.client.get("/v1/tasks/marked-bytes").text,
        place.client.get(f"{OF_TASK}/records?after=marked-bytes").text,
        place.client.get("/marked-bytes").text,
        place.client.get("/v1/tasks", headers={"hushkey-protocol": "marked-bytes"}).text,
    ]
    assert all("urn:hushkey:problem:" in text for text in texts)
    assert "marked" not in "".join(texts)


def test_every_name_of_a_refusal_is_one_of_those_that_a_client_knows():
    def names(module: Any) -> set[str]:
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
        return {kind.problem for kind in kinds if issubclass(kind, SyncError)}

    assert len(names(problems)) > 1
    assert names(problems) <= names(errors)


# The operator -----------------------------------------------------------------------------------


def test_health_is_that_of_the_store(place: Place):
    assert place.client.get("/healthz").text == "ok\n"


def test_metrics_count_requests_reports_and_what_the_store_says(place: Place):
    place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE)
    place.service.answers["accept"] = OneLiveReport("one lives")
    place.send("PUT", UPLOAD, REPORT_BYTES, key=made.DEVICE)
    place.service.answers["records"] = Records(
        tuple(made.sealed(record) for record in made.CHAIN[:3])
    )
    text = place.client.get("/metrics").text
    assert 'hushkey_reports_total{result="new"} 1.0' in text
    assert 'hushkey_reports_total{result="one-live-report"} 1.0' in text
    route = 'method="PUT",route="/v1/tasks/{task}/reports/{report}",status="201"'
    assert f"hushkey_requests_total{{{route}}} 1.0" in text
    label = f'name="sample",task="{TASK.hex()[:16]}"'
    assert f"hushkey_pending_reports{{{label}}} 40.0" in text
    assert f"hushkey_epsilon_to_date{{{label}}} 11.0" in text
    assert f"hushkey_epsilon_of_last_batch{{{label}}} 5.5" in text
    rejected = f'name="sample",outcome="rejected",task="{TASK.hex()[:16]}"'
    assert f"hushkey_records_total{{{rejected}}} 1.0" in text
    assert place.client.get("/metrics").text.count("hushkey_epsilon_to_date{") == 1


def test_few_pending_reports_are_not_shown(place: Place):
    place.service.answers |= {"records": Records(())}
    feed = place.service.answers["feed"]
    place.service.answers["feed"] = type(feed)(2, 3, None, 100, 0.5)
    assert "hushkey_pending_reports{" not in place.client.get("/metrics").text


def test_metrics_are_for_the_networks_that_the_operator_named():
    place = leader(Limits(metrics_from=("10.0.0.0/8",)))
    answer = place.client.get("/metrics")
    assert (answer.status_code, problem(answer)) == (404, "not-found")


def test_a_task_that_is_unknown_is_not_found(place: Place):
    place.service.answers["offer"] = NotFound("there is no such task here; look at the list")
    answer = place.client.get(OF_TASK)
    assert (answer.status_code, problem(answer)) == (404, "not-found")
