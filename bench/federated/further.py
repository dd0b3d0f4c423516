"""What was learned, measured on many more writers: recall@3 of a hundred and fifty tells a quarter of a point at best.

Nothing is learned anew: the last versions of the runs that other sections keep are measured once, on the last writers
of the order, whom no run, no direction, no gate and no choice of a setting has seen.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.document import table
from bench.federated.nats import versions_of
from bench.federated.private import directed
from bench.federated.quick import KEPT, MARGIN
from bench.federated.setting import (
    Setting,
    command_of,
    paragraph,
    people_of,
    preset_of,
    say,
    setting,
)
from bench.learning.means import Mean, mean_of, share_of
from hushkey.sync.simulation.algorithms import (
    ALGORITHMS,
    ALONE,
    HUSHKEY,
    Algorithm,
)
from hushkey.sync.simulation.people import Person

TOGETHER: Final = 100  # writers who are read at a time: bounds what is held of them
FEDBUFF: Final = "fedbuff, DP off"
CENTRALISED: Final = "all devices' lines in one place"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """What each writer gains: points of recall@3 and hundredths of a nat a piece (P,), seeds taken together."""

    points: npt.NDArray[np.float64]
    nats: npt.NDArray[np.float64]

    def less(self, other: "Gain") -> tuple[Mean, Mean]:
        """Return by how much more this is than another's, paired over writers."""
        return _mean(self.points - other.points), _mean(self.nats - other.nats)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--directions", type=int, nargs="+", default=[ALONE])


def run(options: argparse.Namespace) -> str:
    """Run what is not kept, measure and tell."""
    people = people_of(options, preset_of(options))
    held = setting(options, people)
    chosen: dict[str, Algorithm] = {}
    for count in options.directions:
        chosen |= dict(directed(count))
    chosen |= {"hushkey, DP off": HUSHKEY, FEDBUFF: ALGORITHMS["fedbuff"]}
    learned: dict[str, Sequence[Floats]] = {
        name: versions_of(held, one) for name, one in chosen.items()
    }
    learned[CENTRALISED] = [held.world.centralised()]
    learned["public text alone"] = [held.world.of_public_text()]
    more = [] if options.directions == [ALONE] else ["--directions", *map(str, options.directions)]
    gains = gains_of(held, people.further, learned)
    return section(held, people.further, gains, command_of(options, *more))


def gains_of(
    held: Setting, people: Sequence[Person], learned: Mapping[str, Sequence[Floats]]
) -> dict[str, Gain]:
    """Measure all that was learned on these people, a part of them at a time."""
    found: dict[str, list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]]
    found = {name: [] for name in learned}
    group, start = held.world.group, held.world.start
    for first in range(0, len(people), TOGETHER):
        say(f"measuring on writers from {first + 1} of {len(people)} on")
        own = people[first : first + TOGETHER]
        recall, likelihood = held.world.recall_of(own), held.world.likelihood_of(own)
        hits, nats = recall.of_tensor(group, start).by_person, likelihood.by_person(group, start)
        for name, tensors in learned.items():
            points = [recall.of_tensor(group, each).by_person - hits for each in tensors]
            less = [nats - likelihood.by_person(group, each) for each in tensors]
            found[name].append((100 * np.mean(points, axis=0), 100 * np.mean(less, axis=0)))
    return {
        name: Gain(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        for name, parts in found.items()
    }


def section(
    held: Setting, people: Sequence[Person], gains: Mapping[str, Gain], command: str
) -> str:
    """Write the section."""
    head = [
        "learned by",
        "recall@3 gain, points",
        "nats",
        f"recall@3 less {FEDBUFF}",
        "nats less it",
    ]
    rows = []
    for name, gain in gains.items():
        less = ["", ""] if name == FEDBUFF else [mean.told() for mean in gain.less(gains[FEDBUFF])]
        rows.append([name, _mean(gain.points).told(), _mean(gain.nats).told(), *less])
    return "\n".join(
        [
            f"## On further writers: {held.trained()}",
            "",
            paragraph(
                f"`{command}`: the last versions of the runs above, measured on {len(people):,} further writers,",
                f"{held.preset.test_words} words each, whom nothing else here has seen; seeds:",
                f"{', '.join(map(str, held.preset.seeds))}. Gains over the base; differences are paired over writers.",
            ),
            "",
            table(head, rows),
            "",
            *(
                line
                for name, gain in gains.items()
                if "hushkey" in name
                for line in _verdicts(name, gain, gains)
            ),
        ]
    )


def _verdicts(name: str, gain: Gain, gains: Mapping[str, Gain]) -> list[str]:
    """Say what is kept of the centralised gain, and whether FedBuff's is not beyond the margin."""
    kept = share_of(list(gain.points), list(gains[CENTRALISED].points))
    nats = share_of(list(gain.nats), list(gains[CENTRALISED].nats))
    held_to = "reached" if kept.mean >= KEPT else "short"
    points, _ = gain.less(gains[FEDBUFF])
    beside = "reached" if points.low >= -MARGIN else "short"
    share = f"{_percent(kept)} of recall@3 is kept, {100 * KEPT:.0f}% asked: **{held_to}**"
    told = f"not inferior within {MARGIN} points: **{beside}**"
    return [
        f"- {name}: of the centralised gain {share}; of nats {_percent(nats)}",
        f"- {name}, less {FEDBUFF}: {points.told()} points, {told}",
    ]


def _percent(share: Mean) -> str:
    low, high = (f"{100 * end:.0f}" for end in (share.low, share.high))
    return f"{100 * share.mean:.0f}% ({low} to {high})"


def _mean(values: npt.NDArray[np.float64]) -> Mean:
    return mean_of([float(value) for value in values])
