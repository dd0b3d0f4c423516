"""What learning costs and what it brings: sections of docs/learning.md, one command each.

    python -m bench.learning memory     memory and gain beside full fine-tuning
    python -m bench.learning speed      seconds a word, up to 100,000 words
    python -m bench.learning latency    the keys of whoever types while it trains
    python -m bench.learning users      gain by amount of history, over users

Each takes --smoke, which measures a little, prints and writes nothing. Answers about users are kept in .bench-cache/
by all that they depend on, so that a run goes on where it was cut off.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from bench.document import write_section
from bench.learning import latency, memory, speed, users
from bench.learning.program import ROOT

_PARTS = {"memory": memory, "speed": speed, "latency": latency, "users": users}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = ROOT.parent / "shared"
    commands = parser.add_subparsers(required=True)
    for name, part in _PARTS.items():
        command = commands.add_parser(name, description=part.__doc__)
        command.add_argument("--users", type=Path, default=shared / "corpora" / "users")
        left_out = shared / "peers" / "dev.jsonl.xz"
        command.add_argument(
            "--left-out", type=Path, default=left_out, help="typists of others' tables"
        )
        command.add_argument("--document", type=Path, default=ROOT / "docs" / "learning.md")
        command.add_argument("--cache", type=Path, default=ROOT / ".bench-cache" / "learning")
        part.add_options(command)
        command.set_defaults(run=part.run)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    options.write = writer_of(options.document)
    options.run(options)


def writer_of(document: Path) -> Callable[[str, str], None]:
    """Return what writes a section of the document, which is begun where there is none."""

    def write(name: str, text: str) -> None:
        if not document.exists():
            document.write_text("# Learning\n", encoding="utf-8")
        write_section(document, name, text)

    return write


if __name__ == "__main__":
    main()
