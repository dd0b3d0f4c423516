"""Both operators on this machine: real roles, keys and databases in a folder that goes with them, HTTP on loopback.

Weak noise, batches of as many reports as there are devices: a demonstration, not private, and marked as one in terms
that sample profiles alone take.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

import uvicorn
from starlette.applications import Starlette

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.groups import Ranks
from hushkey.sync.coordinator import administration, keys_file
from hushkey.sync.coordinator.config import RECEIVER_DAYS, CoordinatorConfig, parsed
from hushkey.sync.coordinator.drafting import Choices
from hushkey.sync.coordinator.gate import Gate, TextGate, Verdict
from hushkey.sync.coordinator.http_protocol import protocol
from hushkey.sync.coordinator.keys_file import FileReceivers, OperatorKeys
from hushkey.sync.coordinator.leader import Leader
from hushkey.sync.coordinator.logs import LIBRARIES, Log
from hushkey.sync.coordinator.peer import connect
from hushkey.sync.coordinator.roles import Opened, application, now, work
from hushkey.sync.coordinator.services import RECORDS_MAX, Feed
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.errors import StoreRefused
from hushkey.sync.messages import Record, Role, decode, encode
from hushkey.sync.releases.chain import RECORD_BYTES

HOST: Final = "127.0.0.1"
NAMES: Final[Mapping[Role, str]] = {"leader": "North (sample)", "helper": "South (sample)"}
RANKS: Final[Ranks] = {"output": 16}
"""Of a few devices and under weak noise it shows more than the plan "shared", which was chosen under much."""
CLIP_NORM: Final = 2.0  # a thousand words of the samples move 1.6 to 1.9
VARIANCE_FLOOR: Final = 0.5**2 / 4096  # of so many numbers: what moves less than 0.5 counts less
RATE: Final = 1.0
SIGMA_OF_DEVICE: Final = 3  # the noise of a mean then has norm 0.5, whatever the batch
POLL_S: Final = 0.1
START_S: Final = 60.0
_OPEN: Final = {
    "address_per_s": 10_000.0,
    "address_burst": 10_000,
    "device_per_s": 100.0,
    "device_burst": 100,
    "threads": 4,
}


@dataclass(slots=True)
class Watched:
    """A gate whose last verdict can be looked at."""

    gate: Gate
    last: Verdict | None = None

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        """Compare candidates with the last version."""
        self.last = self.gate.verdict(before, *candidates)
        return self.last


@dataclass(slots=True)
class Operators:
    """Leader and helper as they run, seen from the leader's operator."""

    held: Opened  # the leader's
    leader: Leader
    task: bytes
    epsilon: float  # of one report
    gate: Watched

    def codes(self, count: int) -> list[str]:
        """Return enrolment codes, each for one device."""
        return administration.codes(self.held, self.task, count)

    def feed(self) -> Feed:
        """Return what the live view shows: version and reports that wait."""
        return self.leader.feed(self.task)

    def records(self, after: int) -> list[Record]:
        """Return the records with a sequence above `after`."""
        found = self.leader.records(self.task, after, RECORDS_MAX).records
        return [decode(each.body, Record, limit_bytes=RECORD_BYTES) for each in found]


def choices(devices: int, ranks: Ranks) -> Choices:
    """Return the terms of a demonstration over so many devices."""
    return Choices(
        name="demonstration, not private",
        ranks=ranks,
        batch_min=devices,
        batch_max=devices,
        sigma=SIGMA_OF_DEVICE * devices,
        clip_norm=CLIP_NORM,
        variance_floor=VARIANCE_FLOOR,
        rate=RATE,
        norm_limit=2.0,
        ttl_days=1,
        demonstration=True,
    )


@contextmanager
def operators(
    folder: Path,
    base: Base,
    held_out: Sequence[str],
    devices: int,
    ranks: Ranks | None = None,
) -> Iterator[Operators]:
    """Serve both roles over a folder that is theirs, with one task. Raises TaskRefused, StoreRefused, ConfigRefused."""
    chosen = choices(devices, ranks or RANKS)
    with ExitStack() as stack, _quiet(folder / "log") as log:
        roles = _opened(stack, folder, base)
        task, shown = _published(roles, chosen)
        gate = Watched(TextGate(base, held_out))
        services = {role: _Service(held, log) for role, held in roles.items()}
        for role, service in services.items():
            stack.callback(service.stop)
            service.start(roles[role].config.port)
        leader = services["leader"].role
        assert isinstance(leader, Leader)  # noqa: S101  the leader's settings make one
        stack.enter_context(_working(roles["leader"], gate, log))
        made = Operators(roles["leader"], leader, task, shown.prediction.epsilon_per_report, gate)
        _wait(lambda: bool(leader.tasks()))
        yield made


# Roles ------------------------------------------------------------------------------------------


def _opened(stack: ExitStack, folder: Path, base: Base) -> dict[Role, Opened]:
    """Make both roles' keys, settings and databases."""
    known: tuple[Role, ...] = get_args(Role)
    keys = {role: OperatorKeys.generate(role, now(), RECEIVER_DAYS, os.urandom) for role in known}
    ports = _free_ports(known)
    shapes = {base.identity: base.shape()}
    opened: dict[Role, Opened] = {}
    for role in known:
        (folder / role).mkdir(mode=0o700)
        other: Role = "helper" if role == "leader" else "leader"
        config = _settings(folder / role, role, ports, other, keys[other])
        keys_file.create(config.keys, keys[role])
        store = Store.open(config.store, clock=now)
        stack.callback(store.close)
        opened[role] = Opened(config, keys[role], FileReceivers(config.keys), store, base, shapes)
    return opened


def _free_ports(known: Sequence[Role]) -> dict[Role, int]:
    """Find a free port for each role; all are held until all are found."""
    with ExitStack() as held:
        found = {role: held.enter_context(socket.create_server((HOST, 0))) for role in known}
        return {role: int(each.getsockname()[1]) for role, each in found.items()}


def _settings(
    folder: Path, role: Role, ports: Mapping[Role, int], other: Role, keys: OperatorKeys
) -> CoordinatorConfig:
    told = {
        "role": role,
        "name": NAMES[role],
        "url": f"http://{HOST}:{ports[role]}",
        "listen": f"{HOST}:{ports[role]}",
        "store": f"sqlite:///{role}.db",
        "peer": {
            "name": NAMES[other],
            "url": f"http://{HOST}:{ports[other]}",
            "key": keys.operator.public.hex(),
        },
        "limits": _OPEN,
        "floor": {"demonstration": True},
    }
    return parsed(told, folder)


def _published(roles: Mapping[Role, Opened], chosen: Choices) -> tuple[bytes, administration.Shown]:
    """Make the task as two operators would: drafted and signed, signed, published."""
    file, shown = administration.create_task(roles["leader"], chosen)
    signed = administration.sign_task(roles["helper"], encode(file))
    return administration.publish_task(roles["leader"], encode(signed)), shown


# What runs --------------------------------------------------------------------------------------


class _Service:
    """One role's HTTP server, on a thread."""

    def __init__(self, held: Opened, log: Log) -> None:
        app, self._front, self.role = application(held, log)
        self._config = held.config
        self._server = _server(app, held.config)
        self._thread = threading.Thread(target=self._run, name=held.config.role, daemon=True)

    def start(self, port: int) -> None:
        """Listen, and return once it answers. Raises StoreRefused where another process took the port."""
        try:
            self._listening = socket.create_server((HOST, port))
        except OSError:
            raise StoreRefused(
                "a port was taken meanwhile; nothing was started; try again"
            ) from None
        self._thread.start()
        _wait(lambda: self._server.started)

    def _run(self) -> None:
        self._server.run([self._listening])

    def stop(self) -> None:
        """Let what has begun end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._front.close()
        self.role.close()


def _server(app: Starlette, config: CoordinatorConfig) -> uvicorn.Server:
    settings = uvicorn.Config(
        app,
        http=protocol(config.limits.head_s),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)


@contextmanager
def _working(held: Opened, gate: Gate, log: Log) -> Iterator[None]:
    """Work the leader's batches off, on a thread."""
    stop = threading.Event()
    helper = connect(held.config, held.keys.operator)
    worker = Worker(
        held.store,
        Keys(held.keys.operator, held.receivers),
        held.shapes,
        helper,
        gate,
        entropy=os.urandom,
    )
    thread = threading.Thread(target=work, args=(worker, POLL_S, stop, log), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        helper.close()


@contextmanager
def _quiet(path: Path) -> Iterator[Log]:
    """Log into a file, and what libraries say too, for as long as the block runs."""
    before = {name: _Sound.of(name) for name in LIBRARIES}
    with path.open("w", encoding="utf-8") as file:
        log = Log("demonstration", file)
        log.adopt(LIBRARIES)
        try:
            yield log
        finally:
            for name, sound in before.items():
                sound.put_back(name)


@dataclass(frozen=True, slots=True)
class _Sound:
    """How loud a library's logger was."""

    handlers: Sequence[logging.Handler] = field(repr=False)
    level: int
    propagate: bool

    @classmethod
    def of(cls, name: str) -> "_Sound":
        held = logging.getLogger(name)
        return cls(list(held.handlers), held.level, held.propagate)

    def put_back(self, name: str) -> None:
        held = logging.getLogger(name)
        held.handlers, held.propagate = list(self.handlers), self.propagate
        held.setLevel(self.level)


def _wait(done: Callable[[], bool]) -> None:
    """Wait for what takes a moment. Raises StoreRefused where it does not come."""
    until = time.monotonic() + START_S
    while not done():
        if time.monotonic() > until:
            raise StoreRefused("an operator did not start in time; nothing was shared; try again")
        time.sleep(POLL_S / 4)
