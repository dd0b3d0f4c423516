"""What is told of runs: one object an algorithm, means over seeds with the lowest and the highest. Pure.

No Parquet: nothing here needs its columns, and its reader is no dependency of ours; the files are JSON lines.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hushkey.sync.simulation.algorithms import Algorithm
from hushkey.sync.simulation.pace import Job
from hushkey.sync.simulation.presets import Preset
from hushkey.sync.simulation.running import Trace
from hushkey.sync.simulation.world import Goal

_OVER_SEEDS = (
    "seconds_to_target",
    "recall_at_3",
    "device_training_bytes",
    "bytes_up",
    "bytes_down",
    "epsilon",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of one seed, in figures; bytes are a device's in the mean, to the target or to the end."""

    seconds_to_target: float | None
    recall_at_3: float  # of the last version
    device_training_bytes: int
    bytes_up: float
    bytes_down: float
    epsilon: float | None  # of the device that reported most
    gain_kept: float  # share of the centralised gain, at the end
    versions: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What the counts of a run come to."""

    job: Job
    devices: int
    epsilon: Callable[[int], float | None]  # of so many reports of one device


def outcome(trace: Trace, goal: Goal, costs: Costs) -> Outcome:
    """Return a run's figures."""
    reached = trace.reached(goal.target)
    until = reached or trace.last
    return Outcome(
        reached.at_s if reached else None,
        trace.last.recall_at_3,
        costs.job.training_bytes,
        until.uploads * costs.job.up_bytes / costs.devices,
        until.downloads * costs.job.down_bytes / costs.devices,
        costs.epsilon(until.most_reports),
        goal.kept(trace.last.recall_at_3),
        trace.last.version,
    )


def told(
    algorithm: Algorithm, outcomes: Sequence[Outcome], preset: Preset, goal: Goal
) -> dict[str, Any]:
    """Return the line of one algorithm: a figure that a seed lacks is null as a whole, and so are its ends."""
    line: dict[str, Any] = {"algorithm": algorithm.name}
    for name in _OVER_SEEDS:
        line |= _over_seeds(name, [getattr(one, name) for one in outcomes])
    return line | {
        "dp": algorithm.is_private,
        "devices": preset.devices,
        "stragglers": preset.terms.stragglers,
        "slowdown": preset.terms.slowdown,
        "seeds": len(outcomes),
        "versions": max(one.versions for one in outcomes),
        "gain_kept": sum(one.gain_kept for one in outcomes) / len(outcomes),
        "recall_at_3_base": goal.base,
        "recall_at_3_centralised": goal.centralised,
        "recall_at_3_target": goal.target,
    }


def _over_seeds(name: str, values: Sequence[float | None]) -> Mapping[str, float | None]:
    held = [value for value in values if value is not None]
    if len(held) < len(values) or not held:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    return {name: sum(held) / len(held), f"{name}_low": min(held), f"{name}_high": max(held)}
