"""Seconds, processor seconds and memory of a process and all that it started, by Linux. Standard library alone."""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def family(root: int | None = None) -> list[int]:
    """Return the processes that descend from one, itself included."""
    parents = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (fields := _fields(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [root or os.getpid()]
    for one in found:
        found += [number for number, parent in parents.items() if parent == one]
    return found


def processor_s() -> dict[int, float]:
    """Processor seconds so far of each process of the family, those of its ended children included."""
    found = {}
    for number in family():
        if fields := _fields(number):
            found[number] = sum(map(int, fields[11:15])) / _TICK
    return found


def memory_bytes() -> int:
    """Memory of the family, what is shared counted once."""
    total = 0
    for number in family():
        try:
            text = (_PROC / str(number) / "smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total << 10


@dataclass
class Meter:
    """From its making on, until it is told that all devices are trained."""

    def __post_init__(self) -> None:
        """Begin."""
        self._cpu, self._began = processor_s(), time.perf_counter()

    def done(self, trainings: int, learned_in: Path) -> None:
        """Print what it took as one line of JSON; `learned_in`: the file that the last version was written to."""
        took = time.perf_counter() - self._began
        spent = [now - self._cpu.get(number, 0.0) for number, now in processor_s().items()]
        told = {"seconds": took, "processor_seconds": sum(spent), "busiest_seconds": max(spent)}
        told |= {"memory_bytes": memory_bytes(), "trainings": trainings, "learned": str(learned_in)}
        sys.stdout.write("\n" + json.dumps(told) + "\n")
        sys.stdout.flush()


def _fields(number: int) -> list[str]:
    """Fields of /proc/N/stat from the state on; none where the process is gone."""
    try:
        return (_PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
