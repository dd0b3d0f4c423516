"""What sharing has to show: where it stands, receipts, records, the shared adapter. It asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from hushkey.model.adapter import Adapter
from hushkey.sync.device import book
from hushkey.sync.device.core import DO_NOT_TRACK
from hushkey.sync.device.following import adapter_of
from hushkey.sync.device.ledger import spent
from hushkey.sync.device.policy import tracking_forbidden
from hushkey.sync.device.source import Source
from hushkey.sync.device.status import LiveReport, SharingStatus
from hushkey.sync.device.store import SharingStore
from hushkey.sync.errors import ReceiptRefused
from hushkey.sync.messages import Record, Task, decode, hash_of
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.releases.chain import RECORD_BYTES
from hushkey.sync.releases.receipts import Receipt, Verified, verify_receipt
from hushkey.sync.task_terms import TASK_BYTES, rho_of_report

BUDGET = Budget(8.0)  # of a lifetime, unless its owner says otherwise


@dataclass(frozen=True, slots=True)
class Shelf:
    """Reads one profile's sharing database."""

    store: SharingStore
    source: Source
    environ: Mapping[str, str]

    def adapter(self) -> Adapter | None:
        """Return the shared adapter in force, checked when it was fetched; None where there is none for this base."""
        with self.store.reading() as database:
            data, consent = book.read_adapter(database), book.read_consent(database)
        if data is None or consent is None:
            return None
        task = decode(consent.task, Task, limit_bytes=TASK_BYTES)
        zero = self.source.zero
        return adapter_of(data, task, zero) if task.base == zero.base else None

    def receipts(self) -> list[Verified]:
        """Return what the stored receipts prove, oldest first, each checked anew and offline."""
        return [_verified(receipt, task) for receipt, task in self._receipts()]

    def receipt(self, report: str) -> Verified:
        """Check the receipt of one report (hex), offline. Raises ReceiptRefused, RecordRefused."""
        for receipt, task in self._receipts():
            if receipt.path.report.hex() == report:
                return _verified(receipt, task)
        raise ReceiptRefused("there is no receipt of that report; see 'hushkey share status'")

    def log(self) -> list[Record]:
        """Return the records of the task that was agreed to last, as this device followed them."""
        with self.store.reading() as database:
            consent = book.read_consent(database)
            if consent is None:
                return []
            found = book.records_of(database, hash_of(consent.task))
        return [decode(signed.body, Record, limit_bytes=RECORD_BYTES) for signed in found]

    def status(self, notes: tuple[str, ...]) -> SharingStatus:
        """Return where it stands."""
        with self.store.reading() as database:
            state, consent = book.read_state(database), book.read_consent(database)
            receipts = len(book.receipts_of(database))
            head = None if consent is None else book.read_head(database, hash_of(consent.task))
            paid = spent(database, BUDGET if consent is None else consent.budget)
        task = None if consent is None else decode(consent.task, Task, limit_bytes=TASK_BYTES)
        forbidden = state.mode == "on" and tracking_forbidden(self.environ)
        return SharingStatus(
            phase="suspended" if forbidden else state.phase,
            reason=DO_NOT_TRACK if forbidden else state.reason,
            task=task,
            consented_at=0 if consent is None else consent.at,
            spent=paid,
            reports_left=0 if task is None else paid.reports_left(rho_of_report(task)),
            live=None if state.live is None else LiveReport.of(state.live),
            next_at=state.next_at,
            version=None if head is None else head.version,
            sequence=None if head is None else head.sequence,
            receipts=receipts,
            notes=notes,
        )

    def _receipts(self) -> list[tuple[Receipt, Task]]:
        with self.store.reading() as database:
            return book.receipts_of(database)


def _verified(receipt: Receipt, task: Task) -> Verified:
    """Check by the keys in the stored terms, which were those pinned when they were agreed to."""
    return verify_receipt(receipt, task, {"leader": task.leader.key, "helper": task.helper.key})
