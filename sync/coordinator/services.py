"""The seam between the two roles and whatever carries their messages. Values and Protocols: no I/O.

Methods are synchronous and may be called from any thread. Whatever they refuse is a class of hushkey.sync.errors, and
leaves the state as it was. Who asks was authenticated before (a device by its key, the leader by its own).
"""

from dataclasses import dataclass
from typing import Protocol

from hushkey.sync.messages import (
    Enrolment,
    Offer,
    Path,
    Records,
    Withdrawal,
    Withdrawn,
    decode,
    encode,
)

RECORDS_MAX = 256  # of one answer


@dataclass(frozen=True, slots=True)
class Listed:
    """A task in the leader's list."""

    task: bytes  # its identity
    name: str
    version: int  # in force


@dataclass(frozen=True, slots=True)
class Feed:
    """What anybody may watch of a task."""

    version: int
    sequence: int  # of the last record
    pending: int | None  # reports that wait; None below a tenth of the minimum: it would name a few
    batch_min: int
    epsilon: float  # of one report, at the task's delta


class LeaderService(Protocol):
    """What the leader answers. `task` is a task's identity (32,). Raises NotFound for an unknown one."""

    def tasks(self) -> tuple[Listed, ...]:
        """Return the tasks that are offered."""

    def offer(self, task: bytes) -> Offer:
        """Return what a device is told of a task."""

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        """Return at most `limit` records with a sequence above `after`, from 0 without it."""

    def feed(self, task: bytes) -> Feed:
        """Return what the live view shows."""

    def adapter(self, digest: bytes) -> bytes:
        """Return the zlib stream of an adapter's bytes, by the bytes' SHA-256. Raises NotFound."""

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        """Return a batch's packed published sum. Raises NotFound."""

    def receipt(self, task: bytes, report: bytes) -> Path:
        """Return the path of a recorded report to its record's root. Raises NotFound."""

    def enrol(self, task: bytes, enrolment: Enrolment) -> bool:
        """Enrol a device; True where it is new. Raises CodeRefused, SignatureRefused."""

    def is_device(self, task: bytes, key: bytes) -> bool:
        """Whether a key is enrolled for a task and not revoked."""

    def accept(self, task: bytes, device_key: bytes, data: bytes) -> bool:
        """Store a `Report` durably; True where it is new. Raises ReportRefused and its kinds, DeviceUnknown."""

    def withdraw(self, task: bytes, withdrawal: Withdrawal) -> Withdrawn:
        """Tombstone a report. Raises ReportRefused where the token is another report's."""


class HelperService(Protocol):
    """What the helper answers. Raises NotFound for an unknown task."""

    def records(self, task: bytes, after: int | None, limit: int) -> Records:
        """Return at most `limit` records that the helper signed, with a sequence above `after`."""

    def aggregate(self, task: bytes, batch: bytes) -> bytes:
        """Return a batch's packed published sum. Raises NotFound."""

    def withdraw(self, task: bytes, withdrawal: Withdrawal) -> Withdrawn:
        """Tombstone a report."""

    def answer(self, task: bytes, data: bytes) -> bytes:
        """Answer a `BatchRequest` with an encoded `BatchAnswer`. Raises BatchTooSmall, BatchRefused."""

    def countersign(self, task: bytes, data: bytes) -> bytes:
        """Answer a `Proposal` with an encoded `Countersigned`. Raises RecordRefused."""


class HelperPeer(Protocol):
    """The helper as the leader's worker reaches it. Raises Unreachable, or what the helper refused."""

    def answer(self, task: bytes, data: bytes) -> bytes:
        """Send a `BatchRequest`."""

    def countersign(self, task: bytes, data: bytes) -> bytes:
        """Send a `Proposal`."""

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        """Send a `Withdrawal`."""


@dataclass(frozen=True, slots=True)
class LocalHelper:
    """A helper in the same process: for the demonstration and the tests."""

    service: HelperService

    def answer(self, task: bytes, data: bytes) -> bytes:
        """Hand a `BatchRequest` over."""
        return self.service.answer(task, data)

    def countersign(self, task: bytes, data: bytes) -> bytes:
        """Hand a `Proposal` over."""
        return self.service.countersign(task, data)

    def withdraw(self, task: bytes, data: bytes) -> bytes:
        """Hand a `Withdrawal` over."""
        return encode(self.service.withdraw(task, decode(data, Withdrawal, limit_bytes=200)))
