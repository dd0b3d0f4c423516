"""Two real operators on loopback, HTTP and all, and devices that are real profiles but for a training of a moment."""

import contextlib
import hashlib
import io
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from protocol_stand_ins import KEYS, RECEIVER_KEYS, drawn, receiver, task

from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store as HistoryStore
from hushkey.model.adapter import Adapter
from hushkey.model.base import DIRECTIONS, Base
from hushkey.model.directions import principal
from hushkey.model.groups import AdapterShape
from hushkey.sync.coordinator.authentication import Authentication
from hushkey.sync.coordinator.config import Limits
from hushkey.sync.coordinator.front import Front
from hushkey.sync.coordinator.gate import NoGate
from hushkey.sync.coordinator.helper import Helper, HelperPolicy
from hushkey.sync.coordinator.leader import Leader
from hushkey.sync.coordinator.logs import Log
from hushkey.sync.coordinator.metrics import Metrics
from hushkey.sync.coordinator.services import LocalHelper
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Tasks
from hushkey.sync.coordinator.web import Surroundings, helper_app, leader_app
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.enrolment import invite, to_code
from hushkey.sync.messages import Group, Operator, Task, encode, hash_of
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.signing import RECEIVER, TASK, signed
from hushkey.sync.task_terms import codec_terms, unflatten

KEY = MasterKey(b"s" * 32)
LINES = ["the cat is on the theatre", "how are you today", "to the theatre together"] * 3
GROUPS = (Group("lstm_bias", 1), Group("output", 4))
DAY_S = 86_400
WEAK = Budget(1e6)  # for demonstrations, whose noise promises nothing


class Clock:
    """The time of every party, ahead of the machine's by what the test says."""

    def __init__(self) -> None:
        self.ahead = 1_800_000_000 - time.time()

    def __call__(self) -> float:
        return time.time() + self.ahead

    def pass_(self, seconds: float) -> None:
        self.ahead += seconds


def scripted_delta(
    base: Base, start: Adapter, lines: Any, *, cancelled: Any, on_progress: Any
) -> Adapter:
    """A delta at once, that depends on the lines as a training's would."""
    digest = hashlib.sha256("\n".join(lines).encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    size = start.shape.parameters(start.ranks)
    return unflatten(
        rng.normal(0.0, 0.1, size), start.ranks, start.shape, base=start.base, seed=start.seed
    )


def with_directions(base: Base, folder: Path, count: int = 12) -> Base:
    """The same base, with public directions of a world's groups in a file beside its others."""
    shutil.copytree(base.folder, folder)
    ranks = {group.name: group.rank for group in GROUPS}
    size = base.runtime().shape.parameters(ranks)
    drawn_ones = np.random.default_rng(5).standard_normal((count, size))
    data = principal(drawn_ones, count, ranks).to_bytes()
    (folder / DIRECTIONS).write_bytes(data)
    return Base(folder, {**base.hashes, DIRECTIONS: hashlib.sha256(data).hexdigest()})


@dataclass
class Served:
    """One role as a process of its own would be: a socket, a server, a thread."""

    app: Any
    listening: socket.socket
    server: uvicorn.Server = field(init=False)
    thread: threading.Thread = field(init=False)

    def start(self) -> None:
        config = uvicorn.Config(self.app, log_level="critical", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, args=([self.listening],), daemon=True
        )
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@dataclass
class World:
    """Leader, helper, the leader's worker, and what devices are made from."""

    base: Base
    task: Task
    leader: Leader
    helper: Helper
    worker: Worker
    clock: Clock
    adapter: Adapter

    @property
    def identity(self) -> bytes:
        return hash_of(encode(self.task))

    def code(self) -> str:
        """A new enrolment code."""
        secret = self.leader.new_code(self.identity)
        return to_code(invite(self.identity, self.task.leader, self.task.helper, secret))

    def settle(self) -> None:
        """Let the worker work until there is nothing more to do."""
        while self.worker.step():
            pass

    def profile(self, home: Path, lines: list[str] = LINES) -> Profile:
        """A profile on the disk whose history holds some lines."""
        places = places_in(home)
        profile = Profile(
            HistoryStore.open(places.history, KEY.history_key()), places, KEY, self.base
        )
        if not profile.history.count():
            profile.import_lines(lines, "app")
        return profile

    @property
    def delta(self) -> Any:
        """A training of a moment."""
        return scripted_delta

    def sharing(self, profile: Profile, **options: Any) -> Sharing:
        """That profile's sharing, as a sample profile's."""
        options = {
            "clock": self.clock, "train": scripted_delta, "environ": {}, "sleep": lambda _: None, **options,
        }  # fmt: skip
        return Sharing.open(profile, sample=True, **options)

    def joined(self, profile: Profile, interval_s: int = 0, **options: Any) -> Sharing:
        """The same, with consent."""
        sharing = self.sharing(profile, **options)
        sharing.consent(sharing.invite(self.code(), budget=WEAK, interval_s=interval_s))
        return sharing


@contextlib.contextmanager
def world_on(folder: Path, base: Base, **changes: Any) -> Iterator[World]:
    """Serve both roles over databases in a folder."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    urls = [f"http://127.0.0.1:{held.getsockname()[1]}" for held in sockets]
    shape = base.shape()
    made = _task(base, shape, urls, **changes)
    clock = Clock()
    stores = [
        Store.open(f"sqlite:///{folder / role}.db", clock=lambda: int(clock()))
        for role in ("leader", "helper")
    ]
    shapes = {base.identity: shape}
    leader = Leader(stores[0], KEYS["leader"], frozenset({0}), shapes, entropy=os.urandom)
    helper = Helper(
        stores[1], KEYS["helper"], {0: RECEIVER_KEYS["helper"]}, shapes,
        HelperPolicy(demonstration=True, batch_min=1), entropy=os.urandom,
    )  # fmt: skip
    keys = Keys(KEYS["leader"], {0: RECEIVER_KEYS["leader"]})
    worker = Worker(stores[0], keys, shapes, LocalHelper(helper), NoGate(), entropy=os.urandom)
    zero = Adapter.zero(shape, base=base.identity, seed=made.adapter_seed, ranks=made.ranks)
    world = World(base, made, leader, helper, worker, clock, zero)
    _publish(world)
    apps = (
        leader_app(leader, _around(Tasks(stores[0], shapes), clock)),
        helper_app(
            helper,
            _around(Tasks(stores[1], shapes), clock),
            leader_key=made.leader.key,
            certified=False,
        ),
    )
    served = [Served(app, held) for app, held in zip(apps, sockets, strict=True)]
    for one in served:
        one.start()
    try:
        yield world
    finally:
        for one in served:
            one.stop()
        for store in stores:
            store.close()


def _publish(world: World) -> None:
    body, adapter = encode(world.task), world.adapter.to_bytes()
    world.helper.adopt(body, adapter)
    expires_at = int(world.clock()) + 365 * DAY_S
    receivers = [
        signed(encode(receiver(role, expires_at=expires_at)), RECEIVER, {role: KEYS[role]})
        for role in ("leader", "helper")
    ]
    world.leader.publish(signed(body, TASK, KEYS), adapter, *receivers)
    world.settle()


def _around(tasks: Tasks, clock: Clock) -> Surroundings:
    limits = Limits(device_per_s=1e6, device_burst=10**6, address_per_s=1e6, address_burst=10**6)
    front = Front(limits, Log("test", io.StringIO()), Metrics(), time.monotonic)
    return Surroundings(front, Authentication(lambda: int(clock())), tasks.get, lambda: None)


def _task(base: Base, shape: AdapterShape, urls: list[str], **changes: Any) -> Task:
    groups = changes.get("groups", GROUPS)
    size = shape.parameters({group.name: group.rank for group in groups})
    if changes.get("subspace") is not None:
        size = changes["subspace"].count
    fields = {
        "base": base.identity, "groups": groups, "adapter_seed": 1, "kept": -(-size // 64) * 64,
        "age_weights": (4, 2, 1),
        "batch_min": 1, "batch_max": 8, "sigma": 40, "norm_limit": 50.0, "report_ttl_s": 600,
        "clock_margin_s": 300, "demonstration": True, "rotation_seed": drawn("rotation"), "bits": 40,
        "leader": Operator("North", urls[0], KEYS["leader"].public),
        "helper": Operator("South", urls[1], KEYS["helper"].public),
    }  # fmt: skip
    made = task(**(fields | changes))
    bits = codec_terms(made, shape).fitted(made.batch_max, made.weight_max, made.sigma).bits
    return task(**(fields | {"bits": bits} | changes))


@dataclass
class Wire(httpx.BaseTransport):
    """Everything that leaves a device, noted; and what happens to it on the way."""

    uploads: list[tuple[str, str]] = field(default_factory=list)  # report, hash of the body
    asked: list[str] = field(default_factory=list)
    down: bool = False
    lose_answers: int = 0
    on_request: Callable[[httpx.Request], None] = lambda _: None

    def __post_init__(self) -> None:
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        body = request.read()
        self.asked.append(f"{request.method} {request.url.path}")
        if request.method == "PUT":
            self.uploads.append(
                (request.url.path.rpartition("/")[2], hashlib.sha256(body).hexdigest())
            )
        self.on_request(request)
        answer = self._real.handle_request(request)
        if self.lose_answers:
            self.lose_answers -= 1
            answer.read()
            raise httpx.ReadError("lost")
        return answer

    def close(self) -> None:
        self._real.close()
