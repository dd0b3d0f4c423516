"""A role put together from its settings, in the process that runs it. Each process opens its own store and keys."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from starlette.applications import Starlette

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.sync.coordinator import keys_file
from hushkey.sync.coordinator.authentication import Authentication
from hushkey.sync.coordinator.config import CoordinatorConfig, load
from hushkey.sync.coordinator.front import Front
from hushkey.sync.coordinator.gate import Gate, TextGate, Verdict
from hushkey.sync.coordinator.helper import Helper, HelperPolicy
from hushkey.sync.coordinator.keys_file import FileReceivers, OperatorKeys
from hushkey.sync.coordinator.leader import Leader
from hushkey.sync.coordinator.listening import answer_requests
from hushkey.sync.coordinator.logs import LIBRARIES, Log
from hushkey.sync.coordinator.metrics import Metrics, TaskGauges
from hushkey.sync.coordinator.peer import connect
from hushkey.sync.coordinator.services import HelperPeer
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Shapes, Tasks
from hushkey.sync.coordinator.web import Surroundings, helper_app, leader_app
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.errors import ConfigRefused, StoreRefused

SWEEP_S = 300.0  # between two looks for what has expired


@dataclass(frozen=True, slots=True)
class Opened:
    """What a process of a role holds."""

    config: CoordinatorConfig
    keys: OperatorKeys
    receivers: FileReceivers
    store: Store
    base: Base
    shapes: Shapes

    def leader(self) -> Leader:
        """Return the leader. Raises ConfigRefused in a helper's settings."""
        self._require("leader")
        return Leader(
            self.store, self.keys.operator, self.receivers, self.shapes, entropy=os.urandom
        )

    def helper(self) -> Helper:
        """Return the helper. Raises ConfigRefused in a leader's settings."""
        self._require("helper")
        floor = self.config.floor
        policy = HelperPolicy(
            batch_min=floor.batch_min,
            sigma_min=floor.sigma,
            epsilon_max=floor.epsilon,
            leaders=frozenset({self.config.other().key}),
            demonstration=floor.demonstration,
        )
        return Helper(
            self.store,
            self.keys.operator,
            self.receivers,
            self.shapes,
            policy,
            entropy=os.urandom,
        )

    def _require(self, role: str) -> None:
        if self.config.role != role:
            raise ConfigRefused(
                f"this is for a {role}, and the settings are a {self.config.role}'s"
            )


@contextmanager
def opened(config: CoordinatorConfig) -> Iterator[Opened]:
    """Open a role's keys and store for as long as the block runs. Raises ConfigRefused, StoreRefused."""
    keys = keys_file.read(config.keys)
    if keys.role != config.role:
        raise ConfigRefused(f"the keys are a {keys.role}'s, and the settings a {config.role}'s")
    base = load_base()
    shapes = {base.identity: base.shape()}
    store = Store.open(config.store, clock=now)
    try:
        yield Opened(config, keys, FileReceivers(config.keys), store, base, shapes)
    finally:
        store.close()


def now() -> int:
    """Whole seconds since 1970."""
    return int(time.time())


def check(config: CoordinatorConfig) -> None:
    """Return if a role could start: the files, the store, the peer. Raises ConfigRefused, StoreRefused."""
    with opened(config) as held:
        if config.role == "leader":
            held.leader()
            connect(config, held.keys.operator).close()
            _gate_lines(config)
        else:
            held.helper()


# Processes --------------------------------------------------------------------------------------


def web_process(path: Path, listening: socket.socket) -> None:
    """Answer requests until SIGTERM."""
    signal.signal(
        signal.SIGTERM, _leave
    )  # uvicorn raises it again once it has ended, and we end in order
    config = load(path)
    log = Log(config.role)
    log.adopt(LIBRARIES)
    with opened(config) as held:
        app, front, role = application(held, log)
        if isinstance(role, Helper):
            _Every(SWEEP_S, role.sweep, log).start()
        try:
            answer_requests(app, config, listening)
        finally:
            front.close()
            role.close()


def _leave(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


def application(held: Opened, log: Log) -> tuple[Starlette, Front, Leader | Helper]:
    """Return a role's application, its doorkeeper and the role itself."""
    config = held.config
    role: Leader | Helper = held.leader() if config.role == "leader" else held.helper()
    metrics = Metrics(TaskGauges(role)) if isinstance(role, Leader) else Metrics()
    front = Front(config.limits, log, metrics)
    terms = Tasks(held.store, held.shapes)
    around = Surroundings(front, Authentication(now), terms.get, _Alive(terms))
    if isinstance(role, Leader):
        return leader_app(role, around), front, role
    leader_key = config.other().key
    certified = config.tls is not None
    return helper_app(role, around, leader_key=leader_key, certified=certified), front, role


@dataclass(frozen=True, slots=True)
class _Alive:
    """Asks the store for something small. Raises StoreRefused."""

    tasks: Tasks

    def __call__(self) -> None:
        self.tasks.all()


def batch_process(path: Path) -> None:
    """Work batches off until SIGTERM; what is at hand then is left where its last stage was stored."""
    config = load(path)
    log = Log(config.role)
    log.adopt(LIBRARIES)
    stop = threading.Event()

    def stopping(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopping)
    with opened(config) as held:
        leader = held.leader()
        _Every(SWEEP_S, leader.sweep, log).start()
        work(worker_of(held, Metrics()), config.batching.poll_s, stop, log)


def worker_of(held: Opened, metrics: Metrics) -> Worker:
    """Return a leader's worker over its settings. Raises ConfigRefused."""
    config = held.config
    gate = TextGate(held.base, _gate_lines(config), worse_by=config.gate.worse_by)
    return Worker(
        held.store,
        Keys(held.keys.operator, held.receivers),
        held.shapes,
        _TimedHelper(connect(config, held.keys.operator), metrics),
        _TimedGate(gate, metrics),
        entropy=os.urandom,
    )


def work(worker: Worker, poll_s: float, stop: threading.Event, log: Log) -> None:
    """Take step after step until `stop`; after the last there was, look again in `poll_s`."""
    while not stop.is_set():
        try:
            busy = worker.step()
        except StoreRefused as refused:
            log("store refused", problem=refused.problem)
            busy = False
        if not busy:
            stop.wait(poll_s)


def _gate_lines(config: CoordinatorConfig) -> list[str]:
    if config.gate.text is None:
        raise ConfigRefused(
            "gate.text is missing: no version would be judged; nothing was started; name a file of public text"
        )
    try:
        return config.gate.text.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigRefused(
            f"{config.gate.text} cannot be read as text; nothing was started"
        ) from None


@dataclass(frozen=True, slots=True)
class _TimedHelper:
    """A helper whose answers are timed."""

    peer: HelperPeer
    metrics: Metrics

    def answer(self, task: bytes, data: bytes) -> bytes:
        with _timed(self.metrics, "helper sums"):
            return self.peer.answer(task, data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        with _timed(self.metrics, "helper signs"):
            return self.peer.countersign(task, data)

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        return self.peer.withdraw(task, data)


@dataclass(frozen=True, slots=True)
class _TimedGate:
    """A gate whose verdicts are timed."""

    gate: Gate
    metrics: Metrics

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        with _timed(self.metrics, "gate"):
            return self.gate.verdict(before, *candidates)


@contextmanager
def _timed(metrics: Metrics, stage: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        metrics.stage(stage, time.monotonic() - started)


class _Every(threading.Thread):
    """Does something every so often, beside the process's work."""

    def __init__(self, seconds: float, act: Callable[[], object], log: Log) -> None:
        super().__init__(daemon=True)
        self._seconds = seconds
        self._act = act
        self._log = log

    def run(self) -> None:
        """Go on until the process ends."""
        while True:
            time.sleep(self._seconds)
            try:
                self._act()
            except StoreRefused as refused:
                self._log("store refused", problem=refused.problem)
