"""Both operators as the load bench needs them: a folder each, one task that both signed, and a fresh database a cell.

Everything is the shipped one: settings, keys, task file, stores, migrations. Addresses are those of loopback, without
TLS, and rates by address are lifted, for all devices share one address here.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from hushkey.model.groups import AdapterShape
from hushkey.model.plans import preset
from hushkey.sync.coordinator import administration
from hushkey.sync.coordinator.config import load
from hushkey.sync.coordinator.drafting import Choices, read_file
from hushkey.sync.coordinator.gate import NoGate
from hushkey.sync.coordinator.roles import Opened, now, opened
from hushkey.sync.coordinator.schema import COUNTED, DEVICE, RECORDED
from hushkey.sync.coordinator.services import LocalHelper
from hushkey.sync.coordinator.store import Store, insert_all
from hushkey.sync.coordinator.worker import Keys, Worker
from hushkey.sync.device.reporting import Place
from hushkey.sync.keys import DeviceKey
from hushkey.sync.messages import Receiver, Record, Role, Task, decode, encode, hash_of
from hushkey.sync.releases.chain import RECORD_BYTES

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
ROLES: tuple[Role, ...] = ("leader", "helper")
GATE_LINES = 100
_RECEIVER_BYTES, _RECORDS = 2_048, 256


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    batch: int  # reports of every batch
    reports: int  # of one cell: so many batches
    end_to_end: int  # reports
    demonstration: bool  # batches too small for a task that promises something

    @property
    def choices(self) -> Choices:
        """The task's terms: the shared plan, epsilon 8 over ten reports; old reports are taken till the last batch."""
        batches = self.end_to_end // self.batch
        return Choices(
            name="load",
            ranks=preset("shared").ranks,
            batch_min=self.batch,
            batch_max=self.batch,
            epsilon=8.0,
            sigma=40 * self.batch if self.demonstration else None,
            age_max=batches,
            norm_limit=100.0,
            demonstration=self.demonstration,
        )


REAL = Size(batch=1_250, reports=5_000, end_to_end=10_000, demonstration=False)
SMOKE = Size(batch=8, reports=16, end_to_end=32, demonstration=True)


@dataclass(frozen=True, slots=True)
class Stores:
    """The URL of each role's database."""

    leader: str
    helper: str


@dataclass(frozen=True, slots=True)
class Operators:
    """Two folders, and the task that lies beside them, signed by its leader."""

    folder: Path

    @classmethod
    def in_folder(cls, folder: Path, size: Size) -> "Operators":
        """Return those of a folder; make them where there are none."""
        made = cls(folder)
        if not made._task_file.exists():
            made._make(size)
        return made

    @property
    def _task_file(self) -> Path:
        return self.folder / "load.task"

    @property
    def _ports(self) -> dict[str, int]:
        return msgspec.json.decode((self.folder / "ports.json").read_bytes())

    @property
    def task(self) -> Task:
        """The terms."""
        return read_file(self._task_file.read_bytes())[1]

    @property
    def identity(self) -> bytes:
        """The task's hash."""
        return hash_of(encode(self.task))

    def port(self, role: Role) -> int:
        """Where a role listens."""
        return self._ports[role]

    def place(self, shape: AdapterShape) -> Place:
        """What reports of the base's version are made for."""
        receivers = [
            decode(
                (self.folder / f"{role}.receiver").read_bytes(),
                Receiver,
                limit_bytes=_RECEIVER_BYTES,
            )
            for role in ROLES
        ]
        return Place(self.task, self.identity, shape, 0, *receivers)

    def settings(self, role: Role) -> Path:
        """The file of a role's settings."""
        return self.folder / role / "load.toml"

    def _make(self, size: Size) -> None:
        for role in ROLES:
            shutil.rmtree(self.folder / role, ignore_errors=True)
        (self.folder / "ports.json").write_bytes(msgspec.json.encode(_free_ports()))
        for role in ROLES:
            url = f"http://{HOST}:{self.port(role)}"
            told = administration.Settings(
                role, f"Load {role}", url, f"sqlite:///{role}.db", f"{HOST}:{self.port(role)}"
            )
            key = administration.init(self.folder / role, told)
            (self.folder / f"{role}.pub").write_text(key, encoding="utf-8")
        text = (ROOT / "data_samples" / "parent-history.txt").read_text(encoding="utf-8")
        gate = "\n".join(text.splitlines()[:GATE_LINES])
        (self.folder / "leader" / "gate.txt").write_text(gate, encoding="utf-8")
        with self.opened(self.sqlite("making")) as (leader, helper):
            for held in (leader, helper):
                path = self.folder / f"{held.config.role}.receiver"
                path.write_bytes(held.keys.receiver().body)
            begun, _ = administration.create_task(leader, size.choices)
            self._task_file.write_bytes(encode(begun))

    # Databases -----------------------------------------------------------------------------------

    def sqlite(self, name: str) -> Stores:
        """Return two databases that are not there yet."""
        place = self.folder / "databases"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return Stores(*(f"sqlite:///{place}/{name}-{role}.db" for role in ROLES))

    def use(self, stores: Stores, poll_s: float = 0.2) -> None:
        """Write both roles' settings for these databases."""
        urls: dict[Role, str] = {"leader": stores.leader, "helper": stores.helper}
        own: dict[Role, str] = {
            "leader": f'[batching]\npoll_s = {poll_s}\n[gate]\ntext = "gate.txt"\nworse_by = 1.0\n',
            "helper": "[floor]\nbatch_min = 4\ndemonstration = true\n",
        }
        for role, other in zip(ROLES, reversed(ROLES), strict=True):
            key = (self.folder / f"{other}.pub").read_text(encoding="utf-8")
            shared = (
                f'role = "{role}"\nname = "Load {role}"\nurl = "http://{HOST}:{self.port(role)}"\n'
                f'store = "{urls[role]}"\nlisten = "{HOST}:{self.port(role)}"\n'
                f'[peer]\nname = "Load {other}"\nurl = "http://{HOST}:{self.port(other)}"\nkey = "{key}"\n'
                "[limits]\naddress_per_s = 1e6\naddress_burst = 1000000\n"
            )
            self.settings(role).write_text(shared + own[role], encoding="utf-8")

    @contextmanager
    def opened(self, stores: Stores) -> Iterator[tuple[Opened, Opened]]:
        """Open both roles over these databases."""
        self.use(stores)
        with ExitStack() as stack:
            yield tuple(stack.enter_context(opened(load(self.settings(role)))) for role in ROLES)

    def publish(self, stores: Stores, devices: int) -> None:
        """Bring fresh databases to where reports are taken: the task listed, so many devices enrolled."""
        with self.opened(stores) as (leader, helper):
            signed = administration.sign_task(helper, self._task_file.read_bytes())
            administration.publish_task(leader, encode(signed))
            keys = Keys(leader.keys.operator, leader.receivers)
            peer = LocalHelper(helper.helper())
            worker = Worker(leader.store, keys, leader.shapes, peer, NoGate(), entropy=os.urandom)
            while worker.step():
                pass
            self._enrol(leader.store, devices)

    def _enrol(self, store: Store, devices: int) -> None:
        rows = [
            {"task": self.identity, "key": device(number).public, "enrolled_at": now(), "reports": 0, "rejected": 0}
            for number in range(devices)
        ]  # fmt: skip
        with store.write("enrol") as connection:
            insert_all(connection, DEVICE, rows)

    # What came of it -----------------------------------------------------------------------------

    def records(self, leader: Opened) -> list[Record]:
        """Return the records of batches."""
        found = leader.leader().records(self.identity, 0, _RECORDS).records
        return [decode(each.body, Record, limit_bytes=RECORD_BYTES) for each in found]

    def recorded(self, leader: Opened, helper: Opened) -> tuple[int, int]:
        """Count the reports that each role holds as counted in a batch."""
        with leader.store.read() as connection:
            ours = connection.scalar(select(func.count()).select_from(RECORDED))
        with helper.store.read() as connection:
            theirs = connection.scalar(select(func.count()).select_from(COUNTED))
        return int(ours or 0), int(theirs or 0)


def device(number: int) -> DeviceKey:
    """Return a device's key: the same for the same number, so that nothing of it lies anywhere."""
    return DeviceKey(hash_of(b"load device %d" % number))


def _free_ports() -> dict[str, int]:
    with ExitStack() as held:
        found = {role: held.enter_context(socket.create_server((HOST, 0))) for role in ROLES}
        return {role: int(each.getsockname()[1]) for role, each in found.items()}
