"""One look at the leader: terms, records, the adapter, and whether the live report is listed. Checks, and keeps."""

from dataclasses import dataclass, field

from hushkey.model.adapter import Adapter
from hushkey.sync.device import book
from hushkey.sync.device.client import Client
from hushkey.sync.device.following import (
    Looked,
    adapter_of,
    fetch_adapter,
    follow_records,
    open_offer,
    pinned,
)
from hushkey.sync.device.policy import Policy
from hushkey.sync.device.reporting import Place
from hushkey.sync.device.source import Source
from hushkey.sync.device.store import SharingStore
from hushkey.sync.errors import NotFound, ReceiptRefused
from hushkey.sync.messages import Invitation, hash_of
from hushkey.sync.releases.chain import Head
from hushkey.sync.releases.receipts import Receipt, verify_receipt


@dataclass(frozen=True, slots=True)
class View:
    """What the leader told, checked."""

    looked: Looked
    head: Head
    adapter: Adapter = field(repr=False)

    @property
    def place(self) -> Place:
        """What a report is made for."""
        return self.looked.place(self.adapter.shape, self.head.version)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Looks at the leader of an invitation, with the owner's policy and what this device followed so far."""

    store: SharingStore
    client: Client
    source: Source
    policy: Policy

    def terms(self, invitation: Invitation, now: int) -> tuple[Looked, bytes]:
        """Return the checked terms, and the body of the last record. Raises as `open_offer`, Unreachable."""
        offer = self.client.offer(invitation.leader.url, invitation.task)
        base, shape = self.source.base, self.source.zero.shape
        return open_offer(offer, invitation, self.policy, base, shape, now), offer.head.body

    def look(self, invitation: Invitation, now: int, *, keep: bool) -> View:
        """Follow the records and fetch the adapter in force; with `keep`, so that it stays. Raises SyncError."""
        zero = self.source.zero
        offer = self.client.offer(invitation.leader.url, invitation.task)
        looked = open_offer(offer, invitation, self.policy, self.source.base, zero.shape, now)
        with self.store.reading() as database:
            head, data = book.read_head(database, looked.identity), book.read_adapter(database)
        head, records = follow_records(self.client, invitation, looked, offer, head)
        if keep and records:
            with self.store.writing() as database:
                book.write_records(database, looked.identity, head, records)
        if data is None or hash_of(data) != head.adapter:
            data = fetch_adapter(self.client, looked, head, zero)
            if keep:
                with self.store.writing() as database:
                    book.write_adapter(database, data)
        return View(looked, head, adapter_of(data, looked.task, zero))

    def receipt(self, view: View, invitation: Invitation, report: bytes) -> Receipt | None:
        """Return the checked receipt of a report; None where no record lists it. Raises ReceiptRefused, SyncError."""
        looked = view.looked
        try:
            path = self.client.receipt(looked.task.leader.url, looked.identity, report)
        except NotFound:
            return None
        with self.store.reading() as database:
            signed = book.record_at(database, looked.identity, path.sequence)
        if signed is None or path.report != report:
            raise ReceiptRefused("a receipt is of no record that is known here; it was not taken")
        receipt = Receipt(signed, path)
        verify_receipt(receipt, looked.task, pinned(invitation))
        return receipt
