"""Sends reports as devices do, each signed and on a connection of its own, from a process of its own.

What can be made before is made before: reports are sealed, requests signed and put together. What is left, to connect,
write and read, is timed apart, so that it shows whether the sender was what was measured.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.sharing.load_operators import HOST, Operators, device
from bench.sharing.load_processes import CONTEXT, Failed
from bench.sharing.load_reports import read
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.messages import PROTOCOL, Report, decode
from hushkey.sync.signing import NONCE_BYTES, request_signature

AT_ONCE = 16  # devices that wait for an answer
REPORT_BYTES = 2**20
_TIMEOUT_S = 30.0
_CREATED = b"HTTP/1.1 201 "


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the reports."""

    count: int
    seconds: float  # from the first connection to the last answer
    cpu_s: float  # of the sender
    p50_s: float  # from a connection to its answer
    p99_s: float
    wire_bytes: int  # of one request, its head included
    answer_bytes: int


def request(task: bytes, port: int, number: int, data: bytes) -> bytes:
    """Return a device's whole request: what a server reads of its connection."""
    report = decode(data, Report, limit_bytes=REPORT_BYTES).metadata.report
    path = f"/v1/tasks/{task.hex()}/reports/{report.hex()}"
    signed = request_signature(
        device(number), "PUT", path, data, at=int(time.time()), nonce=os.urandom(NONCE_BYTES)
    )
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n"
        f"Content-Length: {len(data)}\r\nContent-Type: {MEDIA_TYPE}\r\nHushkey-Protocol: {PROTOCOL}\r\n"
        f"Authorization: {signed.header()}\r\n\r\n"
    )
    return head.encode() + data


class Generator:
    """A process that has its requests ready, and sends them when it is told."""

    def __init__(self, operators: Operators, reports: Path, count: int) -> None:
        self._ours, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_generate, args=(operators, reports, count, theirs))
        self._process.start()
        theirs.close()

    def wait(self) -> None:
        """Return once its requests are ready."""
        self._receive()

    def begin(self) -> None:
        """Let it send."""
        self._ours.send("send")

    def end(self) -> Sent:
        """Return what became of them, once all are answered. Raises Failed where one was refused."""
        found = self._receive()
        self._process.join()
        if isinstance(found, str):
            raise Failed(f"a report was not accepted: {found}")
        return found

    def _receive(self) -> Any:
        try:
            return self._ours.recv()
        except EOFError:
            raise Failed("the sender ended; what it printed says why") from None


def _generate(operators: Operators, reports: Path, count: int, told: Any) -> None:
    task, port = operators.identity, operators.port("leader")
    requests = [request(task, port, *each) for each in enumerate(read(reports, count))]
    told.send("ready")
    told.recv()
    try:
        told.send(_sent(port, requests))
    except (Failed, OSError) as error:
        told.send(str(error) or type(error).__name__)


def _sent(port: int, requests: list[bytes]) -> Sent:
    waiting = iter(requests)
    took: list[float] = []
    answers: set[int] = set()
    failed: list[Exception] = []
    lock = threading.Lock()

    def send() -> None:
        try:
            for each in _shared(waiting, lock):
                began = time.perf_counter()
                answers.add(len(_answer(port, each)))
                took.append(time.perf_counter() - began)
        except (Failed, OSError) as error:
            failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(min(AT_ONCE, len(requests)))]
    began, cpu = time.perf_counter(), time.process_time()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if failed:
        raise failed[0]
    p50, p99 = np.percentile(took, (50, 99))
    longest = max(len(each) for each in requests)
    return Sent(len(took), seconds, cpu, float(p50), float(p99), longest, max(answers))


def _shared(waiting: Iterator[bytes], lock: threading.Lock) -> Iterator[bytes]:
    """Yield what no other thread has taken."""
    while True:
        with lock:
            each = next(waiting, None)
        if each is None:
            return
        yield each


def _answer(port: int, request: bytes) -> bytes:
    """Send one request; returns the answer. Raises Failed unless the report was new, and accepted."""
    with socket.create_connection((HOST, port), timeout=_TIMEOUT_S) as connection:
        connection.sendall(request)
        held = b""
        while part := connection.recv(4_096):
            held += part
    if not held.startswith(_CREATED):
        raise Failed(held.partition(b"\r\n")[0].decode("ascii", "replace") or "no answer")
    return held
