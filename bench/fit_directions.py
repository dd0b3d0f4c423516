"""Find the public directions that a base comes with, on public writers.

    python bench/fit_directions.py --users ../shared/corpora/users --exclude ../shared/peers/dev.jsonl.xz \
        --base model/base

Only corpora marked as allowed to train what ships are read, and no writer that anything is measured on: neither those
of --exclude nor the first writers of the simulation's order, who are its devices and are measured on. Each writer's
device is trained once, as production trains what is shared, and all of them once together; the directions in which that
goes are written, and no word (`hushkey.model.directions`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fit_gates import ALLOWED, excluded, state_anew

from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model import plans
from hushkey.model.adapter import Adapter
from hushkey.model.base import DIRECTIONS, WEIGHTS, load_base
from hushkey.model.directions import COUNT
from hushkey.model.groups import AdapterShape
from hushkey.model.training.directions import found_directions
from hushkey.model.training.fleet import use_threads
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.sync.simulation.people import Person, writers_of
from hushkey.sync.simulation.world import DEVICE, SEED

MEASURED = 1_300  # writers, the first of the simulation's order
WORDS = 400  # of a writer, the newest


def main(arguments: Sequence[str] | None = None) -> int:
    """Find them, write them, state them in the manifest and the card."""
    options = _options(arguments)
    use_threads(options.threads)
    base = load_base(options.base)
    network = FrozenNetwork.load(base.folder / WEIGHTS)
    shape = AdapterShape.of_sizes(network.shape.as_dict())
    ranks = plans.preset("shared").ranks
    zero = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=ranks)
    people = chosen(options.users, excluded(options.exclude))
    sys.stderr.write(f"training {len(people)} writers' devices\n")
    lines = [pieces_of(person.newest(WORDS).lines, base.vocabulary) for person in people]
    found = found_directions(network, base.vocabulary, zero, DEVICE, lines, options.count)
    (base.folder / DIRECTIONS).write_bytes(found.to_bytes())
    state_anew(base.folder)
    sys.stdout.write(f"{len(found.rows)} directions of {found.size} numbers\n")
    return 0


def chosen(folder: Path, left_out: set[str]) -> list[Person]:
    """Return every writer whom directions may be found on."""
    return [
        person
        for person in writers_of(folder)[MEASURED:]
        if person.corpus in ALLOWED and person.name not in left_out
    ]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=Path("model/base"))
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
