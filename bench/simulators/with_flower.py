"""Flower's Simulation Runtime: its manual's ServerApp with FedAvg, a ClientApp, and Ray with a core a client."""

import os
import sys
import tempfile

os.environ |= {"FLWR_TELEMETRY_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0"}

from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from flwr.simulation import run_simulation

from bench.simulators.contest import Contest, contest
from bench.simulators.flower_client import FOLDER, VARIANT, app
from bench.simulators.meter import Meter


def server_of(held: Contest) -> ServerApp:
    """Return a server that warms the workers up with a few devices, then runs the rounds under the clock."""
    server = ServerApp()

    @server.main()
    def main(grid: Grid, context: Context) -> None:  # noqa: ARG001
        few = {"fraction_train": 0.01, "min_train_nodes": 2 * held.workers}
        everybody = {"fraction_train": 1.0, "min_train_nodes": held.devices}
        start = ArrayRecord([held.start])
        _strategy(few, held).start(grid, start, num_rounds=1)
        meter = Meter()
        result = _strategy(everybody, held).start(grid, start, num_rounds=held.rounds)
        (learned,) = result.arrays.to_numpy_ndarrays()
        meter.done(held.rounds * held.devices, held.keep(learned))

    return server


def _strategy(sampled: dict, held: Contest) -> FedAvg:
    return FedAvg(**sampled, fraction_evaluate=0.0, min_available_nodes=held.devices)


if __name__ == "__main__":
    asked = contest()
    os.environ |= {FOLDER: str(asked.folder), VARIANT: asked.variant}
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        run_simulation(
            server_of(asked),
            app,
            num_supernodes=asked.devices,
            backend_config={
                "init_args": {"num_cpus": asked.workers, "_temp_dir": folder},
                "client_resources": {"num_cpus": 1, "num_gpus": 0.0},
            },
        )
    sys.exit(0)
