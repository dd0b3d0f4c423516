"""The tasks of a database: added once, read often. What their terms come to is computed once a process."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from hushkey.model.groups import AdapterShape
from hushkey.sync.codec import Codec
from hushkey.sync.codec.packing import packed_bytes
from hushkey.sync.coordinator.schema import TASK
from hushkey.sync.coordinator.store import Store
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.errors import NotFound, TaskRefused
from hushkey.sync.messages import Role, Signed, Task, decode, encode, hash_of
from hushkey.sync.releases.chain import Head
from hushkey.sync.signing import TASK as TASK_PURPOSE
from hushkey.sync.signing import open_signed
from hushkey.sync.task_terms import TASK_BYTES, codec_of, epsilon_of_report, require_sound

ENTRY_BYTES = 512  # of a report's metadata, or of an item without its envelope: at the most
HEAD_BYTES = 2**26  # a version adds 34
SIGNED_BYTES = TASK_BYTES + 512
REASON_BYTES = 64  # of a dropped report in a helper's answer, at the most

Shapes = Mapping[str, AdapterShape]  # by the identity of a base


@dataclass(frozen=True, slots=True)
class Terms:
    """A task, and what its terms come to."""

    identity: bytes
    task: Task
    shape: AdapterShape
    codec: Codec
    epsilon: float  # of one report

    @property
    def length(self) -> int:
        """Numbers of an encoded vector."""
        return self.codec.terms.length

    @property
    def share_bytes(self) -> int:
        """Bytes of a packed share or sum."""
        return packed_bytes(self.length, self.task.bits)

    @property
    def leader_envelope_bytes(self) -> int:
        """Bytes of a leader's envelope: every report of the task has just these."""
        return self.share_bytes + OVERHEAD_BYTES

    @property
    def report_bytes(self) -> int:
        """The most that a `Report` has."""
        return self.leader_envelope_bytes + HELPER_ENVELOPE_BYTES + ENTRY_BYTES

    @property
    def request_bytes(self) -> int:
        """The most that a `BatchRequest` has."""
        return ENTRY_BYTES + self.task.batch_max * (HELPER_ENVELOPE_BYTES + ENTRY_BYTES)

    @property
    def answer_bytes(self) -> int:
        """The most that a `BatchAnswer` has."""
        return ENTRY_BYTES + self.task.batch_max * REASON_BYTES + self.share_bytes

    @property
    def proposal_bytes(self) -> int:
        """The most that a `Proposal` has."""
        return 8192 + self.share_bytes

    def age(self, version: int, trained_version: int) -> int | None:
        """Return a report's age in versions, or None where the task does not take it."""
        age = version - trained_version
        return age if 0 <= age <= self.task.age_max else None

    def weight(self, version: int, trained_version: int) -> int:
        """Return what a share of a report that is taken is multiplied by."""
        return self.task.age_weights[version - trained_version]


@dataclass(frozen=True, slots=True)
class State:
    """Where a task stands."""

    head: Head | None  # None before the base is recorded
    version: int
    swept_until: int
    wait_until: int


class Tasks:
    """Reads tasks. `shapes` are the sizes of the bases that this operator has."""

    def __init__(self, store: Store, shapes: Shapes) -> None:
        self._store = store
        self._shapes = shapes
        self._lock = threading.Lock()
        self._known: dict[bytes, Terms] = {}

    def get(self, task: bytes) -> Terms:
        """Return a task's terms. Raises NotFound."""
        with self._lock:
            known = self._known.get(task)
        if known is None:
            with self._store.read() as connection:
                signed = connection.scalar(select(TASK.c.signed).where(TASK.c.task == task))
            if signed is None:
                raise NotFound("there is no such task here; look at the list of tasks")
            known = self._terms(decode(signed, Signed, limit_bytes=SIGNED_BYTES).body)
            with self._lock:
                self._known[task] = known
        return known

    def all(self) -> list[Row[Any]]:
        """Return (task, version, listed) of every task, the oldest first."""
        query = select(TASK.c.task, TASK.c.version, TASK.c.listed)
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(TASK.c.created_at, TASK.c.task)))

    def check(self, body: bytes) -> Terms:
        """Return the terms of a task that is sound and for a base that is here. Raises TaskRefused."""
        terms = self._terms(body)
        require_sound(terms.task, terms.shape)
        return terms

    def add(
        self,
        connection: Connection,
        terms: Terms,
        signed: Signed,
        initial: bytes,
        **receivers: bytes,
    ) -> bool:
        """Store a task; False where it is there. It is not listed before its base is recorded."""
        return self._store.insert_new(
            connection,
            TASK,
            task=terms.identity,
            signed=encode(signed),
            initial=initial,
            version=0,
            listed=False,
            created_at=self._store.clock(),
            wait_until=0,
            swept_until=0,
            **receivers,
        )

    def initial(self, connection: Connection, task: bytes) -> bytes | None:
        """Return the hash of the adapter that a task begins with."""
        held: bytes | None = connection.scalar(select(TASK.c.initial).where(TASK.c.task == task))
        return held

    def _terms(self, body: bytes) -> Terms:
        task = decode(body, Task, limit_bytes=TASK_BYTES)
        shape = self._shapes.get(task.base)
        if shape is None:
            raise TaskRefused("the task is for a base that is not here; it was not taken")
        return Terms(hash_of(body), task, shape, codec_of(task, shape), epsilon_of_report(task))


def open_task(signed: Signed) -> Task:
    """Return the terms that both their operators signed. Raises TaskRefused and SignatureRefused."""
    task = decode(signed.body, Task, limit_bytes=TASK_BYTES)
    return open_signed(signed, Task, TASK_PURPOSE, keys_of(task), limit_bytes=TASK_BYTES)


def keys_of(task: Task) -> dict[Role, bytes]:
    """Return both operators' keys."""
    return {"leader": task.leader.key, "helper": task.helper.key}


def state_of(connection: Connection, task: bytes) -> State:
    """Return where a task stands. Raises NotFound."""
    row = connection.execute(
        select(TASK.c.head, TASK.c.version, TASK.c.swept_until, TASK.c.wait_until).where(
            TASK.c.task == task
        )
    ).first()
    if row is None:
        raise NotFound("there is no such task here; nothing was changed")
    head = None if row.head is None else decode(row.head, Head, limit_bytes=HEAD_BYTES)
    return State(head, row.version, row.swept_until, row.wait_until)
