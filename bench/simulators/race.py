"""Runs contestants in turns, each in its own environment and process, and reads what each tells."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.learning.program import ROOT
from bench.simulators.environments import python_of


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who runs, from what, on how many workers: 0 is the process itself."""

    label: str
    module: str
    variant: str
    environment: str = ""  # this interpreter's
    workers: int = 1


HUSHKEY = {
    variant: Contestant("hushkey's simulator", "with_hushkey", variant, workers=0)
    for variant in ("features", "pieces")
}
ONE_CORE = (
    HUSHKEY["features"],
    Contestant("plain loop, torch", "with_loop", "features"),
    Contestant("pfl-research", "with_pfl", "features", "pfl"),
    Contestant("Flower", "with_flower", "features", "flower"),
    HUSHKEY["pieces"],
    Contestant("plain loop, hushkey's `Course`", "with_course", "pieces"),
    Contestant("plain loop, torch", "with_loop", "pieces"),
    Contestant("pfl-research", "with_pfl", "pieces", "pfl"),
    Contestant("Flower", "with_flower", "pieces", "flower"),
)
BY_CORES = (
    Contestant("hushkey over Ray", "with_hushkey", "features", "ray", 1),
    Contestant("hushkey over Ray", "with_hushkey", "features", "ray", 2),
    Contestant("Flower", "with_flower", "features", "flower", 2),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: of how many trainings, and what they took."""

    trainings: int
    seconds: float
    processor_seconds: float  # of all processes
    busiest_seconds: float  # of the one that computed most
    memory_bytes: int
    learned: np.ndarray  # the last version

    @property
    def devices_per_s(self) -> float:
        """Devices trained a second of the clock."""
        return self.trainings / self.seconds

    @property
    def processor_s(self) -> float:
        """Processor seconds of one device's training."""
        return self.processor_seconds / self.trainings


class ContestantFailed(RuntimeError):
    """A contestant ended without telling what it took."""


def run(one: Contestant, work: Path, environments: Path, rounds: int) -> Run:
    """Run a contestant once. Raises ContestantFailed with the end of what it said."""
    command = [str(python_of(environments, one.environment)), "-W", "ignore", "-m"]
    command += [f"bench.simulators.{one.module}", str(work), "--variant", one.variant]
    with tempfile.TemporaryDirectory() as home:
        output = Path(home) / "learned.npy"
        command += ["--rounds", str(rounds), "--workers", str(one.workers)]
        quiet = {"HOME": home, "OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0"}
        done = subprocess.run(
            [*command, "--output", str(output)],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **quiet},
        )
        told = [line for line in done.stdout.splitlines() if line.startswith('{"seconds"')]
        if done.returncode or len(told) != 1:
            raise ContestantFailed(f"{one}: {done.returncode}\n{done.stderr[-3000:]}")
        figures = json.loads(told[0])
        return Run(**{**figures, "learned": np.load(output)})


def race(
    contestants: Sequence[Contestant], work: Path, environments: Path, rounds: int, turns: int
) -> dict[Contestant, list[Run]]:
    """Let everybody run so many times, in turns, each turn in another order."""
    found: dict[Contestant, list[Run]] = {one: [] for one in contestants}
    for turn in range(turns):
        first = turn * len(contestants) // turns
        for one in (*contestants[first:], *contestants[:first]):
            found[one].append(run(one, work, environments, rounds))
            last = found[one][-1]
            sys.stderr.write(
                f"turn {turn + 1}: {one.label}, {one.variant}, {one.workers}: "
                f"{last.devices_per_s:.2f} devices/s, {last.processor_s:.4f} processor s\n"
            )
            sys.stderr.flush()
    return found
