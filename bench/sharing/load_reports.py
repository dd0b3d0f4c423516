"""The reports that the load bench sends: built and sealed by the device's own code, before anything is timed.

Of random deltas: a report's size and cost depend on the task's terms alone. They lie in a file, so that a bench that
was interrupted does not seal them again.
"""

import os
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np

from bench.sharing.load_operators import Operators, Size
from bench.sharing.load_processes import CONTEXT
from hushkey.model.base import load_base
from hushkey.sync.device.reporting import build

CORES = len(os.sched_getaffinity(0))
_LENGTH = struct.Struct(">I")


def prepared(operators: Operators, count: int) -> tuple[Path, float]:
    """Return the file of so many sealed reports, and the seconds of one core that each took; 0 where they lay there."""
    path = operators.folder / f"{count}.reports"
    if path.exists():
        return path, 0.0
    parts = [range(first, count, CORES) for first in range(CORES)]
    with ProcessPoolExecutor(CORES, mp_context=CONTEXT) as pool:
        sealed = list(pool.map(_sealed, repeat(operators), parts))
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        for part, _ in sealed:
            for data in part:
                file.write(_LENGTH.pack(len(data)) + data)
    unfinished.rename(path)
    return path, sum(seconds for _, seconds in sealed) / count


def _sealed(operators: Operators, numbers: range) -> tuple[list[bytes], float]:
    """Seal the reports of these devices; returns the processor seconds beside them."""
    place = operators.place(load_base().shape())
    size = place.codec.size
    began = time.process_time()
    found = []
    for number in numbers:
        delta = np.random.default_rng(number).standard_normal(size) / np.sqrt(size)
        made = build(place, delta, zeros=False, now=int(time.time()), entropy=os.urandom)
        found.append(made.data)
    return found, time.process_time() - began


def read(path: Path, count: int) -> Iterator[bytes]:
    """Yield the first reports of a file."""
    with path.open("rb") as file:
        for _ in range(count):
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            yield file.read(length)


def count_for(size: Size) -> int:
    """Return how many reports all parts together need at once."""
    return max(size.reports, size.end_to_end)
