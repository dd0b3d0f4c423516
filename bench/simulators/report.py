"""The section of docs/simulators.md: devices a second, what they cost, and whether all learned the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from bench.document import table
from bench.federated.setting import paragraph
from bench.simulators.race import BY_CORES, HUSHKEY, ONE_CORE, Contestant, Run

Found = Mapping[Contestant, Sequence[Run]]

_FROM = {"features": "features read before", "pieces": "pieces"}
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Raced:
    """What was run."""

    command: str
    devices: int
    rounds: int
    turns: int
    pieces: int  # of one round
    versions: Mapping[str, str]
    load: tuple[float, float]  # of the machine, before and after
    cores: int
    found: Found


def section(held: Raced) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Devices simulated a second",
            "",
            _told(held),
            "",
            table(
                [
                    "simulator",
                    "trains from",
                    "devices a second",
                    "cores it had",
                    "processor s a device",
                    "processor s, times hushkey's",
                    "MB",
                ],
                [_row(held.found, one) for one in ONE_CORE],
            ),
            "",
            *_verdicts(held.found),
            "",
            "### By cores",
            "",
            paragraph(
                "From features that were read before. *On free cores* is computed, not measured: the trainings by the",
                "processor seconds of the process that computed most, which is a bound on what the clock would show if",
                "every worker had a core to itself; what a simulator waits for is not in it.",
            ),
            "",
            table(
                [
                    "simulator",
                    "workers",
                    "devices a second",
                    "cores it had",
                    "on free cores",
                    "processor s a device",
                    "MB",
                ],
                [_cores(held.found, one) for one in (HUSHKEY["features"], *_by_cores())],
            ),
            "",
            *_scaling(held.found),
        ]
    )


def _told(held: Raced) -> str:
    named = held.versions
    return paragraph(
        f"`{held.command}`: {held.devices} devices, {held.rounds} rounds, everybody in each;",
        f"turns: {held.turns}, each of which runs everybody once in another order; medians, with the",
        "lowest and the highest. A device has its owner's newest 200 words",
        f"({held.pieces / held.devices:.0f} predicted pieces) and trains the output residual of rank 16",
        "on the frozen base as production does: one pass, Adam, about 128 pieces a step, and the",
        "same rate at the same step for everybody; the mean of all is the next version. One core a",
        "worker. Start, loading and a first training are not timed. Processor seconds are those of",
        "all processes of a simulator.",
        f"Flower {named['flower/flwr']} (Ray {named['flower/ray']}), pfl {named['pfl/pfl']}, Ray {named['ray/ray']},",
        f"torch {named['/torch'].partition('+')[0]} for all. The machine was shared: its load was {held.load[0]:.1f}",
        f"before and {held.load[1]:.1f} after, on {held.cores} cores. Where that is more than the cores, devices a",
        "second say how much of the machine a run was left, and nothing about the simulator.",
        f"All came to the same last version: the largest difference is {_difference(held.found):.0e} of the largest",
        "number in it.",
    )


def _row(found: Found, one: Contestant) -> list[str]:
    runs, ours = found[one], found[HUSHKEY[one.variant]]
    is_ours = one == HUSHKEY[one.variant]
    return [
        one.label,
        _FROM[one.variant],
        _range([run.devices_per_s for run in runs], ".2f"),
        _range([run.cores for run in runs], ".2f"),
        _range([run.processor_s for run in runs], ".3f"),
        "" if is_ours else _range(_ratios(runs, ours, _processor), ".2f"),
        f"{median(run.memory_bytes for run in runs) / _MB:,.0f}",
    ]


def _cores(found: Found, one: Contestant) -> list[str]:
    runs = found[one]
    return [
        one.label,
        str(one.workers) if one.workers else "none: one process",
        _range([run.devices_per_s for run in runs], ".2f"),
        _range([run.cores for run in runs], ".2f"),
        _range([run.trainings / run.busiest_seconds for run in runs], ".2f"),
        _range([run.processor_s for run in runs], ".3f"),
        f"{median(run.memory_bytes for run in runs) / _MB:,.0f}",
    ]


def _by_cores() -> list[Contestant]:
    (one_worker,) = (one for one in ONE_CORE if (one.label, one.variant) == ("Flower", "features"))
    return [*BY_CORES[:2], one_worker, *BY_CORES[2:]]


def _verdicts(found: Found) -> list[str]:
    lines = []
    for one in ONE_CORE:
        if one.label not in {"Flower", "pfl-research"}:
            continue
        ours = found[HUSHKEY[one.variant]]
        by_processor = _ratios(found[one], ours, _processor)
        by_clock = _ratios(found[one], ours, _clock)
        reached = "**reached**" if min(*by_processor, *by_clock) > 1.0 else "**short**"
        ahead = sum(ratio > 1.0 for ratio in by_clock)
        lines.append(
            f"- {one.label}, from {_FROM[one.variant]}: hushkey simulates {_range(by_clock, '.2f')} times as many "
            f"devices a second, {_range(by_processor, '.2f')} times as many a processor second; by the clock it "
            f"is ahead in {ahead} of {len(by_clock)} turns; ahead in every turn by both asked: {reached}"
        )
    return lines


def _scaling(found: Found) -> list[str]:
    one, two = (found[each] for each in BY_CORES[:2])
    clock = [b.devices_per_s / a.devices_per_s for a, b in zip(one, two, strict=True)]
    free = [a.busiest_seconds / b.busiest_seconds for a, b in zip(one, two, strict=True)]
    local = found[HUSHKEY["features"]]
    more = [(a.memory_bytes - b.memory_bytes) / _MB for a, b in zip(one, local, strict=True)]
    worker = [(b.memory_bytes - a.memory_bytes) / _MB for a, b in zip(one, two, strict=True)]
    speed = (
        f"- two of Ray's workers for one: {_range(clock, '.2f')} times as many devices a second, "
        f"{_range(free, '.2f')} times on free cores"
    )
    memory = (
        f"- Ray with one worker holds {median(more):,.0f} MB more than the one process, each further "
        f"worker {median(worker):,.0f} MB (torch, the base, and its devices' features)"
    )
    return [speed, memory]


def _difference(found: Found) -> float:
    reference = found[HUSHKEY["features"]][0].learned
    furthest = max(
        float(np.abs(run.learned - reference).max()) for runs in found.values() for run in runs
    )
    return furthest / float(np.abs(reference).max())


def _processor(run: Run) -> float:
    return run.processor_s


def _clock(run: Run) -> float:
    return run.seconds / run.trainings


def _ratios(theirs: Sequence[Run], ours: Sequence[Run], of: Callable[[Run], float]) -> list[float]:
    """Return how many times ours they took, turn by turn."""
    return [of(one) / of(other) for one, other in zip(theirs, ours, strict=True)]


def _range(values: Sequence[float], form: str) -> str:
    middle, low, high = (f"{value:{form}}" for value in (median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({low} to {high})"
