"""The benefit meter of one profile: credits what was taken, keeps sums by day in the encrypted database, and no word.

Who sees the keys counts them (the app does; other surfaces are not told of keys). The sums are written right behind
the line that they belong to, so that what was not kept is not counted. The last 31 days stand apart, older ones as
one sum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hushkey.keyboard.benefit import Acceptance, Benefit, Credit, credited
from hushkey.keyboard.counterfactual import Counterfactual, Learner
from hushkey.keyboard.notes import SavedSettings
from hushkey.keyboard.settings import Settings

BENEFIT: Final = "benefit"  # the name under which it lies among a profile's saved values
_DAYS: Final = 31
_EARLIER: Final = "earlier"
_NOTHING_ASKED: Final = Credit(0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What was saved today, on the last seven days with today, and ever."""

    today: Benefit
    week: Benefit
    ever: Benefit


class Meter:
    """Whoever calls decides on which thread; keeping is safe from any."""

    def __init__(
        self,
        engine: Learner,
        saved: SavedSettings,
        settings: Callable[[], Settings] = Settings,
    ) -> None:
        self._counterfactual = Counterfactual(engine)
        self._saved = saved
        self._settings = settings

    def credit(self, acceptance: Acceptance) -> Benefit:
        """Say who brought an acceptance's gain: some milliseconds for the base, asked for the word again."""
        asks = acceptance.gain > 0
        return credited(
            acceptance,
            self._counterfactual.credit(acceptance, self._settings()) if asks else _NOTHING_ASKED,
        )

    def keep(self, benefit: Benefit, today: date) -> Standing:
        """Add to a day's sums, on the disk when this returns; return what stands then. Raises the store's refusals."""
        held = self._saved.change(BENEFIT, lambda held: _added(held or {}, benefit, today))
        return _standing(held, today)

    def standing(self, today: date) -> Standing:
        """Return what was saved until now."""
        return _standing(self._saved.get(BENEFIT, {}), today)


def _added(
    held: Mapping[str, Mapping[str, Any]], benefit: Benefit, today: date
) -> dict[str, dict[str, int]]:
    """Return the days with one more sum, those beyond the last 31 in one."""
    oldest = (today - timedelta(days=_DAYS - 1)).isoformat()
    days: dict[str, Benefit] = {}
    for day, values in [*held.items(), (today.isoformat(), benefit.as_dict())]:
        name = day if day != _EARLIER and day >= oldest else _EARLIER
        days[name] = days.get(name, Benefit()) + Benefit.from_dict(values)
    return {day: days[day].as_dict() for day in sorted(days)}


def _standing(held: Mapping[str, Mapping[str, Any]], today: date) -> Standing:
    week = [(today - timedelta(days=back)).isoformat() for back in range(7)]
    days = {day: Benefit.from_dict(values) for day, values in held.items()}
    return Standing(
        days.get(today.isoformat(), Benefit()),
        sum((days.get(day, Benefit()) for day in week), Benefit()),
        sum(days.values(), Benefit()),
    )
