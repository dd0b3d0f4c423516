"""What each part of the engine brings: every one left out, one at a time; writes its section of docs/benchmarks.md.

    python -m bench.typing.ablation            the first four users of each corpus
    python -m bench.typing.ablation --each 1   one of each

The adapters are trained once and serve every row. Answers are kept as those of bench.typing are.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.document import write_section
from bench.typing import tables
from bench.typing.comparison import Difference, Result, difference, first_of_each
from bench.typing.measuring import ROOT, Measuring
from hushkey.keyboard.experts import ABLATIONS
from hushkey.keyboard.typists import EvaluationRefused, read_typists

FIGURES = ("ksr", "recall_at_3")


def rows_of(
    whole: Result, parts: Mapping[str, Result]
) -> list[tuple[str, Mapping[str, Difference]]]:
    """Return, for each part, what is lost without it: online counts less those of the whole engine."""
    return [
        (
            name,
            {
                figure: difference(result.counts["online"], whole.counts["online"], figure)
                for figure in FIGURES
            },
        )
        for name, result in parts.items()
    ]


def section(
    command: str, whole: Result, parts: Mapping[str, Result], *, shown: Result | None = None
) -> str:
    """Return the section's text."""
    figures = whole.figures("online")
    rows = rows_of(whole, parts)
    lines = [
        "## What each part brings",
        "",
        f"`{command}`: {len(whole.counts['online'])} users, online, bare ranking.",
        f"All parts together save {100 * figures['ksr']:.1f}% of keys, at a recall@3 of",
        f"{100 * figures['recall_at_3']:.1f}%. Each row leaves one part out: the mean difference a user, with its",
        "paired 95% interval. The names are those of `ABLATIONS` in `keyboard/experts.py`.",
        "",
        tables.ablations(rows),
    ]
    if shown is not None:
        gap = difference(shown.counts["online"], whole.counts["online"], "ksr")
        lines += [
            "",
            f"The strip that people see, against the bare ranking: {tables.points(gap)} points of KSR.",
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    users = ROOT.parent / "shared" / "peers" / "dev.jsonl.xz"
    parser.add_argument("--users", type=Path, default=users)
    parser.add_argument(
        "--each", type=int, default=4, help="the first so many users of each corpus"
    )
    parser.add_argument("--parts", nargs="+", choices=ABLATIONS, default=ABLATIONS)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=ROOT / ".bench-cache")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    typists = first_of_each(list(read_typists(options.users)), options.each)
    with Measuring(options.cache, options.jobs) as measuring:
        whole, shown = measuring.ours(typists, ("online",))
        parts = {
            part: measuring.ours(typists, ("online",), ("ranking",), (part,))[0]
            for part in options.parts
        }
    command = " ".join(["python -m bench.typing.ablation", *sys.argv[1:]])
    write_section(options.document, "ablation", section(command, whole, parts, shown=shown))


if __name__ == "__main__":
    try:
        main()
    except EvaluationRefused as error:
        sys.exit(str(error))
