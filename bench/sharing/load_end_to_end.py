"""Many reports from their upload to their record, by both roles as an operator starts them, and the memory meanwhile.

hushkey coordinator serve --workers 2     for the leader and for the helper, each over SQLite
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from bench.sharing.load_cells import require_counted
from bench.sharing.load_generator import Generator, Sent
from bench.sharing.load_operators import HOST, ROLES, ROOT, Operators, Size
from bench.sharing.load_processes import END_S, READY_S, Failed, until
from hushkey.sync.coordinator.roles import Opened
from hushkey.sync.messages import Role

WORKERS = 2
SAMPLE_S = 0.25
WHOLE_S = 400.0
_KINDS: Mapping[Role, tuple[str, ...]] = {"leader": ("web", "batch"), "helper": ("web",)}


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory at one moment."""

    seconds: float  # since the first report
    done: int  # reports in records by then
    bytes: dict[str, list[int]]  # by kind: those of each of its processes


@dataclass(frozen=True, slots=True)
class Whole:
    """What became of all of them."""

    sent: Sent
    seconds: float  # from the first upload to the last record
    released: int
    rejected: int
    samples: list[Sample]


def measured(operators: Operators, size: Size, reports: Path) -> Whole:
    """Send them all and wait for the last record. Raises Failed."""
    stores = operators.sqlite("whole")
    operators.publish(stores, size.end_to_end)
    generator = Generator(operators, reports, size.end_to_end)
    generator.wait()
    with operators.opened(stores) as (leader, helper), _served(operators) as processes:
        began = time.perf_counter()
        generator.begin()
        samples = _watched(operators, leader, size, processes, began)
        seconds = time.perf_counter() - began
        sent = generator.end()
        require_counted(operators, leader, helper, size.end_to_end)
        outcomes = [each.outcome for each in operators.records(leader)]
    return Whole(sent, seconds, outcomes.count("released"), outcomes.count("rejected"), samples)


def _watched(
    operators: Operators,
    leader: Opened,
    size: Size,
    processes: Mapping[str, list[psutil.Process]],
    began: float,
) -> list[Sample]:
    """Sample until all stand in records."""
    samples: list[Sample] = []

    def done() -> bool:
        found = sum(each.accepted for each in operators.records(leader))
        held = {
            kind: [int(each.memory_info().rss) for each in group]
            for kind, group in processes.items()
        }
        samples.append(Sample(time.perf_counter() - began, found, held))
        return found == size.end_to_end

    try:
        until(done, WHOLE_S, f"{size.end_to_end} reports", look_s=SAMPLE_S)
    except psutil.NoSuchProcess:
        raise Failed("a process of a role ended; its folder's log says why") from None
    return samples


@contextmanager
def _served(operators: Operators) -> Iterator[dict[str, list[psutil.Process]]]:
    """Both roles as they are started; yields their processes by kind."""
    with ExitStack() as stack:
        watchers = {}
        for role in reversed(ROLES):
            log = stack.enter_context((operators.folder / role / "log").open("ab"))
            command = [
                sys.executable,
                "-m",
                "hushkey",
                "coordinator",
                "serve",
                "--workers",
                str(WORKERS),
            ]
            command.append(str(operators.settings(role)))
            watchers[role] = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
            stack.callback(_stop, watchers[role])
        for role in ROLES:
            until(
                lambda role=role: _answers(operators.port(role)),
                READY_S,
                f"the {role}'s start",
                0.1,
            )
        found: dict[str, list[psutil.Process]] = {}
        for role, watcher in watchers.items():
            found |= _kinds(role, watcher.pid)
        yield found


def _kinds(role: Role, pid: int) -> dict[str, list[psutil.Process]]:
    """Return a watcher's processes by what they do: it starts them in this order."""
    kinds, found = _KINDS[role], []

    def started() -> bool:
        held = [each for each in psutil.Process(pid).children() if _is_part(each)]
        found[:] = sorted(held, key=lambda each: (each.create_time(), each.pid))
        return len(found) == WORKERS * len(kinds)

    until(started, READY_S, f"the {role}'s processes", 0.1)
    return {
        f"{role}, {kind}": found[WORKERS * place : WORKERS * (place + 1)]
        for place, kind in enumerate(kinds)
    }


def _is_part(process: psutil.Process) -> bool:
    """Whether it is one of the role's own, and not the interpreter's keeper of semaphores."""
    return any("spawn_main" in part for part in process.cmdline())


def _answers(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://{HOST}:{port}/healthz", trust_env=False).status_code == 200
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
