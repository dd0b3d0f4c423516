"""How many secrets were cut out of lines, by kind and day. It knows no line, no place in one, no surface.

The counts are written in the transaction that keeps the lines, and go with them: by age, by a forgetting that
covers the whole day, by a wipe.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.store import Store

if TYPE_CHECKING:
    from sqlite3 import Connection

DAY_S: Final = 86_400.0
_EPOCH: Final = date(1970, 1, 1).toordinal()
_LAST_DAY: Final = 2_932_896  # 9999-12-31, the last that a calendar here can name

Cuts = Counter[tuple[int, str]]
"""Secrets cut out, by (day, kind); a day is counted from 1970-01-01, in UTC."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """How much of one kind was cut out."""

    kind: str
    count: int
    since: date
    """Day of the first line that it was cut out of, in UTC."""
    last: date
    """Day of the last one."""


class RedactionLog:
    """The counts over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_kind(self) -> list[Redacted]:
        """List what was cut out, the most frequent kind first."""
        with self._store.reading() as database:
            rows = database.execute(
                "SELECT kind, sum(count), min(day), max(day) FROM redactions "
                "GROUP BY kind ORDER BY sum(count) DESC, kind"
            ).fetchall()
        return [
            Redacted(kind, count, _date(first), _date(last)) for kind, count, first, last in rows
        ]


def day_of(at: float) -> int:
    """Return the day of a Unix time in seconds; one outside the calendar is its first or last."""
    return int(min(max(at / DAY_S, 0.0), _LAST_DAY))


def cuts_of(at: float, kinds: Iterable[str]) -> Cuts:
    """Count the kinds that were cut out of a line of a time."""
    day = day_of(at)
    return Counter((day, kind) for kind in kinds)


def note(database: "Connection", cuts: Cuts) -> None:
    """Add to the counts, in the transaction of whoever calls."""
    database.executemany(
        "INSERT INTO redactions (kind, day, count) VALUES (?, ?, ?) "
        "ON CONFLICT (kind, day) DO UPDATE SET count = count + excluded.count",
        ((kind, day, count) for (day, kind), count in cuts.items()),
    )


def drop(database: "Connection", *, since: float = -math.inf, until: float = math.inf) -> int:
    """Drop the counts of the days that lie wholly between two Unix times; give how many counts went."""
    return database.execute(
        "DELETE FROM redactions WHERE day * ? >= ? AND (day + 1) * ? <= ?",
        (DAY_S, since, DAY_S, until),
    ).rowcount


def _date(day: int) -> date:
    return date.fromordinal(_EPOCH + day)
