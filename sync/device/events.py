"""What happened to a device's sharing, and what is to be done: what the core takes and gives. Values alone."""

from dataclasses import dataclass
from typing import Literal

Answer = Literal["withdrawn", "already-batched"]


# Events: past tense ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consented:
    """The owner agreed to terms, whose hash is `agreed`, within a budget."""

    agreed: bytes
    budget_rho: float
    interval_s: int  # between the end of one report and the beginning of the next
    at: int


@dataclass(frozen=True, slots=True)
class TurnedOff:
    """The owner switched sharing off."""

    at: int


@dataclass(frozen=True, slots=True)
class TrackingForbidden:
    """DO_NOT_TRACK is set."""


@dataclass(frozen=True, slots=True)
class TrackingAllowed:
    """DO_NOT_TRACK is no longer set."""


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """The leader's offer was fetched, and its signatures hold by the pinned keys."""

    agreed: bytes  # the hash of the terms that it comes to
    version: int
    rho: float  # of one report
    at: int


@dataclass(frozen=True, slots=True)
class DoubtArose:
    """Something was refused that nobody honest sends: a fork, another key, terms below the owner's floor."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went on."""

    at: int


@dataclass(frozen=True, slots=True)
class TrainingStopped:
    """A training ended without a report."""

    retry_at: int


@dataclass(frozen=True, slots=True)
class ReportBuilt:
    """A report was sealed; nothing of it has left."""

    report: bytes  # its id
    digest: bytes  # of its bytes
    agreed: bytes  # the terms that it was made under
    version: int
    rho: float
    expires_at: int
    dead_at: int  # its expiry and the clock's margin: from then on nobody may count it
    forgettings: int  # of the history that it was trained on
    at: int


@dataclass(frozen=True, slots=True)
class ReportQueued:
    """A report's sealed bytes are on the disk."""

    report: bytes


@dataclass(frozen=True, slots=True)
class ReportLost:
    """A report's bytes are not on the disk, or are not those that were built."""

    report: bytes


@dataclass(frozen=True, slots=True)
class ReportAcknowledged:
    """The leader took a report."""

    report: bytes


@dataclass(frozen=True, slots=True)
class ReportRejected:
    """The leader refused a report for good. What it says is not believed: the report may be counted all the same."""

    report: bytes


@dataclass(frozen=True, slots=True)
class ReportListed:
    """A record that both operators signed lists a report."""

    report: bytes
    sequence: int
    at: int


@dataclass(frozen=True, slots=True)
class Forgot:
    """Something was forgotten from the history, by now so many times."""

    forgettings: int


@dataclass(frozen=True, slots=True)
class WithdrawalAsked:
    """The owner wants the live report back."""


@dataclass(frozen=True, slots=True)
class WithdrawalAnswered:
    """A role said what became of a withdrawal."""

    report: bytes
    answer: Answer


@dataclass(frozen=True, slots=True)
class Reopened:
    """The program was started anew; what was under way in it is gone."""


Event = (
    Consented
    | TurnedOff
    | TrackingForbidden
    | TrackingAllowed
    | OfferSeen
    | DoubtArose
    | Ticked
    | TrainingStopped
    | ReportBuilt
    | ReportQueued
    | ReportLost
    | ReportAcknowledged
    | ReportRejected
    | ReportListed
    | Forgot
    | WithdrawalAsked
    | WithdrawalAnswered
    | Reopened
)


# Effects: imperative -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Train:
    """Train on this version and build a report."""

    version: int


@dataclass(frozen=True, slots=True)
class Charge:
    """Write down what a report costs, in the transaction that keeps the new state."""

    report: bytes
    rho: float


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put a report's sealed bytes on the disk."""

    report: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Send:
    """Upload a report: these bytes and no others."""

    report: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Show a report's token to both roles."""

    report: bytes


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete a report's bytes, and its token unless a withdrawal is still owed."""

    report: bytes


@dataclass(frozen=True, slots=True)
class KeepReceipt:
    """Keep the path of a report to the record that lists it."""

    report: bytes
    sequence: int


Effect = Train | Charge | Enqueue | Send | Withdraw | Erase | KeepReceipt
