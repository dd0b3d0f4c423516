"""What a demonstration shows at one moment, and each of its batches. Values alone."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from hushkey.sync.device.core import Phase

NOTE: Final = "demonstration, not private"


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """One sample device."""

    number: int
    words: int
    phase: Phase
    version: int | None  # received
    reports: int
    epsilon: float  # spent
    receipts: int


@dataclass(frozen=True, slots=True)
class BatchSeen:
    """One record, and what came of it on the devices."""

    version: int  # in force after it
    outcome: str
    accepted: int
    epsilon_per_report: float
    receipts_verified: int
    reason: str  # of a rejection
    before_nats: (
        float | None
    )  # a word of the text that no device learned from, under the version before
    after_nats: float | None

    @property
    def released(self) -> bool:
        """Whether it made a version."""
        return self.outcome == "released"

    @property
    def gate(self) -> str:
        """What the gate said."""
        return self.reason or "passed"

    def as_dict(self) -> dict[str, Any]:
        """Return what a script reads."""
        held = asdict(self)
        told = {
            name: held[name]
            for name in ("version", "accepted", "epsilon_per_report", "receipts_verified")
        }
        return told | {"gate": self.gate, "note": NOTE}


@dataclass(frozen=True, slots=True)
class Moment:
    """All of it."""

    doing: str
    devices: tuple[DeviceSeen, ...] = ()
    batches: tuple[BatchSeen, ...] = ()
    pending: int = 0
    batch_min: int = 0
    version: int = 0
    versions: int = 0  # that are aimed at
    leader: str = ""
    helper: str = ""
    over: bool = False

    @property
    def rejected(self) -> int:
        """Batches that made no version."""
        return sum(not batch.released for batch in self.batches)
