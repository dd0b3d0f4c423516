"""The plain training in a plain loop: no simulator at all."""

import numpy as np

from bench.simulators.contest import contest, one_thread
from bench.simulators.meter import Meter
from bench.simulators.plain import Client

if __name__ == "__main__":
    held = contest()
    one_thread()
    client = Client(held.folder, held.variant)
    version = held.start
    client.train(version, held.devices)
    meter = Meter()
    for _ in range(held.rounds):
        version = np.mean([client.train(version, number) for number in range(held.devices)], axis=0)
    meter.done(held.rounds * held.devices, held.keep(version))
