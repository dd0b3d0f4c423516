"""Keystrokes saved over many typists, in every regime, with intervals; writes its section of docs/benchmarks.md.

python bench/keystrokes.py --users ../shared/peers/dev.jsonl.xz
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from document import table, write_section

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.evaluating import REGIMES, Evaluation, read_typists, training

DRAWS = 2_000  # of the bootstrap
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def measure(users: Path, policy: str, limit: int | None) -> dict[str, Any]:
    """Return the report of each regime."""
    engine = SuggestionEngine()
    with training(engine) as train:
        evaluation = Evaluation(REGIMES, policy, train, engine)  # type: ignore[arg-type]
        for number, typist in enumerate(read_typists(users, limit), 1):
            evaluation.run(typist)
            sys.stderr.write(f"{policy} {number} {typist.name}\n")
    return {regime: evaluation.report(regime, many=True) for regime in REGIMES}


def interval(values: np.ndarray) -> tuple[float, float]:
    """Return the 95% bootstrap interval of a mean over users."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def per_user(report: dict[str, Any], figure: str = "ksr") -> np.ndarray:
    """Return a figure of each user, in the order of their names."""
    return np.array([report["users"][name][figure] for name in sorted(report["users"])])


def difference(reports: dict[str, Any], better: str, worse: str) -> str:
    """Return a sentence on the paired difference between two regimes."""
    gap = 100 * (per_user(reports[better]) - per_user(reports[worse]))
    low, high = interval(gap)
    return (
        f"- {better} over {worse}: {gap.mean():+.2f} points a user, 95% {low:+.2f} to {high:+.2f}; "
        f"better for {int((gap > 0).sum())} of {len(gap)} users, worse for {int((gap < 0).sum())}."
    )


def section(reports: dict[str, dict[str, Any]], command: str) -> str:
    """Return the section's text."""
    rows = []
    for policy, by_regime in reports.items():
        for regime, report in by_regime.items():
            low, high = interval(100 * per_user(report))
            rows.append(
                [f"{policy}, {regime}"]
                + [
                    f"{100 * report[name]:.1f}"
                    for name in ("ksr", "ksr_exact", "recall_at_1", "recall_at_3")
                ]
                + [
                    f"{low:.1f} – {high:.1f}",
                    f"{report['learn_s']:.1f}",
                    f"{report['suggest_ms']['p50']:.2f}",
                ]
            )
    ranking = reports["ranking"]
    corpora = sorted(ranking["cold"]["corpora"])
    by_corpus = [
        [corpus] + [f"{100 * ranking[regime]['corpora'][corpus]['ksr']:.1f}" for regime in REGIMES]
        for corpus in corpora
    ]
    head = [
        "policy, regime",
        "KSR %",
        "exact case",
        "recall@1",
        "recall@3",
        "users' 95%",
        "learning s",
        "p50 ms",
    ]
    return "\n".join(
        [
            "## Keystrokes saved",
            "",
            f"`{command}`: {len(ranking['cold']['users'])} typists, k = 3, the metric of `hushkey eval`. Figures",
            "are means over corpora of each corpus' pooled figure; the interval bootstraps the users' mean KSR.",
            "",
            table(head, rows),
            "",
            "By corpus, KSR % of the bare ranking:",
            "",
            table(["corpus", *REGIMES], by_corpus),
            "",
            difference(ranking, "warm", "cold"),
            difference(ranking, "online", "warm"),
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, default=Path("../shared/peers/dev.jsonl.xz"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path, help="also write the reports there")
    parser.add_argument("--no-shown", action="store_true", help="leave out the app's strip")
    options = parser.parse_args()
    policies = ["ranking"] if options.no_shown else ["ranking", "shown"]
    reports = {policy: measure(options.users, policy, options.limit) for policy in policies}
    if options.json:
        options.json.write_text(json.dumps(reports), encoding="utf-8")
    command = "python bench/keystrokes.py --users ../shared/peers/dev.jsonl.xz"
    write_section(DOCUMENT, "keystrokes", section(reports, command))


if __name__ == "__main__":
    main()
