"""The helper over HTTP: its leader alone may ask for sums and signatures."""

import protocol_stand_ins as made
import pytest
from web_stand_ins import BATCH, TASK, Place, helper, problem

from hushkey.sync.errors import BatchTooSmall, RecordRefused
from hushkey.sync.messages import Withdrawal, encode

BATCHES = f"/v1/tasks/{TASK.hex()}/batches"
RECORDS = f"/v1/tasks/{TASK.hex()}/records"
LEADER = made.KEYS["leader"]


@pytest.fixture
def place() -> Place:
    return helper()


def test_the_leader_is_answered_and_what_it_sent_is_handed_on(place: Place):
    batch = place.send("POST", BATCHES, b"a batch", key=LEADER)
    assert (batch.status_code, batch.content) == (200, b"an answer")
    assert place.service.calls == [("answer", (TASK, b"a batch"))]
    record = place.send("POST", RECORDS, b"a proposal", key=LEADER)
    assert (record.status_code, record.content) == (200, b"a signature")


@pytest.mark.parametrize("path", [BATCHES, RECORDS])
def test_nobody_else_is(place: Place, path: str):
    for key in (made.DEVICE, made.KEYS["helper"]):
        answer = place.send("POST", path, b"x", key=key)
        assert (answer.status_code, problem(answer)) == (401, "unauthorized")
    assert problem(place.send("POST", path, b"x")) == "unauthorized"
    assert place.service.calls == []


@pytest.mark.parametrize("at", [made.NOW - 301, made.NOW + 301])
def test_a_clock_that_is_off_is_told(place: Place, at: int):
    assert problem(place.send("POST", BATCHES, b"x", key=LEADER, at=at)) == "clock-or-replay"


def test_a_request_that_was_seen_is_refused(place: Place):
    nonce = made.drawn("a nonce", 16)
    assert place.send("POST", BATCHES, b"x", key=LEADER, nonce=nonce).status_code == 200
    again = place.send("POST", BATCHES, b"x", key=LEADER, nonce=nonce)
    assert problem(again) == "clock-or-replay"
    assert len(place.service.calls) == 1


def test_where_certificates_are_asked_for_a_signature_is_not_enough():
    place = helper(certified=True)
    answer = place.send("POST", BATCHES, b"x", key=LEADER)
    assert (answer.status_code, problem(answer)) == (401, "unauthorized")
    assert place.service.calls == []


def test_refusals_of_the_helper_are_said_by_name(place: Place):
    place.service.answers["answer"] = BatchTooSmall("too few")
    place.service.answers["countersign"] = RecordRefused("a fork")
    batch = place.send("POST", BATCHES, b"x", key=LEADER)
    assert (batch.status_code, problem(batch)) == (409, "batch-too-small")
    record = place.send("POST", RECORDS, b"x", key=LEADER)
    assert (record.status_code, problem(record)) == (409, "record-refused")


def test_a_batch_of_an_unknown_task_is_not_found(place: Place):
    other = f"/v1/tasks/{'a' * 64}/batches"
    assert problem(place.send("POST", other, b"x", key=LEADER)) == "not-found"


def test_a_batch_may_be_as_large_as_its_task_makes_it(place: Place):
    limit = place.terms(TASK).request_bytes
    assert place.send("POST", BATCHES, bytes(limit), key=LEADER).status_code == 200
    answer = place.send("POST", BATCHES, bytes(limit + 1), key=LEADER)
    assert (answer.status_code, problem(answer)) == (413, "too-large")


def test_what_is_public_is_so_at_the_helper_too(place: Place):
    assert place.client.get(RECORDS).status_code == 200
    sums = f"/v1/tasks/{TASK.hex()}/aggregates/{BATCH.hex()}"
    assert place.client.get(sums).content == b"a packed sum"
    withdrawal = encode(made.SAMPLES[Withdrawal])
    path = f"/v1/tasks/{TASK.hex()}/withdrawals"
    assert place.send("POST", path, withdrawal).status_code == 200
    assert place.client.get("/healthz").status_code == 200


def test_the_helper_has_no_route_of_the_leader(place: Place):
    assert place.client.get("/v1/tasks").status_code == 404
    device = place.client.put(f"/v1/tasks/{TASK.hex()}/reports/{'0' * 32}")
    assert device.status_code == 404


def test_records_are_read_and_proposed_on_one_path(place: Place):
    assert place.client.options(RECORDS).headers["allow"] == "GET, HEAD, OPTIONS, POST"
