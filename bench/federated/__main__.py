"""A population of devices that learn together: sections of docs/federated.md, one command each.

    python -m bench.federated pace          processor seconds of a training, which the virtual clock is set by
    python -m bench.federated quick         time to target, bytes and memory of each algorithm
    python -m bench.federated private       the same along few directions, with DP on and off
    python -m bench.federated further       what either learned, measured on 800 further writers
    python -m bench.federated within        what public directions hold of what devices' lines teach
    python -m bench.federated slowdowns     the same with stragglers that are 2 and 10 times slower
    python -m bench.federated agreement     what first deltas have in common, and the floor that follows
    python -m bench.federated groups        what to share: the plan's group and another, and what public text would do
    python -m bench.federated apart         what devices teach where public text is of another kind than theirs
    python -m bench.federated curve         epsilon against what is gained
    python -m bench.federated ablation      hushkey without one of its ideas at a time
    python -m bench.federated personal      global, personal, both, and who gains with n-grams on top
    python -m bench.federated left-behind   the slowest, the smallest histories, Singapore English

Each takes --preset small, a hundred devices, for a first look within minutes, and --smoke, which runs a dozen, prints
and writes nothing. Runs are kept in .bench-cache/federated by all that they depend on: a run that was cut off goes on
there.
"""

import argparse
from pathlib import Path

from bench.document import write_section
from bench.federated import (
    ablation,
    agreement,
    apart,
    curve,
    further,
    groups,
    left_behind,
    pace,
    personal,
    private,
    quick,
    slowdowns,
    within,
)
from bench.learning.program import ROOT
from hushkey.model.training.fleet import use_threads
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.sync.simulation.presets import PRESETS

_PARTS = {
    "agreement": agreement,
    "pace": pace,
    "quick": quick,
    "private": private,
    "further": further,
    "within": within,
    "slowdowns": slowdowns,
    "groups": groups,
    "apart": apart,
    "curve": curve,
    "ablation": ablation,
    "personal": personal,
    "left-behind": left_behind,
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for name, part in _PARTS.items():
        command = commands.add_parser(name, description=part.__doc__)
        users = ROOT.parent / "shared" / "corpora" / "users"
        command.add_argument("--users", type=Path, default=users)
        command.add_argument("--document", type=Path, default=ROOT / "docs" / "federated.md")
        command.add_argument("--kept", type=Path, default=ROOT / ".bench-cache" / "federated")
        command.add_argument("--preset", choices=list(PRESETS), default="quick")
        command.add_argument("--seeds", type=int, nargs="+", help="other than the preset's")
        command.add_argument("--threads", type=int, default=2)
        command.add_argument("--section", help="of the document, other than the table's own")
        command.add_argument("--smoke", action="store_true", help="a dozen devices; writes nothing")
        part.add_options(command)
        command.set_defaults(run=part.run, name=name)
    options = parser.parse_args()
    be_a_good_neighbour()
    use_threads(options.threads)
    text = options.run(options)
    print(text)
    if not options.smoke:
        part = options.name if options.preset == "quick" else f"{options.name}-{options.preset}"
        write_section(options.document, options.section or part, text)


if __name__ == "__main__":
    main()
