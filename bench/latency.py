"""Time and memory of the app's engine on real profiles of 1,000 to 1,000,000 words; writes its section of the document.

python bench/latency.py            # about three minutes; status 1 where a budget is exceeded

Each size is imported into a profile on disk; fresh processes then open it, ask for a first suggestion and type lines
that are not in it, key by key through the app's strip, each line committed. The budget of a key is a ratio to a fixed
loop that runs in between, both in processor time, so that it says the same on any machine and beside any other work.
"""

import argparse
import json
import lzma
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, thread_time

import numpy as np
from document import table, write_section
from reference import reference

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "benchmarks.md"
USERS = ROOT.parent / "shared" / "corpora" / "users"
SAMPLES = ROOT / "data_samples"

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # words of history
STARTS = 3  # processes a size
KEYS = 4000  # typed in the last of them
REFERENCE_EVERY = 10  # keys

# Budgets. A key has 0.3 ms at p50 and 4 ms at p99 where the reference loop takes 0.68 ms.
REFERENCE_MS = 0.68
P50_RATIO = 0.3 / REFERENCE_MS
P99_RATIO = 4.0 / REFERENCE_MS
GROWTH = 1.5  # p50 at the largest history by p50 at the smallest
RESIDENT_MB = {10_000: 120, 1_000_000: 250}
FIRST_S = {10_000: 0.6, 1_000_000: 1.5}


# In the child ---------------------------------------------------------------------------------------


def child(home: Path, started: float, lines: list[str]) -> dict[str, float]:
    """Open the profile, ask once, type; `started` is when the parent began this process."""
    from hushkey.keyboard.profile import open_profile  # noqa: PLC0415  timed

    profile = open_profile(home, allow_bare_file=True)
    session = profile.session("app")
    session.suggest("I think we sh")
    figures = {"first_s": perf_counter() - started, "first_cpu_s": process_time()}
    figures["first_mb"] = resident_mb()
    if lines:
        vector = np.linspace(0.0, 1.0, 65_536, dtype=np.float32)
        words = [f"{n * 7919 % 1000}" for n in range(200)]
        wall, cpu, fixed = [], [], []
        for number, (line, end) in enumerate(keys_of(lines)):
            if number % REFERENCE_EVERY == 0:
                fixed.append(reference(vector, words))
            began, began_cpu = perf_counter(), thread_time()
            session.suggest(line[:end])
            cpu.append(thread_time() - began_cpu)
            wall.append(perf_counter() - began)
            if end == len(line):
                session.commit(line)
        for name, took in (("cpu", cpu), ("wall", wall)):
            for share in (50, 95, 99):
                figures[f"{name}_p{share}"] = 1e3 * float(np.percentile(took, share))
        figures |= {"reference_ms": 1e3 * median(fixed), "keys": len(cpu), "mb": resident_mb()}
    figures["torch"] = "torch" in sys.modules
    profile.close()
    return figures


def keys_of(lines: list[str]) -> Iterator[tuple[str, int]]:
    """(line, characters before the cursor) of each key."""
    return islice(((line, end) for line in lines for end in range(len(line) + 1)), KEYS)


def resident_mb() -> float:
    """Return the resident memory of this process, where the system says it; else the most it ever was."""
    status = Path("/proc/self/status")
    if status.exists():
        row = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
        return int(row.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


# In the parent --------------------------------------------------------------------------------------


def history(words: int, *, skip: int = 0) -> Iterator[str]:
    """Yield public lines of about so many words: as many of each corpus; cycled samples where there is none."""
    corpora = sorted(USERS.glob("*.jsonl.xz"))
    if not corpora:
        rows = (SAMPLES / "support-history.txt").read_text(encoding="utf-8").splitlines()
        yield from _up_to(words, cycle(row.strip() for row in rows if row.strip()))
        return
    for corpus in corpora:
        with lzma.open(corpus, "rt", encoding="utf-8") as rows:
            lines = (json.loads(row)["text"].strip() for row in rows)
            said = (line for line in lines if line)
            if skip:
                for _ in _up_to(skip / len(corpora), said):
                    pass
            yield from _up_to(words / len(corpora), said)


def _up_to(words: float, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        words -= len(line.split())
        if words <= 0:
            return


def prepare(home: Path, words: int) -> dict[str, float]:
    """Import a history into a new profile; return what it took."""
    from hushkey.keyboard.profile import open_profile  # noqa: PLC0415  the children load their own

    with open_profile(home, allow_bare_file=True) as profile:
        began, began_cpu = perf_counter(), process_time()
        report = profile.import_lines(history(words), "import")
        figures = {"import_s": perf_counter() - began, "import_cpu_s": process_time() - began_cpu}
    kept = {path.name: path.stat().st_size / 1e6 for path in home.iterdir()}
    figures |= {"words": report.words, "memory_mb": kept["memory.sealed"]}
    return figures | {"history_mb": kept["history.db"]}


def measure(home: Path, words: int) -> dict[str, float]:
    """Prepare one size and run its children; the median of the starts, and the keys of the last."""
    figures = prepare(home, words)
    runs = []
    typed = list(history(2_000, skip=max(SIZES)))
    for number in range(STARTS):
        lines = typed if number == STARTS - 1 else []
        done = subprocess.run(
            [sys.executable, __file__, "--child", str(home), str(perf_counter())],
            input=json.dumps(lines),
            check=True,
            capture_output=True,
            text=True,
        )
        runs.append(json.loads(done.stdout))
    starts = {name: median(run[name] for run in runs) for name in runs[0]}
    return (
        figures | runs[-1] | {name: starts[name] for name in ("first_s", "first_cpu_s", "first_mb")}
    )


def verdicts(found: dict[int, dict[str, float]]) -> list[tuple[str, float, float]]:
    """(what, measured, budget) of everything that is limited and does not depend on the machine."""
    checks: list[tuple[str, float, float]] = []
    for words, figures in found.items():
        base = figures["reference_ms"]
        checks.append(
            (f"p50 by the reference, {words:,} words", figures["cpu_p50"] / base, P50_RATIO)
        )
        checks.append(
            (f"p99 by the reference, {words:,} words", figures["cpu_p99"] / base, P99_RATIO)
        )
        if words in RESIDENT_MB:
            checks.append(
                (f"resident MB, {words:,} words", figures["first_mb"], RESIDENT_MB[words])
            )
    by_reference = [found[words]["cpu_p50"] / found[words]["reference_ms"] for words in found]
    checks.append(("p50, largest history by smallest", by_reference[-1] / by_reference[0], GROWTH))
    return checks


def section(found: dict[int, dict[str, float]]) -> str:
    """Write the tables."""
    head = ["words of history", *(f"{words:,}" for words in found)]
    shown = (
        ("process start to first suggestion, s", "first_s", 2),
        ("its processor time, s", "first_cpu_s", 2),
        ("resident after it, MB", "first_mb", 0),
        ("resident after typing, MB", "mb", 0),
        ("a key, p50 ms", "wall_p50", 3),
        ("p95 ms", "wall_p95", 2),
        ("p99 ms", "wall_p99", 2),
        ("a key in processor time, p50 ms", "cpu_p50", 3),
        ("p95 ms", "cpu_p95", 2),
        ("p99 ms", "cpu_p99", 2),
        ("reference loop, ms", "reference_ms", 3),
        ("kept memory on disk, MB", "memory_mb", 2),
        ("history on disk, MB", "history_mb", 2),
        ("import, s", "import_s", 1),
        ("its processor time, s", "import_cpu_s", 1),
    )
    rows = [
        [label, *(f"{f[name]:.{digits}f}" for f in found.values())] for label, name, digits in shown
    ]
    checks = [
        [what, f"{value:.2f}", f"{budget:.3g}", "yes" if value <= budget else "**no**"]
        for what, value, budget in verdicts(found)
    ]
    limits = ", ".join(f"{limit} s at {words:,} words" for words, limit in FIRST_S.items())
    return "\n".join(
        [
            "## Time and memory",
            "",
            f"`python bench/latency.py`: profiles on disk, filled by `import`; each opened by {STARTS} fresh processes",
            f"on one core (medians), the last of which types {KEYS} keys of other lines",
            "through the app's strip and commits them. A key in processor time is what it costs on an idle core.",
            f"torch imported: {'yes' if any(f['torch'] for f in found.values()) else 'no'}.",
            "",
            table(head, rows),
            "",
            f"Budgets; the first suggestion's, which depends on the machine, is {limits}:",
            "",
            table(["", "measured", "at most", "held"], checks),
        ]
    )


def main() -> int:
    """Measure, write, and say by the status whether every budget was held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2, metavar=("HOME", "STARTED"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        figures = child(Path(asked.child[0]), float(asked.child[1]), json.load(sys.stdin))
        print(json.dumps(figures))
        return 0
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["OMP_NUM_THREADS"] = "1"
    found: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for words in SIZES:
            found[words] = measure(Path(folder) / str(words), words)
            print(f"{words:,} words:", json.dumps(found[words]), flush=True)
    write_section(DOCUMENT, "latency", section(found))
    failed = [what for what, value, budget in verdicts(found) if value > budget]
    print("\n".join(["", section(found), *(f"over budget: {what}" for what in failed)]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
