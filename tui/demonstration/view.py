"""A demonstration as text: lines where there is no screen, and what the screen's tables hold. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushkey.sync.demonstration import BatchSeen, DeviceSeen, Moment

DEVICE_HEADS: Final = ("device", "words", "is", "version", "reports", "epsilon", "receipts")
BATCH_HEADS: Final = ("version", "reports", "epsilon a report", "receipts", "gate")
NOTHING: Final = "–"


def device_row(device: DeviceSeen) -> tuple[str, ...]:
    """Return one device's row."""
    return (
        str(device.number),
        f"{device.words:,}",
        device.phase,
        NOTHING if device.version is None else str(device.version),
        str(device.reports),
        f"{device.epsilon:,.0f}",
        str(device.receipts),
    )


def batch_row(batch: BatchSeen) -> tuple[str, ...]:
    """Return one batch's row."""
    return (
        str(batch.version) if batch.released else f"{batch.version} stays",
        str(batch.accepted),
        f"{batch.epsilon_per_report:,.0f}",
        f"{batch.receipts_verified} of {batch.accepted} checked",
        judged(batch),
    )


def judged(batch: BatchSeen) -> str:
    """Say what the gate found."""
    if batch.before_nats is None or batch.after_nats is None:
        return batch.gate
    return f"{batch.gate}: {batch.before_nats:.3f} -> {batch.after_nats:.3f} nats a word"


def headline(moment: Moment) -> str:
    """Say in one line how it stands."""
    told = f"version {moment.version} of {moment.versions}"
    if moment.batch_min:
        told += f", {moment.pending} of {moment.batch_min} reports"
    return f"{told}: {moment.doing}"


def operators(moment: Moment) -> str:
    """Say where both operators answer."""
    return f"leader {moment.leader}  helper {moment.helper}" if moment.leader else "both start"


class Lines:
    """Turns moments into lines: one for each thing that begins, none for its steps."""

    def __init__(self) -> None:
        self._last = ""

    def of(self, moment: Moment) -> Iterator[str]:
        """Give what is new to say."""
        doing = moment.doing.partition(":")[0]
        if doing != self._last:
            self._last = doing
            yield headline(moment).partition(": step")[0]


def batch_line(batch: BatchSeen) -> str:
    """Say what became of a batch."""
    became = (
        f"version {batch.version} is released"
        if batch.released
        else f"rejected; version {batch.version} stays"
    )
    return (
        f"{became}: {batch.accepted} reports, epsilon {batch.epsilon_per_report:,.0f} each, "
        f"{batch.receipts_verified} receipts checked; gate {judged(batch)}"
    )
