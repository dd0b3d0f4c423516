"""Epsilon against what is gained: noise of the population as it is, and of batches as large as larger ones would fill.

Larger populations are not cloned: their batches are more reports of people like these, so the noise on their mean is
scaled by the size of the batch that it is shared by (sigma K'/K). What more reports would add besides, a mean with
less chance in it, is left out, and the gain is so bounded from below.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.document import table
from bench.federated.agreement import agreement, deltas_of, floor_of, multiplier
from bench.federated.nats import nats_of
from bench.federated.picture import curves
from bench.federated.quick import gains_of
from bench.federated.setting import Setting, command_of, paragraph, setting
from bench.federated.timing import timing_of
from bench.learning.means import Mean, mean_of
from hushkey.sync.privacy import signal_to_noise
from hushkey.sync.privacy.prediction import alignment_along
from hushkey.sync.simulation.algorithms import (
    DIRECTIONS,
    GATED,
    HUSHKEY,
    Algorithm,
    algorithm,
    nobody_of,
    with_epsilon,
)

EPSILONS = (1.0, 2.0, 4.0, 8.0)
POPULATIONS = (500, 1_000, 2_000, 5_000, 20_000, 50_000)
WORTH = 8.0  # the largest epsilon that is advised
EVERY_FROM = (
    20_000  # devices, from which on every number is sent: few directions are for few devices
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a population gains at an epsilon, and when it came to the target."""

    gain: Mean
    nats: Mean
    seconds: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How many numbers a report is about, and what first ones have in common, in clip norms."""

    numbers: int
    aligned: float
    taken: float  # what `sync/privacy/prediction.py` takes it to be


# A population, and along how many public directions its reports go; None: every number is sent.
Row = tuple[int, int | None]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    named = [HUSHKEY.name, GATED.name]
    parser.add_argument("--algorithm", choices=named, default=GATED.name)
    parser.add_argument("--epsilons", type=float, nargs="+", default=list(EPSILONS))
    parser.add_argument("--populations", type=int, nargs="+", default=list(POPULATIONS))
    parser.add_argument("--directions", type=int, nargs="+", default=[DIRECTIONS])


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    held, chosen = setting(options), algorithm(options.algorithm)
    off = _cell(held, chosen)
    rows: list[Row] = [
        (population, count)
        for population in options.populations
        for count in (options.directions if population < EVERY_FROM else [None])
    ]
    loudest = [(min(options.populations), count) for _, count in rows]  # noise
    nobody = {
        row: {
            epsilon: _cell(held, _noisy(held, epsilon, row, nobody_of(chosen)))
            for epsilon in options.epsilons
        }
        for row in dict.fromkeys(loudest)
        if row in rows
    }
    found = {
        row: {
            epsilon: _cell(held, _noisy(held, epsilon, row, chosen)) for epsilon in options.epsilons
        }
        for row in rows
    }
    if not options.smoke:
        lines = {
            f"{row[0]:,} devices, {_told(row)}": [
                (epsilon, cell.gain.mean) for epsilon, cell in by.items()
            ]
            for row, by in found.items()
        }
        picture = curves(
            lines, title="Gain in recall@3 over the base, points", below="epsilon", marked=None
        )
        (options.document.parent / _picture(held)).write_text(picture, encoding="utf-8")
    more = _asked(options)
    sent = {count: _sent(held, count) for _, count in [*rows, (0, None)]}
    return section(held, chosen.name, off, found, nobody, sent, command_of(options, *more))


def section(  # noqa: PLR0913, PLR0917  all that it tells of
    held: Setting,
    name: str,
    off: Cell,
    found: dict[Row, dict[float, Cell]],
    nobody: dict[Row, dict[float, Cell]],
    sent: dict[int | None, Sent],
    command: str,
) -> str:
    """Write the section."""
    epsilons = list(next(iter(found.values())))
    goal = 100 * (held.goal.centralised - held.goal.base)
    head = [
        "devices",
        "batch",
        "sent",
        *(f"epsilon {epsilon:g}" for epsilon in epsilons),
        "signal to noise at the last",
    ]
    rows = [
        [
            f"{row[0]:,}",
            f"{_batch(held, row[0]):,}",
            _told(row),
            *(cell.gain.told() for cell in by.values()),
            f"{_signal(held, epsilons[-1], row[0], sent[row[1]]):.2f}",
        ]
        for row, by in found.items()
    ]
    worth = [
        population
        for (population, _), by in found.items()
        if any(cell.gain.low > 0.0 for epsilon, cell in by.items() if epsilon <= WORTH)
    ]
    finer = [
        population
        for (population, _), by in found.items()
        if any(cell.nats.low > 0.0 for epsilon, cell in by.items() if epsilon <= WORTH)
    ]
    verdicts = [_smallest(worth, "recall@3"), _smallest(finer, "nats")]
    return "\n".join(
        [
            f"## Privacy and what it leaves, {held.trained()}",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                f"{name}, {held.preset.versions} versions at the most, trains {held.trained()};",
                "epsilon at delta 1e-6 over the ten reports that a device may",
                "send in all, by one aggregator's noise; a device that has sent them",
                "stops. Gains in recall@3, points, at the end.",
                "Batches of larger populations have the noise that their size leaves",
                "of it, and no cloned users; the signal to",
                "noise is what `sync/privacy/prediction.py` predicts from what first deltas have in common. *Nobody*:",
                "reports of zeros under the noise of the smallest population; what is gained then is what a gate finds",
                "among steps of noise by public text.",
            ),
            "",
            table(
                head,
                [
                    *rows,
                    ["DP off", f"{held.preset.batch}", "every number", off.gain.told()]
                    + [""] * len(epsilons),
                    *(
                        ["nobody", "", _told(row), *(cell.gain.told() for cell in by.values()), ""]
                        for row, by in nobody.items()
                    ),
                ],
            ),
            "",
            "Hundredths of a nat a piece less than with the base:",
            "",
            _each(held, found, nobody, [off.nats.told()], lambda cell: cell.nats.told()),
            "",
            f"Seconds to the target, 80% of what centralised training without noise gains ({goal:+.2f} points):",
            "",
            _each(held, found, nobody, [off.seconds], lambda cell: cell.seconds),
            "",
            f"![Gain by epsilon]({_picture(held)})",
            "",
            *verdicts,
            *(_floor(held, epsilons, one) for one in sent.values()),
        ]
    )


def _smallest(worth: Sequence[int], what: str) -> str:
    if not worth:
        return f"- no population measured gains {what} beyond chance at epsilon <= {WORTH:g}"
    least = f"{min(worth):,} devices"
    return f"- the smallest population measured that gains {what} beyond chance at epsilon <= {WORTH:g}: {least}"


def _each(
    held: Setting,
    found: dict[Row, dict[float, Cell]],
    nobody: dict[Row, dict[float, Cell]],
    off: list[str],
    told: Callable[[Cell], str],
) -> str:
    epsilons = list(next(iter(found.values())))
    rows = [
        [f"{row[0]:,}", f"{_batch(held, row[0]):,}", _told(row), *map(told, by.values())]
        for row, by in found.items()
    ]
    missing = [""] * (len(epsilons) - 1)
    rows.append(["DP off", f"{held.preset.batch}", "every number", *off, *missing])
    rows += [["nobody", "", _told(row), *map(told, by.values())] for row, by in nobody.items()]
    head = ["devices", "batch", "sent", *(f"epsilon {epsilon:g}" for epsilon in epsilons)]
    return table(head, rows)


def _told(row: Row) -> str:
    """Say what is sent."""
    count = row[1]
    if count is None:
        return "every number"
    return f"{count} direction{'' if count == 1 else 's'}"


def _picture(held: Setting) -> str:
    more = "" if held.preset.name == "quick" else f"-{held.preset.name}"
    return f"federated-privacy{more}.svg"


def _floor(held: Setting, epsilons: Sequence[float], sent: Sent) -> str:
    """Say from which batch on the noise is no longer than what devices have in common."""
    if sent.aligned <= 0.0:
        return "- first deltas have nothing in common that could be told: no batch is large enough"
    floors = {epsilon: floor_of(sent.numbers, held, sent.aligned, epsilon) for epsilon in epsilons}
    told = ", ".join(f"{batch:,} at epsilon {epsilon:g}" for epsilon, batch in floors.items())
    return (
        f"- first reports, of {sent.numbers:,} number{'' if sent.numbers == 1 else 's'}, "
        f"have {sent.aligned:.3f} clip norms in common "
        f"(`sync/privacy/prediction.py` takes {sent.taken}): "
        f"signal and noise are level from a batch of {told}"
    )


def _cell(held: Setting, one: Algorithm) -> Cell:
    gain, nats = mean_of(gains_of(held, one)), mean_of(nats_of(held, one))
    return Cell(gain, nats, timing_of(held, one).told())


def _sent(held: Setting, count: int | None) -> Sent:
    """Measure what first reports have in common, as they are sent: along so many directions, or every number."""
    deltas, directions = deltas_of(held.world), held.world.directions
    if count is None or directions is None:
        return Sent(deltas.shape[1], agreement(deltas).shared, alignment_along(None))
    along = deltas @ directions.rows[:count].astype(np.float64).T
    return Sent(along.shape[1], agreement(along).shared, alignment_along(count))


def _noisy(held: Setting, epsilon: float, row: Row, one: Algorithm) -> Algorithm:
    population, count = row
    return with_epsilon(one, epsilon, larger=population / held.preset.devices, directions=count)


def _batch(held: Setting, population: int) -> int:
    return round(held.preset.batch * population / held.preset.devices)


def _signal(held: Setting, epsilon: float, population: int, sent: Sent) -> float:
    each = multiplier(sent.numbers, held.preset.batch, epsilon)
    batch = _batch(held, population)
    return signal_to_noise(batch, each, sent.numbers, max(sent.aligned, 1e-9))


def _asked(options: argparse.Namespace) -> list[str]:
    asked = [] if options.algorithm == GATED.name else ["--algorithm", options.algorithm]
    if tuple(options.epsilons) != EPSILONS:
        asked += ["--epsilons", *(f"{epsilon:g}" for epsilon in options.epsilons)]
    if tuple(options.populations) != POPULATIONS:
        asked += ["--populations", *map(str, options.populations)]
    if options.directions != [DIRECTIONS]:
        asked += ["--directions", *map(str, options.directions)]
    return asked
