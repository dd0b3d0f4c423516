"""Time and memory of the engine in a process of its own, on one core; writes its section of docs/benchmarks.md.

python bench/latency.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from document import table, write_section

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
SAMPLES = Path(__file__).resolve().parent.parent / "data_samples"
STARTS = 5

_CHILD = """
import json, resource, sys, time
began = time.perf_counter()
from hushkey import SuggestionEngine
engine = SuggestionEngine()
engine.suggest("I think we sh")
first_s = time.perf_counter() - began
def resident_mb():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
lines = [line.strip() for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
engine.learn(lines[: len(lines) // 2])
session = engine.session(policy="shown")
took = []
for line in lines[len(lines) // 2 :]:
    for end in range(len(line)):
        began = time.perf_counter()
        session.suggest(line[:end])
        took.append(time.perf_counter() - began)
took.sort()
q = lambda share: 1e3 * took[int(share * (len(took) - 1))]
print(json.dumps({"first_s": first_s, "rss_mb": resident_mb(), "p50": q(0.5), "p95": q(0.95), "p99": q(0.99),
    "keys": len(took), "torch": "torch" in sys.modules}))
"""


def measure() -> dict[str, float]:
    """Run the child; it types a sample history key by key."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(SAMPLES / "support-history.txt")],
        check=True,
        capture_output=True,
        text=True,
    )
    held: dict[str, float] = json.loads(done.stdout)
    return held


def main() -> None:
    """Measure and write."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    runs = [measure() for _ in range(STARTS)]
    best = {name: min(run[name] for run in runs) for name in runs[0]}
    middle = {name: sorted(run[name] for run in runs)[STARTS // 2] for name in runs[0]}
    rows = [
        [
            "import to first suggestion, s",
            f"{best['first_s']:.2f}",
            f"{middle['first_s']:.2f}",
            "1",
        ],
        ["a key, p50 ms", f"{best['p50']:.3f}", f"{middle['p50']:.3f}", "1"],
        ["a key, p95 ms", f"{best['p95']:.2f}", f"{middle['p95']:.2f}", "–"],
        ["a key, p99 ms", f"{best['p99']:.2f}", f"{middle['p99']:.2f}", "8"],
        ["resident memory, MB", f"{best['rss_mb']:.0f}", f"{middle['rss_mb']:.0f}", "150"],
    ]
    text = "\n".join(
        [
            "## Time and memory",
            "",
            f"`python bench/latency.py`: {STARTS} fresh processes on one core; each starts the engine, learns half of",
            f"a sample history and types the other half ({middle['keys']:.0f} keys through the app's strip).",
            f"torch imported: {'yes' if any(run['torch'] for run in runs) else 'no'}.",
            "",
            table(["", "best", "median", "limit"], rows),
        ]
    )
    write_section(DOCUMENT, "latency", text)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
