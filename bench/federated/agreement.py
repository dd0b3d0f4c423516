"""What first deltas have in common: how long they are, and how long the mean of what is sent of them is beyond chance.

From it follow the clip norm of a task and the fewest reports that it may ask for (`hushkey.sync.privacy.prediction`),
where every number is sent and where a delta goes along public directions.
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
from hushkey.sync.privacy import smallest_batch
from hushkey.sync.privacy.prediction import ALIGNMENT, ALIGNMENT_ALONE, ALIGNMENT_WITHIN
from hushkey.sync.simulation.aggregation import Coded
from hushkey.sync.simulation.algorithms import HUSHKEY, with_epsilon
from hushkey.sync.simulation.presets import RANKS
from hushkey.sync.simulation.world import World

DEVICES = 200
WORDS = (200, 1_000)
EPSILONS = (8.0, 2.0)
Vectors = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How long first deltas are as they are sent, and what they share once all are of length 1; 0: nothing is told."""

    devices: int
    numbers: int
    median: float  # norm of what is sent, before it is normalized
    shared: float


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
            world = World(
                load_base(), people_of(options, preset), preset, say=say, kept=options.kept
            )
            deltas = deltas_of(world)
            found[trained, words, "every number"] = agreement(deltas)
            if world.directions is not None:
                rows = world.directions.rows.astype(np.float64)
                found[trained, words, f"{len(rows)} directions"] = agreement(deltas @ rows.T)
                found[trained, words, "1 direction"] = agreement(deltas @ rows[:1].T)
    return section(found, command_of(options))


def deltas_of(world: World, most: int = DEVICES) -> Vectors:
    """Train the first devices once from the base; return what that changes (n, d)."""
    readings = world.readings[:most]
    trained = world.fleet.train([world.start] * len(readings), readings)
    return np.stack([(after - world.start).ravel() for after in trained]).astype(np.float64)


def agreement(sent: Vectors) -> Agreement:
    """Measure what is sent (n, k). A device that learned nothing has nothing in common with anybody."""
    norms = np.linalg.norm(sent, axis=1)
    alike = sent / np.where(norms > 0.0, norms, 1.0)[:, None]
    return Agreement(*sent.shape, float(np.median(norms)), shared_by(alike))


def shared_by(vectors: Vectors) -> float:
    """Return the norm of what vectors (n, k) share beyond chance.

    Of n vectors the mean's square is what they share and an n-th of what they do not (an unbiased estimate).
    """
    count = len(vectors)
    each = float(np.mean(np.sum(vectors**2, axis=1)))
    square = (count * float(np.sum(vectors.mean(0) ** 2)) - each) / (count - 1)
    return math.sqrt(max(0.0, square))


def multiplier(numbers: int, batch: int, epsilon: float) -> float:
    """Return one aggregator's sigma by the sensitivity, as a task of such a batch has it."""
    coded = Coded.of(with_epsilon(HUSHKEY, epsilon), numbers, batch, 1)
    return coded.sigma / (max(coded.weights) * coded.codec.terms.norm_bound)


def floor_of(numbers: int, held: Setting, aligned: float, epsilon: float) -> int:
    """Return the fewest reports of which the sum is as long as its noise."""
    each = multiplier(numbers, held.preset.batch, epsilon)
    return smallest_batch(each, numbers, min(1.0, aligned), floor=1.0)


def section(found: dict[tuple[str, int, str], Agreement], command: str) -> str:
    """Write the section."""
    head = ["trained", "words a device", "devices", "sent", "norm, median", "in common, clip norms"]
    head += [f"fewest reports at epsilon {epsilon:g}" for epsilon in EPSILONS]
    rows = [
        [
            trained,
            f"{words:,}",
            str(one.devices),
            sent,
            f"{one.median:.3f}",
            f"{one.shared:.3f}",
            *(_floor(one, epsilon) for epsilon in EPSILONS),
        ]
        for (trained, words, sent), one in found.items()
    ]
    return "\n".join(
        [
            "## What devices have in common",
            "",
            paragraph(
                f"`{command}`: one training of each device from the base, as production trains what",
                "is shared (the plan `shared` is lstm_bias 1), of which every number is sent, or the coordinates along",
                "the first public directions, which were found on other writers. *In common* is the norm of the mean",
                "report beyond chance, all being as long as the clip norm; it decides from how many reports on the sum",
                "is longer than its noise, over ten reports of each device. `sync/privacy/prediction.py` takes",
                f"{ALIGNMENT} clip norms of every number, {ALIGNMENT_WITHIN} along directions,",
                f"{ALIGNMENT_ALONE} along one, where the variance weight makes most reports less long.",
            ),
            "",
            table(head, rows),
        ]
    )


def _floor(one: Agreement, epsilon: float) -> str:
    if one.shared <= 0.0:
        return "nothing in common could be told"
    each = multiplier(one.numbers, 64, epsilon)
    return f"{smallest_batch(each, one.numbers, min(1.0, one.shared), floor=1.0):,}"
