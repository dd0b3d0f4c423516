"""The trainer as a real process: what it answers, what it refuses, when it stops, what it leaves."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hushkey.model.adapter import Adapter, AdapterShape
from hushkey.model.frames import Frame, read_frame, write_frame
from hushkey.model.training.desk import PIECES, WEIGHTS, lines_of_blobs
from hushkey.model.training.network import Network
from hushkey.model.training.weights import save_weights

ENDS_WITHIN_S = 60  # a busy machine may take its time; a hung one is found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, network: Network, pieces_model: bytes) -> Path:
    folder = tmp_path_factory.mktemp("base")
    save_weights(network, folder / WEIGHTS)
    (folder / PIECES).write_bytes(pieces_model)
    return folder


@pytest.fixture(scope="module")
def start(folder: Path, network: Network) -> Adapter:
    base = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return Adapter.zero(AdapterShape(**network.shape.as_dict()), base=base, seed=1)


@pytest.fixture(scope="module")
def worker(folder: Path) -> Iterator[subprocess.Popen]:
    """One process for the tests that leave it alive: importing torch takes seconds."""
    with started(folder) as process:
        yield process
        process.stdin.close()
        assert process.wait(ENDS_WITHIN_S) == 0


def started(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "hushkey.model.training.worker", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def blobs(lines, adapter: Adapter) -> list[bytes]:
    lengths = np.array([len(line) for line in lines], dtype="<u4")
    return [np.concatenate(lines).astype("<u2").tobytes(), lengths.tobytes(), adapter.to_bytes()]


def ask(worker, number: int, parts, **settings) -> None:
    write_frame(worker.stdin, "train", parts, request=number, settings={"pieces": 64, **settings})


def conclusion(worker) -> tuple[list[Frame], Frame]:
    """(progress, the frame that ends the request)."""
    progress = []
    while (frame := read_frame(worker.stdout)) is not None:
        if frame.kind != "progress":
            return progress, frame
        progress.append(frame)
    raise AssertionError("the worker ended")


def test_lines_become_a_result_and_an_adapter_of_this_base(worker, start, lines):
    ask(worker, 1, blobs(lines, start))
    progress, result = conclusion(worker)
    assert [frame.header["step"] for frame in progress] == list(range(1, len(progress) + 1))
    assert progress[-1].header["steps"] == len(progress)
    assert (result.kind, result.header["request"], result.header["kept"]) == ("result", 1, True)
    assert result.header["after_nats"] < result.header["before_nats"]
    adapter = Adapter.from_bytes(result.blobs[0], start.shape, base=start.base)
    assert adapter.norm() > 0


def test_the_same_request_gets_the_same_adapter_to_the_byte(worker, start, lines):
    answers = []
    for number in (2, 3):
        ask(worker, number, blobs(lines, start))
        answers.append(conclusion(worker)[1].blobs[0])
    assert answers[0] == answers[1]


def test_a_cancelled_request_is_put_down_and_the_next_is_served(worker, start, lines):
    ask(worker, 4, blobs(lines * 40, start))
    write_frame(worker.stdin, "cancel", request=4)
    _, end = conclusion(worker)
    assert (end.kind, end.header["request"]) == ("cancelled", 4)
    ask(worker, 5, blobs(lines[:4], start))
    assert conclusion(worker)[1].kind == "result"


def test_what_does_not_fit_is_refused_by_the_name_of_its_error_alone(worker, start, lines):
    whole = blobs(lines, start)
    other = Adapter.zero(start.shape, base="another", seed=1)
    beyond = np.array([60_000], dtype="<u2").tobytes()
    requests = [
        [whole[0], whole[1], other.to_bytes()],
        [whole[0], whole[1], b"noise"],
        [whole[0][:-2], whole[1], whole[2]],
        [whole[0][:-1], whole[1], whole[2]],
        [beyond, np.array([1], dtype="<u4").tobytes(), whole[2]],
        whole[:2],
    ]
    for number, parts in enumerate(requests, start=10):
        ask(worker, number, parts)
        _, end = conclusion(worker)
        assert (end.kind, end.header["request"]) == ("failed", number)
        assert end.header["error"] in {"ModelMismatch", "ValueError"}
    ask(worker, 20, whole, flavour=3)
    assert conclusion(worker)[1].header["error"] == "TypeError"


def test_no_core_can_be_left_and_no_file_is_open_for_writing(worker, start, lines):
    ask(worker, 30, blobs(lines[:4], start))
    conclusion(worker)
    limits = Path(f"/proc/{worker.pid}/limits")
    if not limits.exists():
        pytest.skip("needs Linux's /proc")
    core = next(row for row in limits.read_text().splitlines() if row.startswith("Max core"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.parametrize("how", ["end of input", "SIGTERM", "broken frame"])
def test_it_ends_at_once_when_nobody_waits_for_it(folder, start, lines, how):
    with started(folder) as process:
        ask(process, 1, blobs(lines * 40, start))
        first = read_frame(process.stdout)
        assert first is not None
        assert first.kind == "progress"
        if how == "end of input":
            process.stdin.close()
        elif how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.write(b"\xff" * 8)
            process.stdin.flush()
        assert conclusion(process)[1].kind == "cancelled"
        assert process.wait(ENDS_WITHIN_S) == 0
        assert process.stderr.read() == b""


def test_a_base_that_is_not_there_is_told_by_a_types_name(tmp_path):
    with started(tmp_path) as process:
        _, said = process.communicate(timeout=ENDS_WITHIN_S)
    assert process.returncode != 0
    assert said == b"BaseDamaged\n"


def test_lines_come_back_from_their_blobs():
    lines = [np.array(line, dtype=np.uint16) for line in ([1, 2, 3], [], [4])]
    lengths = np.array([3, 0, 1], dtype="<u4").tobytes()
    cut = lines_of_blobs(np.concatenate(lines).tobytes(), lengths, vocabulary=5)
    assert [line.tolist() for line in cut] == [[1, 2, 3], [4]]
    assert lines_of_blobs(b"", b"", vocabulary=5) == []
