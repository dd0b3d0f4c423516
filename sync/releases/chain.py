"""The chain of a task's records: what may follow what. Pure; whoever follows it keeps a `Head`.

    base         sequence 0, version 0, no batch
    released     version + 1, a batch
    rejected     the same version and adapter, a batch
    rolled-back  version + 1, an adapter of an earlier version, no batch

A device keeps the last head and never one that does not follow it, so that nobody can be handed a model of their own.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated

from msgspec import Meta

from hushkey.sync.errors import RecordRefused, SyncError
from hushkey.sync.messages import (
    Count,
    Hash,
    Message,
    Record,
    Role,
    Signed,
    Task,
    encode,
    hash_of,
)
from hushkey.sync.signing import RECORD, open_signed

NOTHING = bytes(32)  # a hash of nothing: before the first record, where there is no batch
NO_BATCH = bytes(16)
RECORD_BYTES = 4096  # the most that a record's body has
PARTS = 16  # that a batch's step is counted in


class Head(Message, frozen=True, array_like=True):
    """Where a chain stands, enough to say whether a record follows."""

    task: Hash
    record: Hash  # of the last record's body
    sequence: Count
    version: Count
    most_reports: Count
    adapters: Annotated[tuple[Hash, ...], Meta(min_length=1)]  # by version, from 0

    @property
    def adapter(self) -> bytes:
        """Hash of the adapter in force."""
        return self.adapters[-1]


def read_record(whole: Signed, task: Task, keys: Mapping[Role, bytes]) -> Record:
    """Return a record that both operators signed and that keeps the task's terms, wherever in the chain it stands.

    `keys` are those that the reader pinned itself, of both roles. Raises RecordRefused.
    """
    if set(keys) != {"leader", "helper"}:
        raise RecordRefused("both operators' keys are needed to check a record; none was taken")
    try:
        record = open_signed(whole, Record, RECORD, keys, limit_bytes=RECORD_BYTES)
    except SyncError as refused:
        raise RecordRefused(f"a record was not taken: {refused}") from None
    _require_terms(record, task)
    return record


def follow(head: Head | None, whole: Signed, task: Task, keys: Mapping[Role, bytes]) -> Head:
    """Return the head after this record; before the first, `head` is None. The last record again changes nothing.

    Raises RecordRefused for a fork, a step back, a gap, a signature that is missing, doubled or of another key, a
    version or adapter that does not follow, and terms below the task's.
    """
    record = read_record(whole, task, keys)
    known = hash_of(whole.body)
    if head is None:
        return _first(record, known)
    if head.task != record.task:
        raise RecordRefused("the record is of another task than the chain; it was not taken")
    if record.sequence == head.sequence and known == head.record:
        return head
    _require_next(head, record)
    risen = record.version > head.version
    return Head(
        task=head.task,
        record=known,
        sequence=record.sequence,
        version=record.version,
        most_reports=record.most_reports,
        adapters=(*head.adapters, record.adapter) if risen else head.adapters,
    )


def follow_all(
    head: Head | None, records: Iterable[Signed], task: Task, keys: Mapping[Role, bytes]
) -> Head | None:
    """Follow several records in order. Raises RecordRefused at the first that does not follow."""
    for whole in records:
        head = follow(head, whole, task, keys)
    return head


def _first(record: Record, known: bytes) -> Head:
    if record.outcome != "base":
        raise RecordRefused("a chain begins with its base; the record was not taken")
    return Head(record.task, known, 0, 0, record.most_reports, (record.adapter,))


def _require_next(head: Head, record: Record) -> None:
    """Whether the record stands one after the head and moves the version as its outcome says."""
    if record.sequence == head.sequence:
        raise RecordRefused(
            "the operators signed two records of one place: a fork; it was not taken, and nothing should be sent "
            "to this task"
        )
    if record.sequence < head.sequence:
        raise RecordRefused("the record is older than one known before; it was not taken")
    if record.sequence > head.sequence + 1:
        raise RecordRefused("records are missing before this one; it was not taken; fetch them all")
    if record.previous != head.record:
        raise RecordRefused(
            "the record follows another one than the last known: a fork; it was not taken, and nothing should be "
            "sent to this task"
        )
    if record.most_reports < head.most_reports:
        raise RecordRefused("the record counts fewer reports of a device than the last; not taken")
    _require_version(head, record)


def _require_version(head: Head, record: Record) -> None:
    rises = record.outcome in {"released", "rolled-back"}
    if record.outcome == "base" or record.version != head.version + rises:
        raise RecordRefused("the record's version does not follow the last; it was not taken")
    if record.outcome == "rejected" and record.adapter != head.adapter:
        raise RecordRefused("a rejected batch changed the adapter; the record was not taken")
    if record.outcome == "rolled-back" and record.adapter not in head.adapters[:-1]:
        raise RecordRefused("a rollback to an adapter that never was; the record was not taken")


def _require_terms(record: Record, task: Task) -> None:
    """Whether the record is the task's and its batch, or that there is none, is within the terms."""
    if record.task != hash_of(encode(task)):
        raise RecordRefused("the record is of another task; it was not taken")
    if not record.reason.isprintable():
        raise RecordRefused("the record's reason cannot be shown; it was not taken")
    if not math.isfinite(record.epsilon):
        raise RecordRefused("the record states no epsilon; it was not taken")
    if (record.outcome == "base") != (record.sequence == 0) or (
        record.outcome == "base" and (record.version != 0 or record.previous != NOTHING)
    ):
        raise RecordRefused("a base stands at the beginning, and there alone; it was not taken")
    if record.outcome in {"released", "rejected"}:
        _require_batch(record, task)
    elif (record.batch, record.accepted, record.weight, record.part) != (NO_BATCH, 0, 0, 0) or (
        record.root != NOTHING or record.aggregate != NOTHING
    ):
        raise RecordRefused("a record without a batch tells of one; it was not taken")


def _require_batch(record: Record, task: Task) -> None:
    if not task.batch_min <= record.accepted <= task.batch_max:
        raise RecordRefused(
            f"a batch of {record.accepted}, where the task's have {task.batch_min} to {task.batch_max}; the record "
            "was not taken"
        )
    if record.sigma < task.sigma:
        raise RecordRefused("a batch with less noise than the task's; the record was not taken")
    if not record.accepted <= record.weight <= record.accepted * task.weight_max:
        raise RecordRefused("a weight that these reports cannot have; the record was not taken")
    if (record.part > 0) != (record.outcome == "released") or record.part > PARTS:
        raise RecordRefused("a part of a step that there is none of; the record was not taken")
    if record.batch == NO_BATCH or NOTHING in {record.root, record.aggregate}:
        raise RecordRefused("a record of a batch names none; it was not taken")
