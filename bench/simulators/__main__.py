"""hushkey's simulator beside a plain loop, Flower's and pfl-research's, on the same work; writes docs/simulators.md.

    python -m bench.simulators setup DIR             make the others' environments there, by pip
    python -m bench.simulators --environments DIR    race, print the section and write it

Everybody is given the same arrays and comes to the same adapter, which the section says. --smoke races on a few
devices, prints and writes nothing.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bench.document import write_section
from bench.learning.program import ROOT
from bench.simulators.environments import missing, set_up, versions
from bench.simulators.race import BY_CORES, ONE_CORE, race
from bench.simulators.report import Raced, section
from bench.simulators.work import prepare


def main() -> None:
    """Set up, or race and tell."""
    options = _options()
    if options.setup:
        set_up(options.setup)
        return
    if absent := missing(options.environments):
        sys.exit(
            f"no environment of {', '.join(absent)} is there; nothing was run; "
            f"python -m bench.simulators setup {options.environments}"
        )
    devices, rounds, turns = (4, 2, 1) if options.smoke else _sizes(options)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        pieces = prepare(work, options.users, devices)
        before = os.getloadavg()[0]
        found = race((*ONE_CORE, *BY_CORES), work, options.environments, rounds, turns)
        load = before, os.getloadavg()[0]
    named = versions(options.environments)
    command = _command(options)
    cores = os.cpu_count() or 1
    text = section(Raced(command, devices, rounds, turns, pieces, named, load, cores, found))
    print(text)
    if not options.smoke:
        write_section(options.document, "simulators", text)


def _sizes(options: argparse.Namespace) -> tuple[int, int, int]:
    return options.devices, options.rounds, options.turns


def _command(options: argparse.Namespace) -> str:
    parts = ["python -m bench.simulators --environments DIR"]
    for name, usual in (("devices", 64), ("rounds", 4), ("turns", 3)):
        asked = getattr(options, name)
        parts += [f"--{name} {asked}"] if asked != usual else []
    return " ".join(parts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if sys.argv[1:2] == ["setup"]:
        parser.add_argument("command", choices=["setup"])
        parser.add_argument("setup", type=Path, metavar="DIR")
        return parser.parse_args()
    shared = ROOT.parent / "shared" / "corpora" / "users"
    parser.add_argument("--environments", type=Path, required=True, metavar="DIR")
    parser.add_argument("--users", type=Path, default=shared)
    parser.add_argument("--devices", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "simulators.md")
    parser.add_argument("--smoke", action="store_true", help="a few devices; writes nothing")
    return parser.parse_args(namespace=argparse.Namespace(setup=None))


if __name__ == "__main__":
    main()
