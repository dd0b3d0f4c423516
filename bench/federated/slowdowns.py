"""Stragglers that are two, five and ten times slower: how long to the same target."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.document import table
from bench.federated.setting import Setting, command_of, paragraph, people_of, say, setting
from bench.federated.timing import Timing, timing_of
from hushkey.model.base import load_base
from hushkey.sync.simulation.algorithms import algorithm
from hushkey.sync.simulation.world import World

SLOWDOWNS = (2.0, 5.0, 10.0)
NAMES = ("hushkey", "hushkey-gated", "fedbuff", "fedavg")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--slowdowns", type=float, nargs="+", default=list(SLOWDOWNS))


def run(options: argparse.Namespace) -> str:
    """Run and tell. The goal is one for all: it does not depend on how slow anybody is."""
    whole = setting(options)
    people = people_of(options, whole.preset)
    found = {}
    for slowdown in options.slowdowns:
        terms = replace(whole.preset.terms, slowdown=slowdown)
        world = World(load_base(), people, replace(whole.preset, terms=terms), say=say)
        held = Setting(world, whole.goal, whole.kept)
        found[slowdown] = {name: timing_of(held, algorithm(name)) for name in NAMES}
    return section(whole, found, command_of(options))


def section(held: Setting, found: Mapping[float, Mapping[str, Timing]], command: str) -> str:
    """Write the section."""
    head = [
        "stragglers are",
        *(f"{name}, seconds to target" for name in NAMES),
        "hushkey below FedAvg",
    ]
    rows = [_row(slowdown, by) for slowdown, by in found.items()]
    seeds = ", ".join(map(str, held.preset.seeds))
    return "\n".join(
        [
            "## Slower stragglers",
            "",
            paragraph(
                f"`{command}`: as above, with stragglers of other slownesses; seeds: {seeds}.",
                f"FedAvg is followed for {held.preset.full_versions} versions; where it had not reached",
                "the target by then, its time is that of its last version, and the difference a least one.",
            ),
            "",
            table(head, rows),
        ]
    )


def _row(slowdown: float, by: Mapping[str, Timing]) -> Sequence[str]:
    ours, full = by["hushkey"], by["fedavg"]
    below = "–" if not ours.is_reached else f"{100 * (1 - ours.mean_s / full.mean_s):.1f}%"
    least = "" if full.is_reached or not ours.is_reached else "at least "
    told = [by[name].told() for name in NAMES]
    return [f"{slowdown:g} times slower", *told, least + below]
