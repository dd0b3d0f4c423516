"""The work that every contestant is given, as arrays in a folder: weights, and each device's steps and rates.

What is in them is what `Course` and the fleets of hushkey train on: the same lines in the same steps, their features by
the frozen base, and the rate of each step. No text is written.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base, load_base
from hushkey.model.groups import AdapterShape
from hushkey.model.training.batches import Schedule
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.fleet import Fleet, Reading
from hushkey.model.training.fleets import fleet_of
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.weights import load_weights
from hushkey.sync.simulation.people import read_people
from hushkey.sync.simulation.presets import RANKS
from hushkey.sync.simulation.world import DEVICE

WORDS = 200  # of a device, its newest
RANK = RANKS["output"]


def prepare(folder: Path, users: Path, devices: int) -> int:
    """Write the work of so many devices and one to warm up with; return the pieces of one pass over the former."""
    people = read_people(users, devices=devices + 1, held_out=0, words=WORDS, test_words=WORDS)
    base = load_base()
    histories = [pieces_of(person.lines, base.vocabulary) for person in people.devices]
    return sum(write(folder, base, histories)[:devices])


def write(
    folder: Path, base: Base, histories: Sequence[Sequence[Pieces]], rank: int = RANK
) -> list[int]:
    """Write the work of these devices; return how many pieces each predicts."""
    _, zero, fleet = parts_of(base, rank)
    state = {
        name: held.detach().numpy()
        for name, held in load_weights(base.folder / WEIGHTS).state_dict().items()
    }
    (folder / "users").mkdir(parents=True)
    np.savez(folder / "weights.npz", fixed=zero.graph_inputs()["output_fixed"], **state)
    pieces = []
    for number, lines in enumerate(histories):
        reading = fleet.read(lines)
        pieces.append(reading.pieces)
        arrays = _steps(base, lines, reading, DEVICE.rate("output", rank))
        arrays |= {f"line.{at}": line for at, line in enumerate(lines)}
        np.savez(folder / "users" / f"{number}.npz", **arrays)
    return pieces


def parts_of(base: Base, rank: int = RANK) -> tuple[FrozenNetwork, Adapter, Fleet[Any]]:
    """Return the frozen network, the zero adapter and the fleet that trains such."""
    network = FrozenNetwork.load(base.folder / WEIGHTS)
    shape = AdapterShape.of_sizes(network.shape.as_dict())
    zero = Adapter.zero(shape, base=base.identity, seed=DEVICE.seed, ranks={"output": rank})
    return network, zero, fleet_of(network, base.vocabulary, zero, DEVICE)


def lines_in(folder: Path, number: int) -> list[Pieces]:
    """Read a device's lines again."""
    with np.load(folder / "users" / f"{number}.npz") as held:
        count = sum(name.startswith("line.") for name in held.files)
        return [held[f"line.{at}"] for at in range(count)]


def _steps(
    base: Base, lines: Sequence[Pieces], reading: Reading[Any], height: float
) -> dict[str, Any]:
    schedule = Schedule(lines, DEVICE.epochs, DEVICE.pieces, DEVICE.seed)
    shares = [DEVICE.share_at(step, len(schedule)) for step in range(len(schedule))]
    arrays: dict[str, Any] = {"rates": height * np.array(shares)}
    for step, read in enumerate(reading.steps):
        for what in ("features", "sources", "targets"):
            arrays[f"{step}.{what}"] = getattr(read, what).numpy()
        for number, part in enumerate(schedule.batches(step, DEVICE.part, base.vocabulary)):
            arrays[f"{step}.{number}.inputs"] = part.inputs
            arrays[f"{step}.{number}.targets"] = part.targets
            arrays[f"{step}.{number}.asked"] = part.weight > 0
    return arrays
