"""A role's processes for the load bench: the parts that `serve` starts, but counted, timed, and begun all at once.

`serve` starts web and batch processes together, and each is ready when it is: here one kind runs alone, and the clock
starts when the last of them is ready. What they run is the shipped code, over settings as an operator's.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any

import psutil

from hushkey.sync.coordinator.config import load
from hushkey.sync.coordinator.listening import answer_requests, bound
from hushkey.sync.coordinator.logs import LIBRARIES, Log
from hushkey.sync.coordinator.metrics import Metrics
from hushkey.sync.coordinator.roles import application, opened, work, worker_of

CONTEXT = multiprocessing.get_context("spawn")
READY_S, END_S = 120.0, 40.0


@dataclass(frozen=True, slots=True)
class Part:
    """So many processes of one kind of a role."""

    settings: Path
    target: Callable[..., None]  # answering or working
    count: int


class Failed(RuntimeError):
    """The load could not be measured: the message says what was seen."""


def answering(path: Path, listening: socket, log: Path, ready: Any) -> None:
    """Answer requests from when all are ready until SIGTERM."""
    signal.signal(signal.SIGTERM, _leave)
    said = _logged(path, log)
    config = load(path)
    with opened(config) as held:
        app, front, role = application(held, said)
        ready.wait(READY_S)
        try:
            answer_requests(app, config, listening)
        finally:
            front.close()
            role.close()


def working(path: Path, _: None, log: Path, ready: Any) -> None:
    """Work batches off from when all are ready until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    said = _logged(path, log)
    config = load(path)
    with opened(config) as held:
        worker = worker_of(held, Metrics())
        ready.wait(READY_S)
        work(worker, config.batching.poll_s, stop, said)


def _leave(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


def _logged(path: Path, log: Path) -> Log:
    """Write what is logged into a file, as an operator does."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    said = Log(path.parent.name)
    said.adopt(LIBRARIES)
    return said


class Running:
    """Processes that run; what they have cost so far can be asked."""

    def __init__(self, groups: Sequence[Sequence[BaseProcess]]) -> None:
        self._groups = [[psutil.Process(each.pid) for each in group] for group in groups]
        self._processes = [each for group in groups for each in group]

    def cpu_s(self) -> list[float]:
        """Return the processor seconds of each part so far."""
        return [sum(cpu_s(each) for each in group) for group in self._groups]

    def require_alive(self) -> None:
        """Return if none has ended. Raises Failed."""
        ended = [each.exitcode for each in self._processes if each.exitcode is not None]
        if ended:
            raise Failed(f"processes of a role ended with {ended}; its folder's log says why")


@contextmanager
def running(parts: Sequence[Part]) -> Iterator[Running]:
    """Start the parts; the block runs once all are ready. Raises Failed."""
    ready = CONTEXT.Barrier(1 + sum(part.count for part in parts))
    sockets: list[socket] = []
    groups = [_started(part, ready, sockets) for part in parts]
    everyone = [each for group in groups for each in group]
    try:
        with _failing(everyone):
            ready.wait(READY_S)
        yield Running(groups)
    finally:
        for each in everyone:
            each.terminate()
        for each in everyone:
            each.join(END_S)
            if each.is_alive():
                each.kill()
        for held in sockets:
            held.close()


def _started(part: Part, ready: Any, sockets: list[socket]) -> list[BaseProcess]:
    listening = None
    if part.target is answering:
        listening = bound(load(part.settings))
        sockets.append(listening)
    given = (part.settings, listening, part.settings.parent / "log", ready)
    group = [CONTEXT.Process(target=part.target, args=given) for _ in range(part.count)]
    for each in group:
        each.start()
    return group


@contextmanager
def _failing(processes: Sequence[BaseProcess]) -> Iterator[None]:
    try:
        yield
    except threading.BrokenBarrierError:
        ended = sum(not each.is_alive() for each in processes)
        raise Failed(
            f"the roles did not start in time ({ended} ended); their logs say why"
        ) from None


def cpu_s(process: psutil.Process) -> float:
    """Return the processor seconds of a process so far; 0 of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def until(done: Callable[[], bool], seconds: float, what: str, look_s: float = 0.02) -> None:
    """Wait for what takes a while. Raises Failed."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise Failed(f"{what} took longer than {seconds:g} s")
        time.sleep(look_s)
