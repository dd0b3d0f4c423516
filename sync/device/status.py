"""What an app or a command line shows of sharing. Values alone."""

from dataclasses import dataclass
from typing import Self

from hushkey.sync.device.core import Live, Phase
from hushkey.sync.device.ledger import Spent
from hushkey.sync.messages import Task


@dataclass(frozen=True, slots=True)
class LiveReport:
    """The report that waits, is under way, or may still be summed."""

    report: str  # hex
    stage: str  # charged, queued, sent, acknowledged, unsendable
    expires_at: int
    withdrawal: str  # "", wanted (not confirmed), withdrawn, already-batched

    @classmethod
    def of(cls, live: Live) -> Self:
        """Show what the core knows of it."""
        return cls(live.report.hex(), live.stage, live.expires_at, live.withdrawal)


@dataclass(frozen=True, slots=True)
class SharingStatus:
    """Where sharing stands."""

    phase: Phase
    reason: str  # of a suspension
    task: Task | None  # agreed to last
    consented_at: int
    spent: Spent
    reports_left: int  # that the budget covers
    live: LiveReport | None
    next_at: int  # no report is begun before
    version: int | None  # in force, as far as it is known here
    sequence: int | None  # of the last record
    receipts: int
    notes: tuple[str, ...] = ()  # what could not be done when something was last asked for

    @property
    def unconfirmed(self) -> bool:
        """Whether a withdrawal is still to be confirmed."""
        return self.live is not None and self.live.withdrawal == "wanted"
