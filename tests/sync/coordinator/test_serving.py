"""Two processes over real TLS: a round from codes to a version, who is let in, and what dies is started again."""

import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import protocol_stand_ins as made
import psutil
import pytest
from running_stand_ins import Pair, Running, authority, certify, pair, post, put

from hushkey.sync.coordinator import administration, keys_file
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.keys import DeviceKey, OperatorKey

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory.mktemp("roles")) as both:
        yield both


def _operator(role: Running) -> OperatorKey:
    return keys_file.read(role.folder / "operator.keys").operator


def _name(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_devices_enrol_report_and_both_operators_record_the_batch(running: Pair):
    with running.leader.opened() as held:
        codes = administration.codes(held, running.identity, 4)
    with running.leader.client() as client, running.helper.client() as other:
        for number, code in enumerate(codes):
            device = DeviceKey(made.drawn(f"device {number}"))
            assert running.report_of(device, client, code).status_code == 201
        deadline = time.monotonic() + 60
        while len(records := running.records(client)) < 2:
            assert time.monotonic() < deadline, running.leader.log()
            time.sleep(0.2)
        assert [each.outcome for each in records] == ["base", "released"]
        assert (records[1].accepted, records[1].version) == (4, 1)
        assert running.records(other) == records
        sums = f"{running.of_task}/aggregates/{records[1].batch.hex()}"
        assert client.get(sums).content == other.get(sums).content
        adapter = client.get(f"/v1/adapters/{records[1].adapter.hex()}")
        assert adapter.headers["content-type"] == "application/zlib"
        metrics = client.get("/metrics").text
    assert 'outcome="released"' in metrics
    assert 'hushkey_reports_total{result="new"} 4.0' in metrics  # of both processes together
    assert 'hushkey_stage_seconds_count{stage="helper sums"} 1.0' in metrics


def test_a_rollback_is_a_new_version_that_both_sign(running: Pair):
    with running.leader.opened() as held:
        held.leader().roll_back(running.identity, 0, "suggestions became worse")
    with running.leader.client() as client:
        deadline = time.monotonic() + 60
        while len(records := running.records(client)) < 3:
            assert time.monotonic() < deadline, running.leader.log()
            time.sleep(0.2)
    assert (records[2].outcome, records[2].version) == ("rolled-back", 2)
    assert records[2].adapter == records[0].adapter


def test_the_helper_asks_its_leader_for_a_certificate_beside_the_signature(running: Pair):
    key = _operator(running.leader)
    path = f"{running.of_task}/batches"
    with running.helper.client() as bare, running.helper.client(running.leader.folder) as shown:
        assert _name(post(bare, path, b"no batch", key)) == "unauthorized"
        assert _name(post(shown, path, b"no batch", key)) == "invalid-message"
        assert _name(post(shown, path, b"no batch", made.DEVICE)) == "unauthorized"


def test_a_certificate_of_another_authority_does_not_get_through(running: Pair, tmp_path: Path):
    certify(tmp_path, authority(tmp_path, "stranger"))
    with running.helper.client(tmp_path) as client, pytest.raises(httpx.TransportError):
        post(client, f"{running.of_task}/batches", b"x", _operator(running.leader))


def test_older_tls_and_plain_http_do_not_get_through(running: Pair):
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.TransportError):
        client.get(f"http://127.0.0.1:{running.leader.port}/v1/tasks")
    context = ssl.create_default_context(cafile=str(running.leader.folder / "ca.crt"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        httpx.Client(verify=context, trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.get(f"{running.leader.url}/v1/tasks")


def _connected(role: Running) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(role.folder / "ca.crt"))
    plain = socket.create_connection(("127.0.0.1", role.port), timeout=20)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def _answer(connection: ssl.SSLSocket) -> bytes:
    """What is sent until the other side closes."""
    held = b""
    while part := connection.recv(65_536):
        held += part
    return held


def test_a_body_that_comes_too_slowly_is_refused_and_the_connection_closed(running: Pair):
    head = f"POST {running.of_task}/withdrawals HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n"
    with _connected(running.leader) as slow:
        slow.sendall(f"{head}Content-Type: {MEDIA_TYPE}\r\n\r\n".encode() + b"a few")
        answer = _answer(slow)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"urn:hushkey:problem:refused" in answer


def test_a_head_that_never_ends_is_cut_off_by_time_and_by_size(running: Pair):
    with _connected(running.leader) as slow:
        slow.sendall(b"GET /v1/tasks HTTP/1.1\r\nX: ")
        started = time.monotonic()
        assert _answer(slow) == b""
        assert time.monotonic() - started < 15
    with _connected(running.leader) as long:
        long.sendall(b"GET /v1/tasks HTTP/1.1\r\nX: " + b"a" * 40_000)
        assert _answer(long).startswith(b"HTTP/1.1 400 ")


def test_a_body_is_refused_at_its_limit_over_the_network(running: Pair):
    with running.leader.client() as client:
        answer = post(client, f"{running.of_task}/withdrawals", bytes(20_000))
        assert (answer.status_code, _name(answer)) == (413, "too-large")
        path = f"{running.of_task}/reports/{'0' * 32}"
        assert _name(put(client, path, b"x", made.DEVICE)) == "device-unknown"


def test_the_logs_are_lines_of_json_without_ids_keys_or_addresses(running: Pair):
    for role in (running.leader, running.helper):
        assert all({"time", "role", "event"} <= line.keys() for line in role.lines())
        text = role.log()
        assert "127.0.0.1" not in text
        assert running.identity.hex()[:16] not in text


def test_a_process_that_is_killed_is_started_again_and_nobody_is_turned_away(running: Pair):
    leader = running.leader
    assert leader.process is not None
    children = psutil.Process(leader.process.pid).children()
    for child in children:
        if "resource_tracker" not in " ".join(child.cmdline()):
            os.kill(child.pid, signal.SIGKILL)
    leader.wait()
    assert sum(line["event"] == "process ended" for line in leader.lines()) >= 1
    assert leader.process.poll() is None


def test_sigterm_ends_all_of_it_in_order(running: Pair):
    helper = running.helper
    assert helper.process is not None
    children = psutil.Process(helper.process.pid).children(recursive=True)
    assert helper.stop() == 0
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    assert helper.lines()[-1]["event"] == "stopped"
