"""What two operators on this machine take in and sum, and what it costs them; writes its section of docs/operating.md.

    python -m bench.sharing.load             # about seven minutes on two cores that are otherwise idle
    python -m bench.sharing.load --smoke     # every part, with a few reports, in about a minute; writes nothing

What is measured is kept in .bench-cache/load until the section is written: an interrupted run goes on where it stopped.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil

from bench.document import write_section
from bench.sharing import load_cells, load_costs, load_device, load_end_to_end
from bench.sharing.load_cells import WORKERS, Cell
from bench.sharing.load_costs import Costs
from bench.sharing.load_databases import DATABASES, SQLITE, postgresql
from bench.sharing.load_end_to_end import Whole
from bench.sharing.load_operators import REAL, ROOT, SMOKE, Operators, Size
from bench.sharing.load_processes import Failed
from bench.sharing.load_reports import CORES, count_for, prepared, read
from bench.sharing.load_section import Found, section
from hushkey.model.base import load_base

OUT = ROOT / "docs" / "operating.md"
FOLDER = ROOT / ".bench-cache" / "load"
COMMAND = "python -m bench.sharing.load"
REPEATS, DEVICES, LINES, IDLE_S = 101, 3, 40, 2.0
T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is not measured yet, and write the section."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--smoke", action="store_true", help="a few reports; prints and writes nothing"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget what an interrupted run measured"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    options = parser.parse_args(arguments)
    folder = options.folder / ("smoke" if options.smoke else "real")
    if options.fresh or options.smoke:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        said = section(measured(folder, SMOKE if options.smoke else REAL, options.workers), COMMAND)
    except Failed as failed:
        print(f"{failed}; what was measured before is kept in {folder}", file=sys.stderr)
        return 1
    print(said)
    if not options.smoke:
        write_section(OUT, "load", said)
    shutil.rmtree(folder)
    return 0


def measured(folder: Path, size: Size, workers: Sequence[int]) -> Found:
    """Measure every part that the folder does not hold yet. Raises Failed."""
    folder.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(folder)
    idle = shelf.take("idle", float, _idle)
    operators = Operators.in_folder(folder, size)
    reports, seal_s = prepared(operators, count_for(size))
    seal_s = shelf.take("sealing", float, lambda: seal_s)
    with ExitStack() as stack:
        cells = _cells(stack, shelf, operators, size, reports, workers)
    whole = shelf.take("whole", Whole, lambda: load_end_to_end.measured(operators, size, reports))
    repeats, devices = (REPEATS, DEVICES) if size is REAL else (9, 1)
    costs = shelf.take("costs", Costs, lambda: load_costs.measured(operators, reports, repeats))
    device_s = shelf.take(
        "device", list[float], lambda: load_device.measured(operators, LINES, devices)
    )
    full = 4 * load_base().runtime().shape.all_parameters
    report = len(next(read(reports, 1)))
    return Found(CORES, idle, seal_s, cells, whole, costs, device_s, full, report)


def _cells(  # noqa: PLR0913, PLR0917  what a cell is measured on
    stack: ExitStack,
    shelf: "Shelf",
    operators: Operators,
    size: Size,
    reports: Path,
    workers: Sequence[int],
) -> list[Cell]:
    cluster = stack.enter_context(postgresql())
    if cluster is None:
        print("PostgreSQL is not installed: SQLite alone is measured", file=sys.stderr)
    return [
        shelf.take(
            f"{database} {count}",
            Cell,
            lambda database=database, count=count: load_cells.measured(
                operators, size, reports, database, count, cluster
            ),
        )
        for database in DATABASES
        for count in workers
        if cluster is not None or database == SQLITE
    ]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was measured before an interruption, by part."""

    folder: Path

    def take(self, name: str, kind: type[T], measure: Callable[[], T]) -> T:
        """Return what is there of a part, or measure it and keep it."""
        path = self.folder / f"{name}.json"
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=kind)
        began = time.monotonic()
        found = measure()
        print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(msgspec.json.encode(found))
        unfinished.rename(path)
        return found


def _idle() -> float:
    """Return which share of the machine nobody uses."""
    return 1.0 - psutil.cpu_percent(IDLE_S) / 100.0


if __name__ == "__main__":
    sys.exit(main())
