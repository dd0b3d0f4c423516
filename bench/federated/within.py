"""What public directions hold of what devices' lines teach: how much a report along so few of them can keep at best.

All devices' lines are trained on in one place, and of what that changes only what lies along the first directions is
kept. Measured on the last writers of the order, as in the sections on further writers.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from bench.document import table
from bench.federated.further import CENTRALISED, Floats, Gain, gains_of
from bench.federated.setting import Setting, command_of, paragraph, people_of, preset_of, setting
from bench.learning.means import mean_of, share_of
from hushkey.sync.simulation.people import Person

COUNTS: Final = (1, 2, 5, 16, 64)
LENGTHS: Final = (0.7, 1.4)  # times as far along the first


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(options: argparse.Namespace) -> str:
    """Train once, take apart, measure and tell."""
    people = people_of(options, preset_of(options))
    held = setting(options, people)
    gains = gains_of(held, people.further, parts_of(held))
    return section(held, people.further, gains, command_of(options))


def parts_of(held: Setting) -> dict[str, Sequence[Floats]]:
    """Return what training in one place learned, and what of it lies along the first directions, by name."""
    world = held.world
    learned, start, found = world.centralised(), world.start, world.directions
    parts: dict[str, Sequence[Floats]] = {CENTRALISED: [learned]}
    if found is None:
        return parts
    rows = found.rows.astype(np.float64)
    along = rows @ (learned - start).ravel().astype(np.float64)

    def moved(count: int, times: float = 1.0) -> Sequence[Floats]:
        step = times * (along[:count] @ rows[:count])
        return [(start + step.reshape(start.shape)).astype(np.float32)]

    for count in (count for count in COUNTS if count <= len(rows)):
        parts[f"along the first {count}" if count > 1 else "along the first"] = moved(count)
    for times in LENGTHS:
        parts[f"along the first, {times:g} times as far"] = moved(1, times)
    return parts


def section(
    held: Setting, people: Sequence[Person], gains: Mapping[str, Gain], command: str
) -> str:
    """Write the section."""
    whole = gains[CENTRALISED]
    rows = [
        [
            name,
            mean_of(list(map(float, gain.points))).told(),
            f"{100 * share_of(list(gain.points), list(whole.points)).mean:.0f}%",
            mean_of(list(map(float, gain.nats))).told(),
            f"{100 * share_of(list(gain.nats), list(whole.nats)).mean:.0f}%",
        ]
        for name, gain in gains.items()
    ]
    return "\n".join(
        [
            f"## What public directions hold: {held.trained()}",
            "",
            paragraph(
                f"`{command}`: all devices' lines in one place, and of what that changes what lies along the first",
                f"public directions, measured on {len(people):,} further writers, {held.preset.test_words} words each;",
                "no noise, no devices. Gains over the base, and their shares of the whole.",
            ),
            "",
            table(["kept", "recall@3 gain, points", "of it", "nats", "of them"], rows),
        ]
    )
