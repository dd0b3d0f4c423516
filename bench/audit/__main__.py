"""What can be read out of what was learned, and what lowers it: `audit` in docs/learning.md, and its picture.

    python -m bench.audit --users ../shared/corpora/users

Audits the sample histories at full effort, then public writers at less: ordinary ones, the smallest histories and
those whose words the base knows least, each kind apart. About ten minutes on one core; `--writers 0` takes three.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from bench.audit.measuring import Audited, Bench, ladder, lowered
from bench.audit.report import section
from bench.audit.writers import MOST, chosen, writers
from bench.document import write_section
from hushkey.keyboard.audit.auditing import newest
from hushkey.keyboard.audit.picture import picture
from hushkey.keyboard.audit.rounds import QUICK, Effort
from hushkey.keyboard.audit.training import training
from hushkey.model.base import load_base

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ("parent-history.txt", "support-history.txt", "sysadmin-notes.txt")
COMMAND = "python -m bench.audit --users ../shared/corpora/users"


def main() -> None:
    """Measure, print, and write the section and the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, help="the folder of public writers")
    parser.add_argument("--writers", type=int, default=2, help="of each of the three groups")
    parser.add_argument("--noise", type=int, default=1, help="seed of the batches' noise")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "learning.md")
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "audit.svg")
    options = parser.parse_args()
    os.nice(5)
    began = time.monotonic()
    base = load_base()
    history = [
        line
        for name in SAMPLES
        for line in (ROOT / "data_samples" / name).read_text(encoding="utf-8").splitlines()
    ]
    with training(base) as trains:
        bench = Bench(base, trains, options.noise)
        audited = {"sample histories": bench.audited([history], Effort(), 0)}
        round_ = audited["sample histories"].rounds[0]
        less = lowered(bench, round_, bench.deltas[0]) if bench.deltas else {}
        shares = ladder(base, history, round_)
        if options.users is not None and options.writers:
            groups_of = chosen(writers(options.users, base.lexicon), options.writers)
            for place, (name, group) in enumerate(groups_of.items(), 1):
                histories = [newest(writer.lines, MOST) for writer in group]
                audited[name] = bench.audited(histories, QUICK, 100 * place)
    reports = {name: each.report() for name, each in audited.items()}
    pooled = Audited([each for group in audited.values() for each in group.rounds], 0).report()
    text = section(reports, pooled, less, shares, COMMAND)
    if not options.document.exists():
        options.document.write_text("# Learning\n", encoding="utf-8")
    write_section(options.document, "audit", text)
    options.picture.write_text(picture(reports["sample histories"]), encoding="utf-8")
    sys.stderr.write(f"\n{time.monotonic() - began:.0f} s\n")
    print(text)


if __name__ == "__main__":
    main()
