"""Next-word designs at like latency: each trained alike on little, timed in turns; writes docs/benchmarks.md.

    python -m bench.architectures                     all of it: about half an hour on two quiet cores
    python -m bench.architectures --pieces 200000     less training
    python -m bench.architectures --held              only what earlier runs trained; times are measured anew

A candidate's figures are kept in .bench-cache/ by all that they depend on, and its training by checkpoints: a
run that was cut off goes on where it stopped. Interrupted, it writes what there is.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from bench.architectures.candidates import CANDIDATES, bytes_in_int8, multiplies, parameters
from bench.architectures.clock import time_candidates
from bench.architectures.learning import Material, learn, question
from bench.architectures.report import Row, section
from bench.document import write_section
from bench.typing.cache import Cache, key_of
from hushkey.model.base import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
_SYSTEM = "architectures"  # folder of the cache


def main() -> None:
    """Train what is not held, time everything, write."""
    options = _options()
    torch.set_num_threads(options.threads)
    material = Material(options.corpora, options.base, options.one_in, options.each, _say)
    figures = trained(material, options)
    torch.set_num_threads(1)
    size = material.vocabulary.size
    took, own_s = (
        time_candidates(CANDIDATES, size, options.rounds) if options.rounds else ({}, None)
    )
    rows = []
    for candidate in CANDIDATES:
        design, label = candidate.make(size), candidate.label
        counted = parameters(design), bytes_in_int8(design), multiplies(design)
        rows.append(Row(label, *counted, took.get(label, {}), figures[label]))
    command = f"python -m bench.architectures --pieces {options.pieces}"
    text = section(command, rows, own_s, size)
    write_section(options.document, "architectures", text)
    sys.stdout.write(text + "\n")


def trained(material: Material, options: argparse.Namespace) -> dict[str, Mapping[str, Any] | None]:
    """Return each candidate's figures by its label, None where there are none."""
    cache = Cache(options.cache)
    asked = {one: question(one, material, options.pieces) for one in CANDIDATES}
    try:
        for candidate, parts in asked.items():
            if options.held or cache.held(_SYSTEM, parts) is not None:
                continue
            checkpoint = options.cache / _SYSTEM / f"{key_of(parts)[:32]}.pt"
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            figures = learn(candidate, material, options.pieces, checkpoint)
            cache.keep(_SYSTEM, parts, figures)
            _say(f"{candidate.label}: perplexity {figures['word_perplexity']:.1f}")
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on with what was trained")
    return {candidate.label: cache.held(_SYSTEM, parts) for candidate, parts in asked.items()}


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.architectures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    corpora = ROOT.parent / "shared" / "corpora" / "base"
    parser.add_argument("--corpora", type=Path, default=corpora)
    parser.add_argument("--base", type=Path, default=SHIPPED, help="folder of pieces and words")
    parser.add_argument("--pieces", type=int, default=400_000, help="read by each candidate")
    parser.add_argument("--one-in", type=int, default=10, help="blocks of lines, one is read")
    parser.add_argument("--each", type=int, default=60, help="held-out lines of each file")
    parser.add_argument(
        "--rounds", type=int, default=60, help="turns of the clock; 0: times stay open"
    )
    parser.add_argument("--threads", type=int, default=2, help="of training")
    parser.add_argument("--held", action="store_true", help="train nothing")
    parser.add_argument("--cache", type=Path, default=ROOT / ".bench-cache")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
