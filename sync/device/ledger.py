"""What was paid in privacy, for ever: charged before a byte leaves, never refunded. Rows and sums.

Each charge is a row in the transaction that lets the report live, so that a crash leaves both or neither: what was
sent was paid, and what was paid may not have been sent. A charge is of no task's making: the budget is its owner's.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushkey.model.audit.batch import epsilon_of
from hushkey.sync.errors import BudgetSpent
from hushkey.sync.privacy.accounting import Budget, compose

if TYPE_CHECKING:
    from sqlite3 import Connection


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent of a budget."""

    budget: Budget
    rho: float
    reports: int

    @property
    def epsilon(self) -> float:
        """What was spent, as epsilon at the owner's delta."""
        return epsilon_of(self.rho, self.budget.delta) if self.rho else 0.0

    @property
    def epsilon_left(self) -> float:
        """What is left, as epsilon. It does not add up with what was spent: rho does."""
        return max(0.0, self.budget.epsilon - self.epsilon)

    def reports_left(self, each: float) -> int:
        """Count further reports of this cost."""
        return self.budget.reports(each, self.rho) if each > 0.0 else 0


def charge(  # noqa: PLR0913, PLR0917  a row
    database: "Connection", budget_rho: float, report: bytes, agreed: bytes, rho: float, at: int
) -> None:
    """Write a charge, inside the caller's transaction. Raises BudgetSpent: nothing of the transaction then holds."""
    total = compose((spent_rho(database), rho))
    if not total <= budget_rho:
        raise BudgetSpent(
            "the privacy budget does not cover another report; nothing was sent; raise it, if you want to, with "
            "'hushkey share on --budget'"
        )
    database.execute(
        "INSERT INTO charges (report, agreed, rho, at) VALUES (?, ?, ?, ?)",
        (report, agreed, rho, at),
    )


def spent_rho(database: "Connection") -> float:
    """Return what all charges come to, rounded up."""
    return compose(rho for (rho,) in database.execute("SELECT rho FROM charges ORDER BY id"))


def spent(database: "Connection", budget: Budget) -> Spent:
    """Return what was spent of a budget."""
    (reports,) = database.execute("SELECT count(*) FROM charges").fetchone()
    return Spent(budget, spent_rho(database), int(reports))
