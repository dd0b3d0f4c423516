"""The helper: what it answers, and what its operator does. It sees no device and no report but its own share."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, select

from hushkey.sync.coordinator.audit_log import Refusals
from hushkey.sync.coordinator.countersigning import Countersigning
from hushkey.sync.coordinator.helper_batches import HelperBatches
from hushkey.sync.coordinator.records import Chain
from hushkey.sync.coordinator.reports import bury, forget_expired
from hushkey.sync.coordinator.schema import COUNTED
from hushkey.sync.coordinator.setup import add_task
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Shapes, Tasks, Terms
from hushkey.sync.errors import BatchRefused, SyncError, TaskRefused
from hushkey.sync.keys import Entropy, OperatorKey, ReceiverKey
from hushkey.sync.messages import Records, Sig, Signed, Task, Withdrawal, Withdrawn, hash_of
from hushkey.sync.signing import TASK, sign_body


@dataclass(frozen=True, slots=True)
class HelperPolicy:
    """What a helper asks of every task, whatever its leader does."""

    batch_min: int = 32  # accepted reports of a batch
    sigma_min: int = 1  # of its own noise, in units of the ring
    epsilon_max: float = 1.0  # of one report by its own noise, at the task's delta
    leaders: frozenset[bytes] | None = None  # operators' keys that it works with; None: any
    demonstration: bool = False  # whether weak noise on loopback is taken

    def require(self, terms: Terms) -> None:
        """Return if the task keeps to it. Raises TaskRefused."""
        task = terms.task
        if self.leaders is not None and task.leader.key not in self.leaders:
            raise TaskRefused(
                "the task's leader is not one that this helper works with; it was not signed"
            )
        if task.demonstration and not self.demonstration:
            raise TaskRefused("this helper takes part in no demonstration; the task was not signed")
        if not task.demonstration and (
            task.sigma < self.sigma_min or terms.epsilon > self.epsilon_max
        ):
            raise TaskRefused("the task has less noise than this helper asks; it was not signed")
        if task.batch_max < self.batch_min and not task.demonstration:
            raise TaskRefused(
                "the task's batches are below this helper's minimum; it was not signed"
            )

    def smallest(self, task: Task) -> int:
        """Return how many reports a batch of the task must have."""
        return task.batch_min if task.demonstration else max(self.batch_min, task.batch_min)


class Helper:
    """A HelperService over a store. `receivers` are its keys by their numbers."""

    def __init__(  # noqa: PLR0913  what a role is made of
        self,
        store: Store,
        key: OperatorKey,
        receivers: Mapping[int, ReceiverKey],
        shapes: Shapes,
        policy: HelperPolicy,
        *,
        entropy: Entropy,
    ) -> None:
        store.claim_role("helper")
        self._store = store
        self._key = key
        self._policy = policy
        self._tasks = Tasks(store, shapes)
        self._batches = HelperBatches(store, receivers, entropy)
        self._records = Countersigning(store, key)
        self._chain = Chain(store)
        self._refusals = Refusals(store)

    # What it answers -----------------------------------------------------------------------------

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        """Return records that the helper signed; its signature alone is on them."""
        return self._chain.records(task, after, limit)

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        """Return a batch's packed published sum. Raises NotFound."""
        return self._chain.aggregate(task, batch)

    def answer(self, task: bytes, data: bytes) -> bytes:
        """Answer a `BatchRequest` with an encoded `BatchAnswer`. Raises BatchTooSmall, BatchRefused."""
        with self._refusing(task):
            terms = self._tasks.get(task)
            self._require_policy(terms)
            return self._batches.answer(terms, data, self._policy.smallest(terms.task))

    def countersign(self, task: bytes, data: bytes) -> bytes:
        """Answer a `Proposal` with an encoded `Countersigned`. Raises RecordRefused."""
        with self._refusing(task):
            return self._records.countersign(self._tasks.get(task), data)

    def withdraw(self, task: bytes, withdrawal: Withdrawal) -> Withdrawn:
        """Tombstone a report: the helper drops it, unless it was counted before."""
        with self._refusing(task):
            terms = self._tasks.get(task)
            counted = select(COUNTED.c.report).where(
                COUNTED.c.task == task, COUNTED.c.report == withdrawal.report
            )
            with self._store.write("helper-withdraw") as connection:
                self._store.lock_task(connection, task)
                if connection.scalar(counted) is not None:
                    return Withdrawn(withdrawal.report, "already-batched")
                bury(self._store, connection, terms, withdrawal.report, hash_of(withdrawal.token))
            return Withdrawn(withdrawal.report, "withdrawn")

    def _require_policy(self, terms: Terms) -> None:
        """Whether the task still keeps to what the operator asks now."""
        try:
            self._policy.require(terms)
        except TaskRefused as refused:
            raise BatchRefused(f"nothing was summed: {refused}") from None

    @contextmanager
    def _refusing(self, task: bytes) -> Iterator[None]:
        try:
            yield
        except SyncError as refused:
            self._refusals.count(task, refused)
            raise

    # What its operator does ----------------------------------------------------------------------

    def adopt(self, body: bytes, adapter: bytes) -> Sig:
        """Take part in a task that begins with this adapter, and sign it. Raises TaskRefused; again: the same."""
        terms = self._tasks.check(body)
        if terms.task.helper.key != self._key.public:
            raise TaskRefused("the task names another helper; it was not signed")
        self._policy.require(terms)
        mine = sign_body(body, TASK, "helper", self._key)
        add_task(self._store, self._tasks, terms, Signed(body, (mine,)), adapter)
        return mine

    def sweep(self) -> None:
        """Let go of ids that have expired: their expiry refuses them from now on, whatever a clock says."""
        for row in self._tasks.all():
            terms = self._tasks.get(row.task)
            until = self._store.clock() - terms.task.clock_margin_s
            with self._store.write("helper-sweep") as connection:
                self._store.lock_task(connection, terms.identity)
                forget_expired(connection, terms.identity, until)
                connection.execute(
                    delete(COUNTED).where(
                        COUNTED.c.task == terms.identity, COUNTED.c.expires_at <= until
                    )
                )

    def close(self) -> None:
        """Write down what was counted."""
        self._refusals.write()
