"""Everything that sharing refuses, under one root. No message quotes typed text, a key or a share.

Each class names its problem type: what goes over the wire where a server refuses (RFC 9457), and what a client
raises again when it hears it.
"""

from typing import ClassVar


class SyncError(Exception):
    """What failed, what now holds and what to do. Callers catch this one."""

    problem: ClassVar[str] = "refused"
    status: ClassVar[int] = 400  # of HTTP, where a server says so


# What one party says to another -----------------------------------------------------------------


class MessageRefused(SyncError):
    """Bytes that are not the message they should be: cut, changed, of another type or not canonical."""

    problem = "invalid-message"


class TooLarge(MessageRefused):
    """A message beyond the size that its kind may have."""

    problem = "too-large"
    status = 413


class SignatureRefused(SyncError):
    """A signature that is missing, of another key, or of other bytes."""

    problem = "unauthorized"
    status = 401


class ClockRefused(SyncError):
    """A request whose time is too far from ours, or one that was seen before."""

    problem = "clock-or-replay"
    status = 401


class RateLimited(SyncError):
    """Too many requests of one sender."""

    problem = "rate-limited"
    status = 429


class ProtocolTooOld(SyncError):
    """The other side speaks a version of the protocol that we do not."""

    problem = "too-old"
    status = 426


class NotFound(SyncError):
    """No such task, batch, record or adapter."""

    problem = "not-found"
    status = 404


# Numbers ----------------------------------------------------------------------------------------


class CodecRefused(SyncError):
    """A vector, a share or terms that cannot be encoded without loss of what is promised."""


class NoiseRefused(SyncError):
    """Noise that cannot be drawn as asked, or that would drown or not hide what it should."""


class BudgetSpent(SyncError):
    """The owner's privacy budget does not cover another report. Nothing was sent."""


# Tasks and reports ------------------------------------------------------------------------------


class TaskRefused(SyncError):
    """Terms that could wrap, promise too little, or are not signed by both operators."""

    problem = "invalid-task"


class ReportRefused(SyncError):
    """A report that the task does not take: expired, too old a version, another task's, a reused id."""

    problem = "report-rejected"


class ReportConflict(ReportRefused):
    """The same report id with other bytes."""

    problem = "report-conflict"
    status = 409


class OneLiveReport(ReportRefused):
    """The device has a report that is neither recorded nor expired."""

    problem = "one-live-report"
    status = 409


class EnvelopeRefused(SyncError):
    """A sealed share that does not open for this role, task and metadata."""

    problem = "hpke-decrypt-error"


class DeviceUnknown(SyncError):
    """A device that is not enrolled, or whose enrolment was revoked."""

    problem = "device-unknown"
    status = 403


class CodeRefused(SyncError):
    """An enrolment code that was used, has expired, or is none."""

    problem = "enrolment-code"
    status = 403


# Batches and records ----------------------------------------------------------------------------


class BatchRefused(SyncError):
    """A batch below the minimum, over the maximum, or of other reports under a known id."""

    problem = "batch-refused"
    status = 409


class BatchTooSmall(BatchRefused):
    """Fewer accepted reports than the helper's own minimum. Nothing was stored."""

    problem = "batch-too-small"


class RecordRefused(SyncError):
    """A record that does not follow the last one, or that both operators did not sign: a fork or a rollback."""

    problem = "record-refused"
    status = 409


class ReceiptRefused(SyncError):
    """A path that does not lead to the recorded root."""

    problem = "receipt-refused"


# The device -------------------------------------------------------------------------------------


class SharingOff(SyncError):
    """Sharing is off, or suspended until its owner consents again. Nothing was sent."""


class PolicyRefused(SyncError):
    """The task is below what this device's owner asks: batch, noise, operators. Nothing was sent."""


class Unreachable(SyncError):
    """The other side could not be reached or did not answer in time; what waits goes on waiting."""

    problem = "unreachable"
    status = 503


# The coordinator --------------------------------------------------------------------------------


class StoreRefused(SyncError):
    """The database cannot be opened, is of another version, or is busy."""

    problem = "unavailable"
    status = 503


class ConfigRefused(SyncError):
    """A setting of the coordinator that is missing or cannot be."""
