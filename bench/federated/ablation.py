"""hushkey without one of its ideas at a time: subset, buffer, directions, normalizing, weights, rotation, bits."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from bench.document import table
from bench.federated.quick import gains_of
from bench.federated.setting import Setting, command_of, paragraph, setting
from bench.learning.means import mean_of
from hushkey.sync.simulation.algorithms import (
    DIRECTIONS,
    FEDAVG,
    GATED,
    HUSHKEY,
    Algorithm,
    Coding,
    with_epsilon,
)

_CODING = HUSHKEY.coding or Coding()


def without(name: str, **changes: object) -> Algorithm:
    """Return hushkey with a change of its coding, under a name."""
    return replace(HUSHKEY, name=name, coding=replace(_CODING, **changes))  # type: ignore[arg-type]


VARIANTS: Sequence[Algorithm] = (
    HUSHKEY,
    GATED,
    replace(FEDAVG, name="without the subset or the buffer (full-model FedAvg)"),
    replace(HUSHKEY, name="without the buffer", gathering="cohort"),
    replace(HUSHKEY, name="with age weights, FedBuff's", age_exponent=0.5),
    without("without normalizing", normalized=False),
    without("without variance weights", quiet=None),
    without("without rotation", rotated=False),
    without("fewer bits", scale=1 << 8),
    without("fewer bits, without rotation", scale=1 << 8, rotated=False),
)


PRIVATE = 8.0  # the epsilon at which directions are compared with every number
POPULATION = 2_000  # whose batches the noise is then that of


def directed(held: Setting, directions: int | None) -> Algorithm:
    """Return hushkey under noise, along so many public directions or with every number."""
    larger = POPULATION / held.preset.devices
    return with_epsilon(HUSHKEY, PRIVATE, larger=larger, directions=directions)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--first", type=int, default=len(VARIANTS), help="so many variants alone")
    parser.add_argument("--versions", type=int, help="other than the preset's")


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    changes = {"versions": options.versions} if options.versions else {}
    held = setting(options, **changes)
    chosen = [one for one in VARIANTS if one.trained == "subset"][: options.first]
    if options.first == len(VARIANTS):
        chosen = list(VARIANTS)
    more = ["--first", str(options.first)] if options.first != len(VARIANTS) else []
    more += ["--versions", str(options.versions)] if options.versions else []
    return section(held, chosen, command_of(options, *more))


def section(held: Setting, chosen: Sequence[Algorithm], command: str) -> str:
    """Write the section."""
    whole = gains_of(held, HUSHKEY)
    head = ["hushkey", "seconds to target", "gain, points", "less than whole, paired", "report, B"]
    rows = []
    for one in chosen:
        gains = whole if one is HUSHKEY else gains_of(held, one)
        times = [each.seconds_to_target for each in held.outcomes(one)]
        reached = [time for time in times if time is not None]
        told = (
            f"{sum(reached) / len(reached):,.0f}" if len(reached) == len(times) else "not reached"
        )
        gap = mean_of([mine - other for mine, other in zip(whole, gains, strict=True)])
        name = {HUSHKEY: "whole", GATED: "with the coordinator's gate"}.get(one, one.name)
        size = held.world.job(one).up_bytes
        rows.append([name, told, mean_of(gains).told(), gap.told(), f"{size:,}"])
    return "\n".join(
        [
            "## What each idea brings",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                f"{held.preset.versions} versions, DP off; gains in recall@3 at the end, over held-out writers.",
            ),
            "",
            table(head, rows),
            "",
            paragraph(
                f"Public directions are for noise: at epsilon {PRIVATE:g}, with the noise of batches as {POPULATION:,}",
                "devices would fill them:",
            ),
            "",
            table(["sent", "gain, points"], _private_rows(held)),
        ]
    )


def _private_rows(held: Setting) -> list[list[str]]:
    return [
        [name, mean_of(gains_of(held, directed(held, count))).told()]
        for name, count in ((f"{DIRECTIONS} directions", DIRECTIONS), ("every number", None))
    ]
