"""One run: an algorithm over a population, version by version, until it has learned enough or may go no further.

After each version the run is kept as one file, whole or not at all; a run that was cut off goes on there and comes to
the same numbers.
"""

import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from hushkey.sync.simulation.learners import Learner, State
from hushkey.sync.simulation.schedule import Collected, Schedule

_TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run goes."""

    versions: int
    every: int = (
        1  # versions between two measurements; those in between are told as the last one measured
    )
    until_target: bool = False  # or on to the last version, to see what is kept


@dataclass(frozen=True, slots=True)
class Point:
    """One version: when, how good, what it cost until then."""

    version: int
    at_s: float
    recall_at_3: float
    downloads: int
    uploads: int
    most_reports: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The versions of a run; the first is the base, at no cost."""

    points: tuple[Point, ...]

    def reached(self, target: float | None) -> Point | None:
        """Return the first version that is as good as a target; none where there is no target."""
        if target is None:
            return None
        return next((point for point in self.points if point.recall_at_3 >= target), None)

    @property
    def last(self) -> Point:
        """Return the last version."""
        return self.points[-1]


class Kept:
    """One file that a run is kept in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[list[Point], State] | None:
        """Return what was kept; None where there is nothing of use."""
        try:
            with np.load(self._path, allow_pickle=False) as held:
                points = [Point(**row) for row in json.loads(str(held[_TRACE]))]
                return points, {name: held[name] for name in held.files if name != _TRACE}
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
            return None

    def write(self, points: Sequence[Point], state: State) -> None:
        """Keep a run as it stands."""
        data = io.BytesIO()
        arrays: dict[str, Any] = {_TRACE: np.array(json.dumps([asdict(point) for point in points]))}
        arrays.update(state)
        np.savez(data, **arrays)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(f".{os.getpid()}.part")
        half.write_bytes(data.getvalue())
        half.replace(self._path)


def run(  # noqa: PLR0913
    schedule: Schedule,
    learner: Learner,
    limits: Limits,
    target: float | None,
    kept: Kept,
    *,
    on_version: Callable[[Point], None] = lambda _: None,
) -> Trace:
    """Run to the limits. The learner must be as it begins; it is restored to what was kept."""
    held = kept.read()
    if held is None:
        points = [Point(0, 0.0, learner.measured().recall_at_3, 0, 0, 0)]
    else:
        points, state = held
        learner.restore(state)
    for collected in _from(schedule, points[-1].version):
        if _is_over(points, limits, target):
            break
        learner.take(collected)
        points.append(_point(collected, learner, points[-1], limits))
        kept.write(points, learner.state())
        on_version(points[-1])
    return Trace(tuple(points))


def _from(schedule: Schedule, version: int) -> Iterator[Collected]:
    """Yield what is collected from a version on; what went before is played again, which costs next to nothing."""
    return (collected for collected in schedule.collected() if collected.version >= version)


def _is_over(points: Sequence[Point], limits: Limits, target: float | None) -> bool:
    last = points[-1]
    reached = target is not None and last.recall_at_3 >= target
    return last.version >= limits.versions or (limits.until_target and reached)


def _point(collected: Collected, learner: Learner, before: Point, limits: Limits) -> Point:
    version = collected.version + 1
    is_due = version % limits.every == 0 or version == limits.versions
    return Point(
        version,
        collected.at_s,
        learner.measured().recall_at_3 if is_due else before.recall_at_3,
        collected.downloads,
        collected.uploads,
        collected.most_reports,
    )
