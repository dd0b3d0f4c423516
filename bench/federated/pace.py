"""Processor seconds of a device's training: the subset and every weight. The virtual clock is set by these."""

import argparse
from collections.abc import Callable
from statistics import median
from time import thread_time

from bench.document import table
from bench.federated.setting import command_of, people_of, preset_of
from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, load_base
from hushkey.model.groups import AdapterShape
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Course
from hushkey.model.training.fleets import fleet_of
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.full import finetune_fully
from hushkey.model.training.weights import load_weights
from hushkey.sync.simulation.pace import FULL, SUBSET, Pace
from hushkey.sync.simulation.world import DEVICE

DEVICES = 8
STACKED = 32


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take no more options."""
    del parser


def run(options: argparse.Namespace) -> str:
    """Time one device's trainings each way, and many at once."""
    held = preset_of(options)
    base = load_base()
    vocabulary = base.vocabulary
    people = people_of(options, held).devices
    histories = [pieces_of(person.lines, vocabulary) for person in people[:STACKED]]
    frozen = FrozenNetwork.load(base.folder / WEIGHTS)
    shape = AdapterShape.of_sizes(frozen.shape.as_dict())
    zero = Adapter.zero(shape, base=base.identity, seed=1, ranks=dict(held.ranks))
    fleet = fleet_of(frozen, vocabulary, zero, DEVICE)
    network = load_weights(base.folder / WEIGHTS)

    def subset(lines: list[Pieces]) -> None:
        course = Course(frozen, zero, lines, DEVICE, vocabulary=vocabulary)
        while not course.done:
            course.advance()

    def full(lines: list[Pieces]) -> None:
        finetune_fully(network, lines, DEVICE, vocabulary=vocabulary)

    readings = [fleet.read(lines) for lines in histories]
    rows = []
    for label, train, fixed in (("subset", subset, SUBSET), ("every weight", full, FULL)):
        took = [_time(train, lines) for lines in histories[:DEVICES]]
        predicted = [_fixed_s(fixed, reading.pieces, len(reading.steps)) for reading in readings]
        rows.append([label, f"{median(took):.3f}", f"{median(predicted[:DEVICES]):.3f}"])
    starts = [zero.tensors[fleet.group]] * len(readings)
    each = _time(fleet.train, starts, readings) / len(readings)
    rows.append([f"subset, {len(readings)} devices at once, lines read before", f"{each:.3f}", "–"])
    return (
        f"## Pace\n\n`{command_of(options)}`: processor seconds of one core for one device's training, the median of "
        f"{DEVICES} devices of {median(reading.pieces for reading in readings):.0f} predicted pieces, beside what the "
        "virtual clock takes for it (`sync/simulation/pace.py`; a device adds the start of its trainer, its class "
        "and its line to that).\n\n" + table(["trained", "seconds", "clock"], rows)
    )


def _fixed_s(pace: Pace, pieces: int, steps: int) -> float:
    return pace.piece_s * pieces + pace.step_s * steps


def _time(work: Callable[..., object], *given: object) -> float:
    began = thread_time()
    work(*given)
    return thread_time() - began
