"""hushkey's training of one device as production runs it (`Course`), in a plain loop."""

import numpy as np

from bench.simulators.contest import contest
from bench.simulators.meter import Meter
from bench.simulators.work import lines_in, parts_of
from hushkey.model.base import load_base
from hushkey.model.training.finetune import Course
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.sync.simulation.world import DEVICE

if __name__ == "__main__":
    held = contest()
    be_a_good_neighbour()
    base = load_base()
    network, zero, _ = parts_of(base)
    histories = [lines_in(held.folder, number) for number in range(held.devices + 1)]

    def train(start: np.ndarray, number: int) -> np.ndarray:
        """Return what a device's training comes to."""
        begun = zero.replaced({"output": start})
        course = Course(network, begun, histories[number], DEVICE, vocabulary=base.vocabulary)
        while not course.done:
            course.advance()
        return course.adapter().tensors["output"]

    version = held.start
    train(version, held.devices)
    meter = Meter()
    for _ in range(held.rounds):
        version = np.mean([train(version, number) for number in range(held.devices)], axis=0)
    meter.done(held.rounds * held.devices, held.keep(version))
