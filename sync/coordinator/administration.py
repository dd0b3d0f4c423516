"""What an operator does beside serving: set up, make and sign tasks, enrol, rotate, back up. Knows no command line."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from hushkey.keyboard import private_files
from hushkey.keyboard.errors import KeyboardError
from hushkey.sync.coordinator import keys_file
from hushkey.sync.coordinator.audit_log import verify_log
from hushkey.sync.coordinator.config import FILE, RECEIVER_DAYS, CoordinatorConfig, parsed
from hushkey.sync.coordinator.drafting import (
    Between,
    Choices,
    Prediction,
    TaskFile,
    begun,
    countersigned,
    draft,
    predict,
    read_file,
    read_receiver,
    require_leader,
)
from hushkey.sync.coordinator.keys_file import OperatorKeys
from hushkey.sync.coordinator.records import stages
from hushkey.sync.coordinator.roles import Opened, now
from hushkey.sync.coordinator.tasks import Tasks
from hushkey.sync.enrolment import invite, to_code
from hushkey.sync.errors import ConfigRefused, NotFound, StoreRefused, TaskRefused
from hushkey.sync.keys import PUBLIC_KEY_BYTES
from hushkey.sync.messages import Operator, Role, Signed, Task, encode

KEYS = "operator.keys"


# Setting up -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file of a new role says; the rest is as documented in config.py."""

    role: Role
    name: str
    url: str
    store: str
    listen: str


def init(folder: Path, settings: Settings) -> str:
    """Make a folder with settings and keys; returns the public key in hex. Raises ConfigRefused where one is there."""
    parsed(asdict(settings) | {"listen": f"127.0.0.1:{settings.listen.rpartition(':')[2]}"}, folder)
    if (folder / FILE).exists():
        raise ConfigRefused(f"{folder / FILE} is there already; nothing was changed")
    with _files_refused():
        private_files.make_private_directory(folder)
    keys = OperatorKeys.generate(settings.role, now(), RECEIVER_DAYS, os.urandom)
    keys_file.create(folder / KEYS, keys)
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in asdict(settings).items())
    write_new(folder / FILE, "".join(lines).encode())
    return keys.operator.public.hex()


def write_new(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that is not there yet. Raises ConfigRefused."""
    try:
        with _files_refused():
            private_files.write_private(path, content, replace=False)
    except FileExistsError:
        raise ConfigRefused(f"{path} is there already; nothing was changed") from None


@contextlib.contextmanager
def _files_refused() -> Any:
    try:
        yield
    except KeyboardError as error:
        raise ConfigRefused(str(error)) from None


# Tasks ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A task as an operator is shown it."""

    task: str
    name: str
    batch_min: int
    batch_max: int
    helper: str
    leader: str
    demonstration: bool
    prediction: Prediction


def shown(held: Opened, task: Task) -> Shown:
    """Return what is shown of a task. Raises TaskRefused for one of a base that is not here."""
    terms = Tasks(held.store, held.shapes).check(encode(task))
    return Shown(
        terms.identity.hex(),
        task.name,
        task.batch_min,
        task.batch_max,
        task.helper.name,
        task.leader.name,
        task.demonstration,
        predict(task, terms.shape),
    )


def create_task(held: Opened, chosen: Choices) -> tuple[TaskFile, Shown]:
    """Return a task signed by its leader, for the helper to sign. Raises TaskRefused below the floor of signal."""
    held.leader()
    config, key = held.config, held.keys.operator
    leader = Operator(config.name, config.url, key.public)
    base = held.base.identity
    between = Between(base, held.shapes[base], leader, config.other())
    task = draft(chosen, between, os.urandom)
    return begun(task, between.shape, key), shown(held, task)


def look(held: Opened, data: bytes) -> Shown:
    """Return what a task's file says, before it is signed. Raises MessageRefused, TaskRefused."""
    _, task = read_file(data)
    return shown(held, task)


def sign_task(held: Opened, data: bytes) -> TaskFile:
    """Sign a leader's task as its helper, and take part in it. Raises TaskRefused where it is below the own floor."""
    helper = held.helper()
    file, task = read_file(data)
    require_leader(file, task)
    if task.leader.key != held.config.other().key:
        raise TaskRefused("the task is of another leader than [peer] names; nothing was signed")
    mine = helper.adopt(file.task.body, file.adapter)
    return countersigned(file, mine, held.keys.receiver())


def publish_task(held: Opened, data: bytes) -> bytes:
    """Offer a task that both signed; returns its identity. A running batch worker has its base recorded."""
    file, _ = read_file(data)
    if len(file.receivers) != 1 or len(file.task.signatures) != 2:
        raise TaskRefused(
            "the helper has not signed the task; nothing was published; "
            "there, run: hushkey coordinator task sign FILE"
        )
    return held.leader().publish(file.task, file.adapter, held.keys.receiver(), file.receivers[0])


def named(held: Opened, name: str | None) -> bytes:
    """Return the one task of this name, or whose identity starts so; the only one without. Raises NotFound."""
    tasks = Tasks(held.store, held.shapes)
    rows: list[tuple[bytes, str]] = [
        (row.task, tasks.get(row.task).task.name) for row in tasks.all()
    ]
    fits = [task for task, known in rows if name is None or name == known or _starts(task, name)]
    if len(fits) != 1:
        raise NotFound(
            f"{len(fits)} tasks are meant; nothing was done; 'hushkey coordinator task list' names them"
        )
    return fits[0]


def _starts(task: bytes, prefix: str) -> bool:
    return len(prefix) >= 4 and task.hex().startswith(prefix)


def list_tasks(held: Opened) -> list[dict[str, Any]]:
    """Return each task with where it stands."""
    tasks = Tasks(held.store, held.shapes)
    listed = []
    for row in tasks.all():
        terms = tasks.get(row.task)
        listed.append(
            {
                "task": row.task.hex(),
                "name": terms.task.name,
                "version": row.version,
                "listed": row.listed,
                "batch_min": terms.task.batch_min,
                "epsilon_per_report": terms.epsilon,
            }
        )
    return listed


# Devices ----------------------------------------------------------------------------------------


def codes(held: Opened, task: bytes, count: int) -> list[str]:
    """Return enrolment codes, each for one device. They are kept nowhere: only what they hash to."""
    leader, terms = held.leader(), Tasks(held.store, held.shapes).get(task)
    return [
        to_code(invite(task, terms.task.leader, terms.task.helper, leader.new_code(task)))
        for _ in range(count)
    ]


def device_key(text: str) -> bytes:
    """Read a device's key. Raises NotFound."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != PUBLIC_KEY_BYTES:
        raise NotFound("a device is named by its key, 64 hex digits; nothing was changed")
    return key


# Keys -------------------------------------------------------------------------------------------


def rotate(held: Opened) -> Signed:
    """Make a new key that reports are sealed for, kept beside the old ones; returns it signed by its role.

    A leader's is offered at once in every task. Raises ConfigRefused.
    """
    keys = keys_file.read(held.config.keys).rotated(now(), held.config.receiver_days, os.urandom)
    keys_file.replace_file(held.config.keys, keys)
    if held.config.role == "leader":
        leader = held.leader()
        for row in Tasks(held.store, held.shapes).all():
            offer = leader.offer(row.task)
            leader.use_receivers(row.task, keys.receiver(), offer.helper_receiver)
    return keys.receiver()


def offer_helper_key(held: Opened, data: bytes) -> int:
    """Offer the helper's new key in every task from now on; returns its number. Raises SignatureRefused."""
    leader = held.leader()
    signed, receiver = read_receiver(data, held.config.other().key)
    for row in Tasks(held.store, held.shapes).all():
        offer = leader.offer(row.task)
        leader.use_receivers(row.task, offer.leader_receiver, signed)
    return receiver.number


# Looking and keeping ----------------------------------------------------------------------------


def status(held: Opened) -> dict[str, Any]:
    """Return what an operator looks at: keys, tasks, batches by stage, the audit log's length once it is checked."""
    newest = held.keys.receivers[-1]
    tasks = list_tasks(held)
    for each in tasks:
        task = bytes.fromhex(each["task"])
        if held.config.role == "leader":
            each["batches"] = stages(held.store, task)
            if each["listed"]:
                each["pending"] = asdict(held.leader().feed(task))["pending"]
    return {
        "role": held.config.role,
        "name": held.config.name,
        "key": held.keys.operator.public.hex(),
        "receiver": {"number": newest.number, "expires_at": newest.expires_at},
        "tasks": tasks,
        "audit_rows": verify_log(held.store),
    }


def back_up(config: CoordinatorConfig, path: Path) -> None:
    """Write a whole copy of the database as it is at one moment. Keys are not in it. Raises StoreRefused."""
    url = make_url(config.store)
    if path.exists():
        raise StoreRefused(f"{path} is there already; nothing was written")
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(Path(url.database or ""), path)
    else:
        _dump_postgresql(url, path)


def _copy_sqlite(source: Path, path: Path) -> None:
    if not source.exists():
        raise StoreRefused(f"there is no {source}; nothing was written")
    with _files_refused():
        private_files.write_private(path, b"", replace=False)
    with (
        contextlib.closing(sqlite3.connect(source)) as held,
        contextlib.closing(sqlite3.connect(path)) as copy,
    ):
        held.backup(copy)


def _dump_postgresql(url: URL, path: Path) -> None:
    """Run pg_dump, which reads one snapshot. Its password stands in its environment, not on its command line."""
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreRefused(
            "pg_dump is not installed; nothing was written; install PostgreSQL's client"
        )
    with _files_refused():
        private_files.write_private(path, b"", replace=False)
    done = subprocess.run(
        [program, "--format=custom", "--no-owner", "--file", str(path)],
        env={**os.environ, **_environment(url)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        path.unlink(missing_ok=True)
        raise StoreRefused(
            f"pg_dump ended with {done.returncode}; nothing was written; run it by hand to see why"
        )


def _environment(url: URL) -> Mapping[str, str]:
    host = url.host or str(url.query.get("host", ""))
    held = {
        "PGHOST": host,
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
    }
    return {name: value for name, value in held.items() if value}
