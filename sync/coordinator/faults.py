"""Where a process may die between two durable steps, by name: for a suite that dies at each of them.

Every transaction of the coordinator has a label and passes two points: `LABEL.uncommitted`, all written and nothing
durable, and `LABEL.committed`, durable and not yet acted upon. What goes over the network has points of its own.
"""

from typing import Protocol

LEADER_TRANSACTIONS = (
    "accept",
    "withdraw",
    "claim",
    "ready",
    "asked",
    "summed",
    "opened",
    "proposed",
    "applied",
    "dissolved",
    "parked",
    "sweep",
)
HELPER_TRANSACTIONS = ("answer", "countersign", "helper-withdraw", "helper-sweep")
NETWORK = (
    "ask.sending",  # before the helper is asked
    "ask.replied",  # its answer is there and stored nowhere
    "countersign.sending",
    "countersign.replied",
)

LABELS: tuple[str, ...] = (
    *(
        f"{label}.{point}"
        for label in (*LEADER_TRANSACTIONS, *HELPER_TRANSACTIONS)
        for point in ("uncommitted", "committed")
    ),
    *NETWORK,
)


class Faults(Protocol):
    """What happens at a label."""

    def reach(self, label: str) -> None:
        """Return, or do not."""


class NoFaults:
    """Nothing happens: production."""

    def reach(self, label: str) -> None:
        """Return."""
