"""One role as processes: some that answer, some that work batches off, and one that watches them. Holds no state.

Whatever dies is started again; what it was at lies in the store. SIGTERM lets requests and stages end; SIGHUP starts
every process anew, one after another, with the keys and settings as they are then. Nobody is turned away meanwhile:
the socket is the watcher's.
"""

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from hushkey.sync.coordinator import roles
from hushkey.sync.coordinator.config import CoordinatorConfig
from hushkey.sync.coordinator.listening import GRACE_S, bound, server_context
from hushkey.sync.coordinator.logs import LIBRARIES, Log

RESTART_S = 1.0  # between two starts of one process
STARTS_MAX = 5  # within STARTS_WITHIN_S; then something is wrong that starting again does not mend
STARTS_WITHIN_S = 30.0
_LOOK_S = 0.2

Target = Callable[..., None]


@dataclass(slots=True)
class _Kept:
    """A process that is to run, whatever happens to it."""

    name: str
    target: Target
    arguments: tuple[object, ...]
    process: BaseProcess | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it anew. Python is started afresh: no lock or connection of this process is in it."""
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_child, args=(self.target, self.arguments), name=self.name)
        process.start()
        self.process = process
        now = time.monotonic()
        self.starts = [at for at in self.starts if now - at < STARTS_WITHIN_S] + [now]

    def stop(self) -> None:
        """Let it end what it is at, and end it if it does not."""
        if self.process is None:
            return
        self.process.terminate()
        self.process.join(GRACE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@dataclass(slots=True)
class Watcher:
    """Keeps processes running until it is told to stop."""

    log: Log
    kept: list[_Kept]
    stopping: bool = False
    renewing: bool = False

    def run(self) -> bool:
        """Start them, start again what dies, stop them. False where one would not stay alive."""
        with _signals(
            {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._renew}
        ):
            for each in self.kept:
                each.start()
            self.log("started", count=len(self.kept))
            healthy = self._watch()
            for each in self.kept:  # all are told before one is waited for
                if each.process is not None:
                    each.process.terminate()
            for each in self.kept:
                each.stop()
        self.log("stopped")
        return healthy

    def _watch(self) -> bool:
        while not self.stopping:
            wait([each.process.sentinel for each in self.kept if each.process], timeout=_LOOK_S)
            if self.renewing:
                self._start_all_anew()
            for each in self.kept:
                if self.stopping or each.process is None or each.process.is_alive():
                    continue
                self.log("process ended", process=each.name, status=each.process.exitcode)
                if len(each.starts) >= STARTS_MAX:
                    return False
                time.sleep(RESTART_S)
                each.start()
        return True

    def _start_all_anew(self) -> None:
        self.renewing = False
        for each in self.kept:
            each.stop()
            each.start()
        self.log("renewed", count=len(self.kept))

    def _stop(self, _: int, __: FrameType | None) -> None:
        self.stopping = True

    def _renew(self, _: int, __: FrameType | None) -> None:
        self.renewing = True


@contextmanager
def _signals(
    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]],
) -> Iterator[None]:
    before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _child(target: Target, arguments: tuple[object, ...]) -> None:
    """Run a process's part, and end it with the watcher, however that ended."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # for the watcher alone
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells the whole group
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    target(*arguments)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def serve(path: Path, config: CoordinatorConfig, workers: int) -> bool:
    """Serve a role with so many processes of each kind until SIGTERM. False where they would not stay alive."""
    log = Log(config.role)
    log.adopt(LIBRARIES)
    server_context(config)  # refused here, and not in each process
    roles.check(config)
    listening = bound(config)
    with listening, tempfile.TemporaryDirectory(prefix="hushkey-metrics-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        kept = [_Kept(f"web {n}", roles.web_process, (path, listening)) for n in range(workers)]
        if config.role == "leader":
            kept += [_Kept(f"batch {n}", roles.batch_process, (path,)) for n in range(workers)]
        return Watcher(log, kept).run()
