"""Which lines the owner's bounds let go: told beforehand, or done. Over a connection that is held."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite3 import Connection

# From the newest back, until the bytes held pass the bound; what lies beyond goes. Lines that are too old are the
# last of that order, so whether they go first makes no difference to which others do.
_BEYOND: Final = """id IN (
    SELECT id FROM (
        SELECT id, sum(length(CAST(text AS BLOB))) OVER (ORDER BY at DESC, id DESC) AS held
        FROM entries
    ) WHERE held > ?
)"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lines before a time go, then the oldest until the text fits; None bounds nothing."""

    before: float | None = None
    """Unix time, seconds."""
    max_bytes: int | None = None
    """Of the text in UTF-8."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """What bounds would let go."""

    lines: int = 0
    oldest: float | None = None
    newest: float | None = None


def let_go(database: "Connection", bounds: Bounds) -> int:
    """Delete the lines; give how many."""
    condition, values = _lines(bounds)
    return database.execute(f"DELETE FROM entries WHERE {condition}", values).rowcount  # noqa: S608


def expiring(database: "Connection", bounds: Bounds) -> Expiring:
    """Tell which lines would go, without touching one."""
    condition, values = _lines(bounds)
    row = database.execute(
        f"SELECT count(*), min(at), max(at) FROM entries WHERE {condition}",  # noqa: S608
        values,
    ).fetchone()
    return Expiring(*row)


def _lines(bounds: Bounds) -> tuple[str, tuple[float, ...]]:
    conditions: list[str] = []
    values: list[float] = []
    if bounds.before is not None:
        conditions.append("at < ?")
        values.append(bounds.before)
    if bounds.max_bytes is not None:
        conditions.append(_BEYOND)
        values.append(bounds.max_bytes)
    return " OR ".join(conditions) or "0", tuple(values)
