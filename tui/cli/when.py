"""How long ago and when, as a person writes them on a command line. Pure but for the local time zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS_S: Final[Mapping[str, float]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN: Final = re.compile(r"(\d{1,6})\s*([smhdw])")


def seconds_of(text: str) -> float:
    """Read a length of time: 90s, 10m, 2h, 3d, 1w, or several together as 1h30m. Raises ValueError."""
    written = text.strip().lower()
    seconds = sum(int(number) * _UNITS_S[unit] for number, unit in _SPAN.findall(written))
    if _SPAN.sub("", written).strip() or not seconds:
        raise ValueError("a length of time is written 90s, 10m, 2h, 3d or 1w")
    return seconds


def ends_of(text: str) -> tuple[float, float]:
    """Read a date, a time of today, or both; local unless a zone is said. Raises ValueError.

    Returns Unix seconds: a date begins with its day and ends with it; a time ends as it begins.
    """
    written = text.strip()
    with suppress(ValueError):
        return _day(date.fromisoformat(written))
    with suppress(ValueError):
        return _moment(datetime.fromisoformat(written))
    with suppress(ValueError):
        today = datetime.now().astimezone().date()
        return _moment(datetime.combine(today, time.fromisoformat(written)))
    raise ValueError("a time is written 2026-11-02, 2026-11-02T14:30 or 14:30")


def _moment(moment: datetime) -> tuple[float, float]:
    seconds = moment.timestamp()  # of one without a zone: in local time
    return seconds, seconds


def _day(day: date) -> tuple[float, float]:
    begins = datetime.combine(day, time())
    ends = datetime.combine(day + timedelta(days=1), time())
    return begins.timestamp(), ends.timestamp()


def day_of(at: float) -> str:
    """Write a Unix time as its local date."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d")


def minute_of(at: float) -> str:
    """Write a Unix time as its local date and minute."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
