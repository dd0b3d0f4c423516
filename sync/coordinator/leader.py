"""The leader: what it answers devices and anybody, and what its operator does. What it sums is worker.py's."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import select, update

from hushkey.sync.coordinator.audit_log import Refusals, note
from hushkey.sync.coordinator.batches import Batches
from hushkey.sync.coordinator.drafts import Said, base_record, rollback_record
from hushkey.sync.coordinator.enrolments import CODE_TTL_S, Enrolments
from hushkey.sync.coordinator.records import Chain, Proposed, in_force, last_record
from hushkey.sync.coordinator.reports import Reports
from hushkey.sync.coordinator.schema import TASK
from hushkey.sync.coordinator.services import Feed, Listed
from hushkey.sync.coordinator.setup import add_task
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import SIGNED_BYTES, Shapes, Tasks, Terms, keys_of, open_task
from hushkey.sync.errors import RecordRefused, SyncError, TaskRefused
from hushkey.sync.keys import EnrolmentSecret, Entropy, OperatorKey
from hushkey.sync.messages import (
    Enrolment,
    Offer,
    Path,
    Receiver,
    Records,
    Role,
    Signed,
    Withdrawal,
    Withdrawn,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.signing import RECEIVER, open_signed

RECEIVER_BYTES = 2048
_SHOWN_FROM = 10  # a tenth of the smallest batch: fewer reports that wait are not told


class Leader:
    """A LeaderService over a store. `receivers` are the numbers of the keys that its workers can open with."""

    def __init__(
        self,
        store: Store,
        key: OperatorKey,
        receivers: Container[int],
        shapes: Shapes,
        *,
        entropy: Entropy,
    ) -> None:
        store.claim_role("leader")
        self._store = store
        self._key = key
        self._tasks = Tasks(store, shapes)
        self._reports = Reports(store, receivers)
        self._enrolments = Enrolments(store, entropy)
        self._batches = Batches(store, entropy)
        self._chain = Chain(store)
        self._refusals = Refusals(store)

    # What it answers anybody ---------------------------------------------------------------------

    def tasks(self) -> tuple[Listed, ...]:
        """Return the tasks whose base is recorded."""
        return tuple(
            Listed(row.task, self._tasks.get(row.task).task.name, row.version)
            for row in self._tasks.all()
            if row.listed
        )

    def offer(self, task: bytes) -> Offer:
        """Return what a device is told of a task. Raises NotFound."""
        names = ("signed", "leader_receiver", "helper_receiver")
        query = select(*(TASK.c[name] for name in names)).where(TASK.c.task == task)
        with self._store.read() as connection:
            held = in_force(connection, task)
            row = connection.execute(query).one()
            head = last_record(connection, held.head)
        signed, leader, helper = (decode(each, Signed, limit_bytes=SIGNED_BYTES) for each in row)
        return Offer(signed, leader, helper, head)

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        """Return at most `limit` records with a sequence above `after`. Raises NotFound."""
        return self._chain.records(task, after, limit)

    def feed(self, task: bytes) -> Feed:
        """Return what the live view shows. Raises NotFound."""
        terms, head = self._tasks.get(task), self._chain.in_force(task).head
        pending, least = self._reports.pending(task), terms.task.batch_min
        shown = pending if pending * _SHOWN_FROM >= least else None
        return Feed(head.version, head.sequence, shown, least, terms.epsilon)

    def adapter(self, digest: bytes) -> bytes:
        """Return the zlib stream of an adapter. Raises NotFound."""
        return self._chain.packed_adapter(digest)

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        """Return a batch's packed published sum. Raises NotFound."""
        return self._chain.aggregate(task, batch)

    def receipt(self, task: bytes, report: bytes) -> Path:
        """Return a recorded report's path. Raises NotFound."""
        return self._chain.path(task, report)

    # What it takes of devices --------------------------------------------------------------------

    def enrol(self, task: bytes, enrolment: Enrolment) -> bool:
        """Enrol a device; True where it is new. Raises CodeRefused, SignatureRefused."""
        with self._refusing(task):
            return self._enrolments.enrol(self._tasks.get(task).identity, enrolment)

    def is_device(self, task: bytes, key: bytes) -> bool:
        """Whether a key is enrolled and not revoked."""
        return self._enrolments.is_device(task, key)

    def accept(self, task: bytes, device_key: bytes, data: bytes) -> bool:
        """Store a `Report` durably; True where it is new. Raises ReportRefused and its kinds, DeviceUnknown."""
        with self._refusing(task):
            return self._reports.accept(self._tasks.get(task), device_key, data)

    def withdraw(self, task: bytes, withdrawal: Withdrawal) -> Withdrawn:
        """Tombstone a report. Raises ReportRefused where the token is another report's."""
        with self._refusing(task):
            return self._reports.withdraw(self._tasks.get(task), withdrawal)

    @contextmanager
    def _refusing(self, task: bytes) -> Iterator[None]:
        try:
            yield
        except SyncError as refused:
            self._refusals.count(task, refused)
            raise

    # What its operator does ----------------------------------------------------------------------

    def publish(self, task: Signed, adapter: bytes, leader: Signed, helper: Signed) -> bytes:
        """Offer a task that begins with this adapter; returns its identity.

        `leader` and `helper` are both roles' signed receivers. It is listed once the helper signed its base, which a
        worker asks for. Again: nothing changes. Raises TaskRefused, SignatureRefused.
        """
        terms = self._tasks.check(task.body)
        open_task(task)
        if terms.task.leader.key != self._key.public:
            raise TaskRefused("the task names another leader; it was not taken")
        receivers = self._receivers(terms, leader, helper)
        add_task(self._store, self._tasks, terms, task, adapter, **receivers)
        self._propose_base(terms, adapter)
        return terms.identity

    def _propose_base(self, terms: Terms, adapter: bytes) -> None:
        said = Said(self._store.clock(), 0)
        record = encode(base_record(terms, hash_of(adapter), said))
        proposed = Proposed(terms.identity, record, adapter, b"")
        self._chain.propose_base(proposed)

    def use_receivers(self, task: bytes, leader: Signed, helper: Signed) -> None:
        """Offer other receivers from now on: after a rotation of either role's key. Raises SignatureRefused."""
        terms = self._tasks.get(task)
        receivers = self._receivers(terms, leader, helper)
        with self._store.write("receivers") as connection:
            connection.execute(update(TASK).where(TASK.c.task == task).values(**receivers))
            note(self._store, connection, "receivers changed", task)

    def _receivers(self, terms: Terms, leader: Signed, helper: Signed) -> dict[str, bytes]:
        keys = keys_of(terms.task)
        both: Mapping[Role, Signed] = {"leader": leader, "helper": helper}
        for role, signed in both.items():
            by = {role: keys[role]}
            held = open_signed(signed, Receiver, RECEIVER, by, limit_bytes=RECEIVER_BYTES)
            if held.role != role or held.expires_at <= self._store.clock():
                raise TaskRefused(
                    f"the {role}'s receiver has expired, or is none; nothing was taken"
                )
        return {f"{role}_receiver": encode(signed) for role, signed in both.items()}

    def roll_back(self, task: bytes, version: int, reason: str) -> None:
        """Propose the adapter of an earlier version as the next one. Raises RecordRefused, NotFound, Overtaken."""
        terms, held = self._tasks.get(task), self._chain.in_force(task)
        if not 0 <= version < held.head.version:
            raise RecordRefused(
                f"version {version} is none before the current one; nothing was proposed; look at the records"
            )
        if not (reason.isprintable() and 0 < len(reason) <= 200):
            raise RecordRefused(
                "a rollback has a reason of 1 to 200 characters; nothing was proposed"
            )
        digest = held.head.adapters[version]
        said = Said(self._store.clock(), held.head.most_reports, reason)
        record = rollback_record(terms, held.head, digest, said)
        adapter = self._chain.adapter(digest)
        proposed = Proposed(task, encode(record), adapter, b"")
        self._chain.propose(proposed, held.head, None, self._batches)

    def new_code(self, task: bytes, *, ttl_s: int = CODE_TTL_S) -> EnrolmentSecret:
        """Draw the secret of a one-time enrolment code. Raises NotFound."""
        return self._enrolments.new_secret(self._tasks.get(task).identity, ttl_s=ttl_s)

    def revoke(self, task: bytes, device: bytes) -> None:
        """Take no further report of a device. Raises NotFound."""
        self._enrolments.revoke(task, device)

    def lift_quarantine(self, task: bytes, device: bytes) -> None:
        """Take reports of a suspended device again. Raises NotFound."""
        self._enrolments.lift_quarantine(task, device)

    def sweep(self) -> int:
        """Let go of what has expired, in every task; returns how many reports."""
        return sum(self._reports.sweep(self._tasks.get(row.task)) for row in self._tasks.all())

    def close(self) -> None:
        """Write down what was counted."""
        self._refusals.write()
