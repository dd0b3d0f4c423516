"""Where a device may die between two durable steps, by name: for a suite that dies at each of them.

Every step of the core is one transaction with two points: `LABEL.uncommitted`, all written and nothing durable, and
`LABEL.committed`, durable and not yet acted upon. What touches a file or the network has points of its own.
"""

import re
from typing import Protocol, get_args

from hushkey.sync.device.events import Event


def label_of(kind: type) -> str:
    """Name the transaction of an event: ReportBuilt is report-built."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


STEPS: tuple[str, ...] = tuple(label_of(kind) for kind in get_args(Event))
OUTSIDE = (
    "delta.trained",  # nothing is built of it
    "report.sealed",  # in memory alone
    "queue.written",  # on the disk, and not noted
    "upload.sending",  # noted as sent, and perhaps it was not
    "upload.answered",  # sent and answered, the answer not noted
    "withdrawal.sending",
    "withdrawal.answered",
    "receipt.fetched",
)

LABELS: tuple[str, ...] = (
    *(f"{label}.{point}" for label in STEPS for point in ("uncommitted", "committed")),
    *OUTSIDE,
)


class Faults(Protocol):
    """What happens at a label."""

    def reach(self, label: str) -> None:
        """Return, or do not."""


class NoFaults:
    """Nothing happens: production."""

    def reach(self, label: str) -> None:
        """Return."""
