"""Simulate a population: one line of JSON an algorithm on standard output, progress on standard error.

    python -m hushkey.sync.simulation --users DIR --preset quick --json

A process of its own, since it needs torch; `hushkey simulate` starts it. What was learned so far is kept in a folder,
by all that it depends on, and a run that was cut off goes on there.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import platformdirs

from hushkey.model.base import load_base
from hushkey.model.errors import ModelError
from hushkey.model.training.fleet import use_threads
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.sync.errors import SyncError
from hushkey.sync.simulation.algorithms import (
    ALGORITHMS,
    ALONE,
    algorithm,
    along,
    with_epsilon,
)
from hushkey.sync.simulation.comparing import compare
from hushkey.sync.simulation.devices import Terms
from hushkey.sync.simulation.engines import Engine
from hushkey.sync.simulation.people import read_people
from hushkey.sync.simulation.presets import PRESETS, Preset, preset
from hushkey.sync.simulation.refusals import SimulationRefused
from hushkey.sync.simulation.world import World


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate; the exit status is 0 where every algorithm was run."""
    options = _options(arguments)
    be_a_good_neighbour()
    use_threads(options.threads)
    try:
        with _engine(options) as engine:
            _simulate(options, engine)
    except KeyboardInterrupt:
        _say("stopped; the same command goes on from the last version")
        return 130
    except (SyncError, ModelError) as refused:
        _say(f"hushkey: {refused}")
        return 1
    return 0


def _engine(options: argparse.Namespace) -> AbstractContextManager[Engine | None]:
    """Return where devices are trained; Ray is imported for who asks for it alone."""
    if options.engine == "local":
        return nullcontext()
    if options.through == "protocol":
        raise SimulationRefused(
            "leader and helper are one process, and so are their devices; nothing was run: --engine local"
        )
    from hushkey.sync.simulation.over_ray import OverRay  # noqa: PLC0415  needs [ray]

    return OverRay(workers=options.workers, address=options.ray_address)


def _simulate(options: argparse.Namespace, engine: Engine | None) -> None:
    preset = _preset(options)
    algorithms = [algorithm(name) for name in preset.algorithms]
    count = options.directions
    if options.epsilon is not None:
        kept = ALONE if count is None else count or None  # as a task takes it
        algorithms = [with_epsilon(one, options.epsilon, directions=kept) for one in algorithms]
    elif count:
        algorithms = [along(one, count) for one in algorithms]
    people = read_people(
        options.users,
        devices=preset.devices,
        held_out=preset.held_out,
        words=preset.words,
        test_words=preset.test_words,
        public=preset.public,
    )
    world = World(load_base(), people, preset, say=_say, engine=engine, kept=options.kept)
    if options.through == "protocol":
        from hushkey.sync.simulation.protocol import through_protocol  # noqa: PLC0415  needs [coordinator]

        lines: Iterator[Mapping[str, Any]] = through_protocol(
            world, algorithms, options.kept, say=_say
        )
    else:
        lines = compare(world, algorithms, options.kept, say=_say)
    for line in lines:
        sys.stdout.write((json.dumps(line) if options.json else readable(line)) + "\n")
        sys.stdout.flush()


def readable(line: Mapping[str, Any]) -> str:
    """Tell a line to a person."""
    reached = line["seconds_to_target"]
    when = "target not reached" if reached is None else f"target after {reached:,.0f} s"
    privacy = f"epsilon {line['epsilon']:.1f}" if line["dp"] else "DP off"
    return (
        f"{line['algorithm']:<16} {when}; recall@3 {100 * line['recall_at_3']:.2f}% of "
        f"{100 * line['recall_at_3_base']:.2f}% (base) and {100 * line['recall_at_3_centralised']:.2f}% (centralised); "
        f"a device: {line['device_training_bytes'] / 1e6:.1f} MB to train, {line['bytes_up'] / 1e6:.2f} MB up, "
        f"{line['bytes_down'] / 1e6:.2f} MB down; {privacy}"
    )


def _preset(options: argparse.Namespace) -> Preset:
    chosen = preset(options.preset)
    terms = Terms(
        stragglers=chosen.terms.stragglers if options.stragglers is None else options.stragglers,
        slowdown=options.slowdown,
        dropouts=options.dropouts,
        availability=options.availability,
    )
    given = {
        "devices": options.devices,
        "batch": options.batch,
        "versions": options.versions,
        "algorithms": tuple(options.algorithms.split(",")) if options.algorithms else None,
        "seeds": tuple(options.seeds) if options.seeds else None,
    }
    return replace(
        chosen, terms=terms, **{name: value for name, value in given.items() if value is not None}
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _kept() -> Path:
    home = os.environ.get("HUSHKEY_HOME")
    return (Path(home) if home else platformdirs.user_cache_path("hushkey")) / "simulation"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hushkey simulate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--users", type=Path, required=True, help="folder of .jsonl(.xz) files")
    parser.add_argument("--preset", choices=list(PRESETS), default="quick")
    parser.add_argument("--algorithms", help=f"of {', '.join(ALGORITHMS)}, with commas between")
    parser.add_argument("--seeds", type=int, nargs="+", help="of devices, delays and noise")
    parser.add_argument("--stragglers", type=float, help="share of the devices")
    parser.add_argument("--slowdown", type=float, default=5.0, help="of a straggler")
    parser.add_argument("--dropouts", type=float, default=0.0, help="share of trainings")
    parser.add_argument("--availability", choices=["always", "night"], default="always")
    parser.add_argument("--devices", type=int, help="other than the preset's")
    parser.add_argument("--batch", type=int, help="reports of a version")
    parser.add_argument("--versions", type=int, help="at the most, of the subset")
    parser.add_argument("--epsilon", type=float, help="DP on: of a device, over ten reports")
    parser.add_argument(
        "--directions",
        type=int,
        help="public ones that reports go along; with DP on 1 unless given; 0: every number",
    )
    parser.add_argument("--through", choices=["sums", "protocol"], default="sums")
    parser.add_argument("--engine", choices=["local", "ray"], default="local")
    parser.add_argument("--workers", type=int, help="of Ray's, a core each; all its cores")
    parser.add_argument("--ray-address", metavar="ADDRESS", help="of a cluster that runs already")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--kept", type=Path, default=_kept(), help="folder of runs to go on with")
    parser.add_argument("--json", action="store_true", help="one object a line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
