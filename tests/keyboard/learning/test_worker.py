"""The trainer as a real process: what it answers, what it refuses, when it stops, what it leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hushkey.keyboard.learning.checkpoint import Checkpoint
from hushkey.model.adapter import Adapter
from hushkey.model.frames import Frame, read_frame, write_frame

ENDS_WITHIN_S = 60  # a busy machine may take its time; a hung one is found
SECRET = "zorblaxian"  # stands in a line and must be said by nobody


def started(folder: Path, kind: str = "learn") -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "hushkey.keyboard.learning.worker", kind, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def worker(tiny_folder: Path) -> Iterator[subprocess.Popen]:
    """One process for the tests that leave it alive: importing torch takes seconds."""
    with started(tiny_folder) as process:
        yield process
        process.stdin.close()
        assert process.wait(ENDS_WITHIN_S) == 0
        assert process.stderr.read() == b""


def blobs(lines, adapter: Adapter, kept: bytes = b"") -> list[bytes]:
    return ["\n".join(lines).encode(), adapter.to_bytes(), kept]


def ask(worker, number: int, parts, *, kind: str = "learn", **settings) -> None:
    write_frame(
        worker.stdin, kind, parts, request=number, settings={"pieces": 64, "epochs": 1, **settings}
    )


def told_and_end(worker) -> tuple[bool, list[Frame], Frame]:
    """(whether it said that it begins anew, steps and trainings that ended, the frame that ends the request)."""
    told, anew = [], False
    while (frame := read_frame(worker.stdout)) is not None:
        if frame.kind == "anew":
            assert not told  # before anything that would be kept
            anew = True
        elif frame.kind in {"step", "trained"}:
            told.append(frame)
        else:
            return anew, told, frame
    raise AssertionError("the worker ended")


def conclusion(worker) -> tuple[list[Frame], Frame]:
    """(steps and trainings that ended, the frame that ends the request)."""
    return told_and_end(worker)[1:]


def checkpoint_after(told: list[Frame]) -> Checkpoint:
    """What whoever started it would keep after these frames, the last of which is a step."""
    trained = [blob for frame in told if frame.kind == "trained" for blob in frame.blobs]
    header = told[-1].header
    return Checkpoint(header["task"], tuple(trained), tuple(header["names"]), told[-1].blobs)


def test_lines_become_a_result_and_an_adapter_of_this_base(worker, start, lines):
    ask(worker, 1, blobs(lines, start), epochs=3)
    told, result = conclusion(worker)
    steps = [frame for frame in told if frame.kind == "step"]
    assert [frame.header["step"] for frame in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].header["steps"] == len(steps)
    assert len(told) - len(steps) == 3  # a training for each third
    header = result.header
    assert (result.kind, header["request"], header["kept"]) == ("result", 1, True)
    assert header["keyboard_after"]["nats"] < header["keyboard_before"]["nats"]
    assert header["words"] == sum(len(line.split()) for line in lines)
    assert 0 < header["peak_training_bytes"] < header["process_bytes"]
    adapter = Adapter.from_bytes(result.blobs[0], start.shape, base=start.base)
    assert adapter.ranks == start.ranks
    assert adapter.norm() > 0


def test_a_request_taken_up_at_any_step_gets_the_same_adapter_to_the_byte(worker, start, lines):
    ask(worker, 2, blobs(lines, start), epochs=2)
    told, whole = conclusion(worker)
    steps = [number for number, frame in enumerate(told) if frame.kind == "step"]
    for request, stop in enumerate((steps[0], steps[len(steps) // 2], steps[-1]), start=3):
        kept = checkpoint_after(told[: stop + 1])
        ask(worker, request, blobs(lines, start, kept.to_bytes()), epochs=2)
        anew, rest, result = told_and_end(worker)
        assert not anew
        assert result.blobs == whole.blobs
        assert len(rest) == len(told) - stop - 1


def test_a_checkpoint_of_another_task_or_a_damaged_one_costs_a_beginning_and_no_more(
    worker, start, lines
):
    ask(worker, 6, blobs(lines, start))
    told, whole = conclusion(worker)
    kept = checkpoint_after(told[:1])
    short = Checkpoint(kept.task, (), kept.names, tuple(blob[:-4] for blob in kept.state))
    odd = Checkpoint(kept.task, (), kept.names, tuple(blob[:-1] for blob in kept.state))
    strange = Checkpoint(kept.task, (b"noise",), kept.names, kept.state)
    other = Checkpoint("another", (), kept.names, kept.state)
    for request, wrong in enumerate((short, odd, strange, other), start=7):
        ask(worker, request, blobs(lines, start, wrong.to_bytes()))
        anew, again, result = told_and_end(worker)
        assert anew
        assert result.blobs == whole.blobs
        assert len(again) == len(told)


def test_a_cancelled_request_is_put_down_and_the_next_is_served(worker, start, lines):
    ask(worker, 14, blobs(lines * 40, start))
    write_frame(worker.stdin, "cancel", request=14)
    _, end = conclusion(worker)
    assert (end.kind, end.header["request"]) == ("cancelled", 14)
    ask(worker, 15, blobs(lines[:4], start))
    assert conclusion(worker)[1].kind == "result"


def test_what_does_not_fit_is_refused_by_the_name_of_its_error_alone(worker, start, lines):
    whole = blobs([*lines, f"we met {SECRET}"], start)
    other = Adapter.zero(start.shape, base="another", seed=1, ranks=start.ranks)
    requests = [
        [whole[0], other.to_bytes(), b""],
        [whole[0], f"noise {SECRET}".encode(), b""],
        [whole[0], whole[1], f"noise {SECRET}".encode()],
        [SECRET.encode() + b"\xff\xfe", whole[1], b""],
        [whole[0], start.only([]).to_bytes(), b""],
        whole[:2],
        [],
    ]
    for number, parts in enumerate(requests, start=20):
        ask(worker, number, parts)
        _, end = conclusion(worker)
        assert (end.kind, end.header["request"]) == ("failed", number)
        assert end.header["error"] in {"ModelMismatch", "TrainingFailed", "UnicodeDecodeError"}
        assert SECRET not in str(end.header)
        assert end.blobs == ()
    ask(worker, 30, whole, flavour=3)
    assert conclusion(worker)[1].header["error"] == "TypeError"
    ask(worker, 31, whole, kind="teach")
    assert conclusion(worker)[1].header["error"] == "ModelMismatch"


def test_no_core_can_be_left_and_typing_comes_first(worker, start, lines):
    ask(worker, 40, blobs(lines[:4], start))
    conclusion(worker)
    limits = Path(f"/proc/{worker.pid}/limits")
    if not limits.exists():
        pytest.skip("needs Linux's /proc")
    core = next(row for row in limits.read_text().splitlines() if row.startswith("Max core"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.parametrize("how", ["end of input", "SIGTERM", "broken frame"])
def test_it_ends_at_once_when_nobody_waits_for_it(tiny_folder, start, lines, how):
    with started(tiny_folder) as process:
        ask(process, 1, blobs([*lines * 40, SECRET], start))
        for kind in ("anew", "step"):
            frame = read_frame(process.stdout)
            assert frame is not None
            assert frame.kind == kind
        process.send_signal(signal.SIGINT)  # a key in the terminal is for whoever started it
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


def test_it_ends_when_whoever_started_it_is_gone(tiny_folder, start, lines):
    """Killed without a word: the pipes close, and that is enough."""
    parent = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'hushkey.keyboard.learning.worker', "
        "'learn', sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdin.write(sys.stdin.buffer.read()); child.stdin.flush()\n"
        "assert child.stdout.read(1_000)  # a step is under way\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), 9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent, str(tiny_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        ask(process, 1, blobs(lines * 200, start), epochs=50)
        process.stdin.close()
        pid = int(process.stdout.readline())
        process.wait(ENDS_WITHIN_S)
    wait = f"import os, time\nwhile os.path.exists('/proc/{pid}/fd/0'): time.sleep(0.05)"
    subprocess.run([sys.executable, "-c", wait], timeout=ENDS_WITHIN_S, check=True)


def test_a_base_that_is_not_there_is_told_by_a_types_name(tmp_path):
    with started(tmp_path) as process:
        _, said = process.communicate(timeout=ENDS_WITHIN_S)
    assert process.returncode != 0
    assert said == b"BaseDamaged\n"


def test_full_fine_tuning_is_compared_on_the_same_lines(tiny_folder, start, lines):
    with started(tiny_folder, "compare") as process:
        ask(process, 1, ["\n".join(lines).encode()], kind="compare", epochs=3)
        (_, result) = conclusion(process)
        ask(process, 2, ["\n".join(lines * 40).encode()], kind="compare")
        write_frame(process.stdin, "cancel", request=2)
        (_, stopped) = conclusion(process)
        process.stdin.close()
        assert process.wait(ENDS_WITHIN_S) == 0
    header = result.header
    assert header["full_bytes"] == 4 * start.shape.all_parameters
    assert header["full_training_bytes"] > 0
    assert 0 < header["full_after"]["nats"] < 20
    assert header["keyboard_full_after"]["nats"] < header["full_after"]["nats"]  # n-grams help too
    assert result.blobs == ()
    assert stopped.kind == "cancelled"
