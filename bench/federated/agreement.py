"""What first deltas have in common: how long they are, and how long their mean is beyond chance, by size of history.

From it follow the clip norm of a task (the longest tenth is cut) and the fewest reports that a task may ask for
(`hushkey.sync.privacy.prediction`).
"""

import argparse
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bench.document import table
from bench.federated.setting import Setting, command_of, paragraph, people_of, preset_of, say
from hushkey.model import plans
from hushkey.model.base import load_base
from hushkey.sync.coordinator.drafting import Choices
from hushkey.sync.privacy import smallest_batch
from hushkey.sync.privacy.prediction import ALIGNMENT
from hushkey.sync.simulation.aggregation import Coded
from hushkey.sync.simulation.algorithms import HUSHKEY, with_epsilon
from hushkey.sync.simulation.presets import RANKS
from hushkey.sync.simulation.world import World

CUT = 0.9  # the quantile of norms that is proposed as clip norm
DEVICES = 200
WORDS = (200, 1_000)
Vectors = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Norms of first deltas, and that of what they share, which is 0 where nothing can be told from chance."""

    devices: int
    numbers: int
    median: float
    longest_tenth: float
    shared: float

    def aligned(self, clip_norm: float) -> float:
        """Return what is shared in clip norms: what a batch adds up."""
        return self.shared / clip_norm


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--words", type=int, nargs="+", default=list(WORDS))


def run(options: argparse.Namespace) -> str:
    """Train everybody once at each size of history, and tell."""
    held = preset_of(options)
    found = {}
    for words in options.words:
        for ranks in (plans.preset("shared").ranks, RANKS):
            preset = replace(held, words=words, devices=min(held.devices, DEVICES), ranks=ranks)
            (trained,) = (f"{name} {rank}" for name, rank in ranks.items())
            say(f"{preset.devices} devices train {trained} on {words:,} words each")
            world = World(load_base(), people_of(options, preset), preset, say=say)
            found[trained, words] = agreement(world)
    return section(found, command_of(options))


def agreement(world: World, most: int = DEVICES) -> Agreement:
    """Train the first devices once from the base.

    Of n deltas the mean's square is what they share and an n-th of what they do not (an unbiased estimate).
    """
    readings = world.readings[:most]
    trained = world.fleet.train([world.start] * len(readings), readings)
    deltas: Vectors = np.stack([(after - world.start).ravel() for after in trained]).astype(
        np.float64
    )
    norms = np.linalg.norm(deltas, axis=1)
    count, each = len(deltas), float(np.mean(norms**2))
    shared = (count * float(np.sum(deltas.mean(0) ** 2)) - each) / (count - 1)
    median, longest = np.quantile(norms, [0.5, CUT])
    return Agreement(
        count, deltas.shape[1], float(median), float(longest), math.sqrt(max(0.0, shared))
    )


def multiplier(numbers: int, batch: int, epsilon: float) -> float:
    """Return one aggregator's sigma by the sensitivity, as a task of such a batch has it."""
    coded = Coded.of(with_epsilon(HUSHKEY, epsilon), numbers, batch, 1)
    return coded.sigma / (max(coded.weights) * coded.codec.terms.norm_bound)


def floor_of(held: Setting, aligned: float, epsilon: float) -> int:
    """Return the fewest reports of which the sum is as long as its noise."""
    numbers = held.world.zero.parameters
    each = multiplier(numbers, held.preset.batch, epsilon)
    return smallest_batch(each, numbers, min(1.0, aligned))


def section(found: dict[tuple[str, int], Agreement], command: str) -> str:
    """Write the section."""
    epsilon = Choices("", {}, 1, 1).epsilon
    head = [
        "trained",
        "words a device",
        "devices",
        "norm, median",
        "norm, longest tenth",
        "in common",
    ]
    head += ["in common, clip norms", f"fewest reports at epsilon {epsilon:g}"]
    rows = [
        [
            trained,
            f"{words:,}",
            str(one.devices),
            f"{one.median:.2f}",
            f"{one.longest_tenth:.2f}",
            f"{one.shared:.3f}",
            f"{one.aligned(one.longest_tenth):.3f}",
            _floor(one, epsilon),
        ]
        for (trained, words), one in found.items()
    ]
    return "\n".join(
        [
            "## What devices have in common",
            "",
            paragraph(
                f"`{command}`: one training of each device from the base, as production trains what",
                "is shared (the plan `shared` is lstm_bias 1). *In common* is the norm of the mean delta",
                "beyond chance; with the clip norm",
                "at the longest tenth it decides from how many reports on the sum is longer than its noise, over",
                "ten reports of each device.",
                f"`sync/privacy/prediction.py` takes {ALIGNMENT} clip norms.",
            ),
            "",
            table(head, rows),
        ]
    )


def _floor(one: Agreement, epsilon: float) -> str:
    aligned = one.aligned(one.longest_tenth)
    if aligned <= 0.0:
        return "nothing in common could be told"
    return (
        f"{smallest_batch(multiplier(one.numbers, 64, epsilon), one.numbers, min(1.0, aligned)):,}"
    )
