"""A receipt: both operators' word that a report was in a batch. Checked offline, from it and pinned keys alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from hushkey.sync.errors import ReceiptRefused
from hushkey.sync.messages import Message, Outcome, Path, Role, Signed, Task
from hushkey.sync.releases.chain import read_record
from hushkey.sync.releases.merkle import verify_path

RECEIPT_BYTES = 8192  # the most that a receipt has


class Receipt(Message, frozen=True, array_like=True):
    """What a device stores: the record as it was signed, and its report's path."""

    record: Signed
    path: Path


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt proves: the report is one of `accepted` in this batch."""

    report: bytes
    batch: bytes
    sequence: int
    version: int  # in force after the batch
    outcome: Outcome
    accepted: int
    epsilon: float
    at: int


def verify_receipt(receipt: Receipt, task: Task, keys: Mapping[Role, bytes]) -> Verified:
    """Return what the receipt proves. Raises RecordRefused for the record, ReceiptRefused for the path."""
    record = read_record(receipt.record, task, keys)
    path = receipt.path
    if record.outcome not in {"released", "rejected"}:
        raise ReceiptRefused("the record has no batch; the receipt was not taken")
    if (path.sequence, path.leaves) != (record.sequence, record.accepted):
        raise ReceiptRefused("the path is of another record; the receipt was not taken")
    verify_path(path, record.root)
    return Verified(
        report=path.report,
        batch=record.batch,
        sequence=record.sequence,
        version=record.version,
        outcome=record.outcome,
        accepted=record.accepted,
        epsilon=record.epsilon,
        at=record.at,
    )
