"""How much of what must go is cut, and how much of what must stay: the written corpus, and real chat.

    python bench/redaction.py

Prints the figures and writes them into docs/learning.md. The corpus lies in tests/keyboard/redaction_corpus; its
held half was written first and is never tuned against. The chat is every twentieth line of the corpora of
../shared/corpora/users (the patterns were looked at on other lines of them); without them that part is left out.
"""

import argparse
import json
import lzma
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from math import sqrt
from pathlib import Path

from document import table, write_section

from hushkey.keyboard.redaction import redact

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "keyboard"))

from redaction_corpus import HALVES, KINDS, Case, cases  # noqa: E402

USERS = ROOT.parent / "shared" / "corpora" / "users"
EVERY = 20
_95 = 1.959964  # standard deviations to either side


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the interval of a share at 95% confidence (Wilson 1927)."""
    share = hits / trials
    middle = share + _95**2 / (2 * trials)
    half = _95 * sqrt(share * (1 - share) / trials + _95**2 / (4 * trials**2))
    scale = 1 + _95**2 / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def share(hits: int, trials: int) -> str:
    """Write a share with its interval, in per cent."""
    low, high = wilson(hits, trials)
    return f"{100 * hits / trials:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def corpus_rows() -> Iterator[list[str]]:
    """Yield a row of the table for each kind, and one for all of them."""
    everything: list[Case] = []
    for kind in KINDS:
        of_kind = list(cases(kind))
        everything += of_kind
        yield [kind, *_figures(of_kind)]
    yield ["**all**", *_figures(everything)]


def _figures(chosen: Sequence[Case]) -> list[str]:
    row: list[str] = []
    for negative in (False, True):
        halves = [
            [case for case in chosen if case.half == half and case.is_negative == negative]
            for half in HALVES
        ]
        row.append(str(sum(map(len, halves))))
        for half in halves:
            hits = sum(not case.is_exact() if negative else case.is_safe() for case in half)
            row.append(share(hits, len(half)))
    return row


def chat(folder: Path) -> list[str]:
    """Read every twentieth line of each corpus."""
    lines: list[str] = []
    for path in sorted(folder.glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as stream:
            lines += (json.loads(row)["text"] for row in islice(stream, 0, None, EVERY))
    return lines


def on_chat(lines: Sequence[str]) -> tuple[Counter[str], list[float]]:
    """Count what is cut of real lines by kind, and time each: microseconds of the processor."""
    kinds: Counter[str] = Counter()
    spent: list[float] = []
    for line in lines:
        start = time.process_time_ns()
        found = redact(line)
        spent.append((time.process_time_ns() - start) / 1000)
        kinds.update(found.kinds)
    return kinds, sorted(spent)


def chat_section(folder: Path) -> str:
    """Tell what is cut of real chat, or why that is not known here."""
    if not folder.is_dir():
        return f"Real chat: left out, as `{folder.name}` is not beside this checkout."
    lines = chat(folder)
    on_chat(lines[:1000])  # so that what is read at the first use counts for no line
    kinds, spent = on_chat(lines)
    rows = [[kind, str(kinds[kind]), f"{1000 * kinds[kind] / len(lines):.3f}"] for kind in KINDS]
    rows.append(["**all**", str(kinds.total()), f"{1000 * kinds.total() / len(lines):.3f}"])
    return f"""
Of real chat, every {EVERY}th line of `../shared/corpora/users` ({len(lines):,} lines), this is cut. Addresses and
long numbers had been taken out of these corpora when they were collected, and role-play in one of them tells
invented PINs and access codes, which are rightly cut; so this bounds the false alarms from above and says nothing
of what is missed.

{table(["kind", "cuts", "per 1,000 lines"], rows)}

Processor time a line: {spent[len(spent) // 2]:.0f} µs in the median, {spent[len(spent) * 99 // 100]:.0f} µs at the
99th percentile, {sum(spent) / len(spent):.0f} µs in the mean, over those lines, in one thread.
""".strip()


def section(folder: Path) -> str:
    """Return the whole section."""
    head = ["kind", "must go", "caught, tuned %", "caught, held %"]
    head += ["must stay", "touched, tuned %", "touched, held %"]
    return f"""
## Redaction

`python bench/redaction.py`. A written corpus of lines as people type them (`tests/keyboard/redaction_corpus`):
secrets in chat, notes, commands, forms and other countries' formats, with slips; and lines that only look like
each kind. The held half was written first and is pinned by its hash; its totals were seen while patterns
changed, its failures never, whereas the tuned half is there to be read. *Caught*: no letter or digit of a
secret is left, whichever kind it was taken for. *Touched*: anything at all is cut of a line that should stay
whole; these lines are chosen to be hard. In brackets Wilson's interval at 95%. Both halves are by one author,
so the figures say how far the patterns carry within such a collection, not on the typing of everybody.

{table(head, list(corpus_rows()))}

{chat_section(folder)}
"""


def main() -> None:
    """Print the section and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, default=USERS)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "learning.md")
    options = parser.parse_args()
    text = section(options.users)
    print(text)
    write_section(options.out, "redaction", text)


if __name__ == "__main__":
    main()
