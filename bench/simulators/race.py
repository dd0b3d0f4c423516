"""Runs contestants in turns, each in its own environment and process, and reads what each tells."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.learning.program import ROOT
from bench.simulators.environments import python_of
from bench.simulators.meter import family

TRIES = 3  # Ray gives up starting on a machine that is busy
LONGEST_S = 1_800.0  # of a try
PATIENT = {"RAY_agent_register_timeout_ms": "600000", "RAY_worker_register_timeout_seconds": "600"}


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
    def cores(self) -> float:
        """How many cores it was left, in the mean: processor seconds a second."""
        return self.processor_seconds / self.seconds

    @property
    def processor_s(self) -> float:
        """Processor seconds of one device's training."""
        return self.processor_seconds / self.trainings


class ContestantFailed(RuntimeError):
    """A contestant ended without telling what it took."""


def run(one: Contestant, work: Path, environments: Path, rounds: int) -> Run:
    """Run a contestant, again where it failed. Raises ContestantFailed with the end of what it said last."""
    for _ in range(TRIES - 1):
        with suppress(ContestantFailed):
            return _run(one, work, environments, rounds)
    return _run(one, work, environments, rounds)


def _run(one: Contestant, work: Path, environments: Path, rounds: int) -> Run:
    command = [str(python_of(environments, one.environment)), "-W", "ignore", "-m"]
    command += [f"bench.simulators.{one.module}", str(work), "--variant", one.variant]
    with tempfile.TemporaryDirectory() as home:
        output = Path(home) / "learned.npy"
        command += ["--rounds", str(rounds), "--workers", str(one.workers)]
        code, said, errors = _finished([*command, "--output", str(output)], home)
        told = [line for line in said.splitlines() if line.startswith('{"seconds"')]
        if code or len(told) != 1:
            raise ContestantFailed(f"{one}: {code}\n{errors[-3000:]}")
        figures = json.loads(told[0])
        return Run(**{**figures, "learned": np.load(output)})


def _finished(command: Sequence[str], home: str) -> tuple[int, str, str]:
    """Return exit status, output and errors of a command; what it started and left behind is ended."""
    alone = {"HOME": home, "OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0", **PATIENT}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **alone},
    ) as process:
        try:
            said, errors = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            for number in reversed(family(process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            said, errors = process.communicate()
        return process.returncode, said, errors


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
