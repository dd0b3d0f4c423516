"""Takes each step of the core in one transaction, then does as it says. It decides nothing; it holds no text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushkey.sync.device import book
from hushkey.sync.device import events as e
from hushkey.sync.device.client import Client
from hushkey.sync.device.core import State, step
from hushkey.sync.device.events import Effect, Event
from hushkey.sync.device.faults import Faults, NoFaults, label_of
from hushkey.sync.device.ledger import charge
from hushkey.sync.device.queue import Queue
from hushkey.sync.device.store import SharingStore
from hushkey.sync.errors import (
    OneLiveReport,
    ReportRefused,
    SyncError,
    Unreachable,
)
from hushkey.sync.keys import Entropy
from hushkey.sync.messages import Withdrawal, hash_of

if TYPE_CHECKING:
    from sqlite3 import Connection

Also = Callable[["Connection", State], None]  # written in the same transaction
Training = Callable[
    [int], None
]  # what is done when the core says that a version is to be trained on


def _nothing(_database: "Connection", _state: State) -> None:
    """Write nothing more."""


@dataclass(slots=True)
class Runner:
    """One device's steps. `pending` holds the bytes of the report that is being built, and nothing else does."""

    store: SharingStore
    queue: Queue
    client: Client
    clock: Callable[[], float]
    entropy: Entropy
    train: Training
    faults: Faults = field(default_factory=NoFaults)
    pending: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    notes: list[str] = field(
        default_factory=list
    )  # what could not be done just now, in words for the owner

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock())

    @property
    def state(self) -> State:
        """Where it stands."""
        with self.store.reading() as database:
            return book.read_state(database)

    def happen(self, event: Event, also: Also = _nothing) -> State:
        """Take a step and do what it says. Raises StoreRefused, BudgetSpent; then nothing happened."""
        label = label_of(type(event))
        with self.store.writing() as database:
            before = book.read_state(database)
            state, effects = step(before, event)
            if state != before or effects:
                self._charge(database, state, effects)
                also(database, state)
                book.write_state(database, state)
                self.faults.reach(f"{label}.uncommitted")
        self.faults.reach(f"{label}.committed")
        for effect in effects:
            self._do(effect)
        return state

    def _charge(self, database: "Connection", state: State, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, e.Charge):
                charge(
                    database, state.budget_rho, effect.report, state.agreed, effect.rho, self.now
                )

    def _do(self, effect: Effect) -> None:
        match effect:
            case e.Train(version):
                self.train(version)
            case e.Enqueue(report):
                self._enqueue(report)
            case e.Send(report, digest):
                self._send(report, digest)
            case e.Withdraw(report):
                self._withdraw(report)
            case e.Erase(report):
                self._erase(report)
            case e.Charge() | e.KeepReceipt():
                pass  # in the step's own transaction

    def _enqueue(self, report: bytes) -> None:
        self.queue.write(report, self.pending.pop(report))
        self.faults.reach("queue.written")
        self.happen(e.ReportQueued(report))

    def _send(self, report: bytes, digest: bytes) -> None:
        data = self.queue.read(report)
        with self.store.reading() as database:
            row = book.report_row(database, report)
        if data is None or row is None or hash_of(data) != digest:
            self.happen(e.ReportLost(report))
            return
        with self.store.writing() as database:
            key = book.device_key(database, row.task, self.entropy)
        self.faults.reach("upload.sending")
        try:
            self.client.upload(row.leader_url, row.task, report, data, key)
        except Unreachable as refused:
            self.notes.append(str(refused))
            return
        except SyncError as refused:
            self.notes.append(str(refused))
            if isinstance(refused, ReportRefused) and not isinstance(refused, OneLiveReport):
                self.happen(e.ReportRejected(report))
            return
        self.faults.reach("upload.answered")
        self.happen(e.ReportAcknowledged(report))

    def _withdraw(self, report: bytes) -> None:
        """Show the token to both roles: one that takes it is enough, one that has summed it decides."""
        with self.store.reading() as database:
            row = book.report_row(database, report)
        if row is None:
            return
        self.faults.reach("withdrawal.sending")
        answers: set[e.Answer] = set()
        for url in (row.leader_url, row.helper_url):
            try:
                told = self.client.withdraw(url, row.task, Withdrawal(report, row.token))
                answers.add(told.state)
            except SyncError as refused:
                self.notes.append(str(refused))
        self.faults.reach("withdrawal.answered")
        if answers:
            late = "already-batched" in answers
            self.happen(e.WithdrawalAnswered(report, "already-batched" if late else "withdrawn"))

    def _erase(self, report: bytes) -> None:
        self.pending.pop(report, None)
        self.queue.drop(report)
        with self.store.writing() as database:
            book.erase_report(database, report)

    def mend(self) -> None:
        """Bring the state to what is on the disk: after a crash, or once somebody emptied the queue."""
        live = self.state.live
        with self.store.reading() as database:
            held = {*book.reports_held(database), *self.queue.held()}
        for report in held - ({live.report} if live is not None else set()):
            self._erase(report)
        if live is None or not live.never_left:
            return
        data = self.queue.read(live.report)
        if data is None or hash_of(data) != live.digest:
            self.happen(e.ReportLost(live.report))
        elif live.stage == "charged":
            self.happen(e.ReportQueued(live.report))
