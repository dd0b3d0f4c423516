"""Who is left behind: the slowest decile, the smallest histories, Singapore English, each corpus.

Everybody whose device took part is measured on what they typed after it had learned, with the global adapter alone
and with their personal one on top.
"""

import argparse
from collections.abc import Sequence

from bench.document import table
from bench.federated.personal import Measured, measured
from bench.federated.setting import command_of, paragraph
from bench.learning.means import Mean, mean_of
from hushkey.sync.simulation.algorithms import HUSHKEY

SINGAPORE = "nus_sms"
FEWEST = 5  # owners, for an interval


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take no more options."""
    del parser


def run(options: argparse.Namespace) -> str:
    """Measure and tell."""
    return section(measured(options), command_of(options))


def groups_of(found: Measured) -> dict[str, list[int]]:
    """Return the owners of each group, by their places."""
    held = found.held
    job, devices = held.world.job(HUSHKEY), held.world.devices(held.preset.seeds[0])
    people = found.owners.people.devices
    tenth = max(1, len(people) // 10)
    by_speed = sorted(devices, key=lambda device: -device.busy_s(job, 1.0))
    by_words = sorted(range(len(people)), key=lambda place: people[place].words)
    groups = {
        "everybody": list(range(len(people))),
        "slowest decile": [device.number for device in by_speed[:tenth]],
        "fastest decile": [device.number for device in by_speed[-tenth:]],
        "smallest histories": by_words[:tenth],
    }
    for corpus in sorted({person.corpus for person in people}):
        name = f"{corpus} (Singapore English)" if corpus == SINGAPORE else corpus
        groups[name] = [place for place, person in enumerate(people) if person.corpus == corpus]
    return groups


def section(found: Measured, command: str) -> str:
    """Write the section."""
    groups = groups_of(found)
    means = {name: _mean(found.gains["global"], places) for name, places in groups.items()}
    rows = [
        [
            name,
            str(len(places)),
            _told(means[name], places),
            _told(_mean(found.gains["re-based"], places), places),
        ]
        for name, places in groups.items()
    ]
    whole, slow = means["everybody"], means["slowest decile"]
    verdict = (
        "not below the mean's interval: **reached**"
        if slow.mean >= whole.low
        else f"{whole.low - slow.mean:.2f} points below the mean's interval: **short**"
    )
    return "\n".join(
        [
            "## Who is left behind",
            "",
            paragraph(
                f"`{command}`: {found.held.told()}",
                "Change in recall@3, points, on what each owner typed after their",
                "device had learned; 95% intervals over owners.",
            ),
            "",
            table(["owners", "devices", "global adapter", "with a personal one on top"], rows),
            "",
            f"- the slowest decile gains {slow.told()}, everybody {whole.told()}: {verdict}",
        ]
    )


def _told(mean: Mean, places: Sequence[int]) -> str:
    """Write a mean; of a handful of owners an interval would say nothing."""
    return mean.told() if len(places) >= FEWEST else f"{mean.mean:+.2f}"


def _mean(gains: Sequence[float], places: Sequence[int]) -> Mean:
    return mean_of([gains[place] for place in places])
