"""Find the public directions that a base comes with, on public writers.

    python -m bench.fit_directions --users ../shared/corpora/users --exclude ../shared/peers/dev.jsonl.xz \
        --base model/base
    python -m bench.fit_directions --users ../shared/corpora/users --exclude ../shared/peers/dev.jsonl.xz --judge

Only corpora marked as allowed to train what ships are read, and no writer that anything is measured on: neither those
of --exclude nor the first writers of the simulation's order, who are its devices and are measured on, nor its last,
whom what is learned is measured on at the end. Each writer's newest words are as many devices' histories, up to PARTS,
each of which is trained once, as production trains what is shared; and all are trained once together, as much of each
corpus as of the others, for what most people type is not what there is most of to train on. The directions in which
that goes are written, and no word (`hushkey.model.training.directions`).

`--judge` finds nothing: it tells how many hundredths of a nat a piece a step of each length along the first direction
takes off others' lines, whom nothing is measured on either. `--one-kind` finds them without regard to the corpora.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.fit_gates import ALLOWED, excluded, state_anew
from bench.learning.means import Mean, mean_of
from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model import plans
from hushkey.model.adapter import Adapter
from hushkey.model.base import DIRECTIONS, WEIGHTS, Base, load_base
from hushkey.model.directions import COUNT
from hushkey.model.groups import AdapterShape
from hushkey.model.training.directions import found_directions
from hushkey.model.training.fleet import use_threads
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.likelihood import Likelihood
from hushkey.sync.simulation.people import Person, writers_of
from hushkey.sync.simulation.presets import preset
from hushkey.sync.simulation.world import DEVICE, SEED

MEASURED = (
    1_300,
    preset("quick").further,
)  # writers, the first of the simulation's order and the last
WORDS = 400  # of a device's history
PARTS = 8  # histories of a writer, at the most
JUDGES = slice(950, 1_100)  # of the simulation's order: neither found on nor measured on
JUDGED_WORDS = 200
LENGTHS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)  # of a step


def main(arguments: Sequence[str] | None = None) -> int:
    """Find them, write them, state them in the manifest and the card; or judge those that are there."""
    options = _options(arguments)
    use_threads(options.threads)
    base = load_base(options.base)
    network = FrozenNetwork.load(base.folder / WEIGHTS)
    shape = AdapterShape.of_sizes(network.shape.as_dict())
    ranks = plans.preset("shared").ranks
    zero = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=ranks)
    if options.judge:
        sys.stdout.write(judged(base, network, zero, writers_of(options.users)[JUDGES]))
        return 0
    people = chosen(options.users, excluded(options.exclude))
    parts = [part for person in people for part in histories(person)]
    sys.stderr.write(f"training on {len(parts)} histories of {len(people)} writers\n")
    lines = [pieces_of(part.lines, base.vocabulary) for part in parts]
    kinds = [] if options.one_kind else [part.corpus for part in parts]
    found = found_directions(
        network, base.vocabulary, zero, DEVICE, lines, options.count, kinds=kinds
    )
    (base.folder / DIRECTIONS).write_bytes(found.to_bytes())
    state_anew(base.folder)
    sys.stdout.write(f"{len(found.rows)} directions of {found.size} numbers\n")
    return 0


def chosen(folder: Path, left_out: set[str]) -> list[Person]:
    """Return every writer whom directions may be found on."""
    first, last = MEASURED
    return [
        person
        for person in writers_of(folder)[first:-last]
        if person.corpus in ALLOWED and person.name not in left_out
    ]


def judged(base: Base, network: FrozenNetwork, zero: Adapter, people: Sequence[Person]) -> str:
    """Tell what steps along the first direction take off people's nats, on the side on which they do."""
    held = base.directions
    if held is None:
        return "the base comes with no directions\n"
    (group,) = zero.tensors
    start, row = zero.tensors[group], held.rows[0].astype(np.float32)
    lines = [pieces_of(person.newest(JUDGED_WORDS).lines, base.vocabulary) for person in people]
    read = Likelihood(network, base.vocabulary, zero, lines)
    before = read.by_person(group, start)

    def taken_off(length: float) -> Mean:
        step = (length * row).reshape(start.shape)
        less = 100 * (before - read.by_person(group, start + step))
        return mean_of([float(each) for each in less])

    side = 1.0 if taken_off(LENGTHS[0]).mean > taken_off(-LENGTHS[0]).mean else -1.0
    return "".join(f"{length:g}: {taken_off(side * length).told()}\n" for length in LENGTHS)


def histories(person: Person) -> list[Person]:
    """Return a writer's newest words in parts of a device's history each, the newest first."""
    found: list[Person] = []
    left = person
    while left.lines and len(found) < PARTS:
        part = left.newest(WORDS)
        if not part.lines:  # a line longer than all that
            break
        found.append(part)
        left = Person(left.name, left.lines[: len(left.lines) - len(part.lines)])
    return found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=Path("model/base"))
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--judge", action="store_true", help="judge those that are there")
    parser.add_argument("--one-kind", action="store_true", help="all writers are of one kind")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
