"""The benchmark's tables as Markdown. Pure: results in, text out."""

from collections.abc import Mapping, Sequence

from bench.document import table
from bench.typing.clock import Timing
from bench.typing.comparison import Difference, Result, best_of, difference

REGIMES = ("cold", "warm", "online")
_FIGURES = ("ksr", "ksr_exact", "recall_at_1", "recall_at_3")


def by_system(results: Sequence[Result]) -> str:
    """One row a system and regime."""
    rows = []
    for regime in REGIMES:
        for result in results:
            if not result.counts.get(regime):
                continue
            figures = result.figures(regime)
            values = [f"{100 * figures[name]:.1f}" for name in _FIGURES]
            rows.append([f"{regime}: {result.label}", *values, str(len(result.counts[regime]))])
    head = ["regime: system", "KSR %", "exact case", "recall@1", "recall@3", "users"]
    return table(head, rows)


def by_corpus(ours: Result, others: Sequence[Result], regime: str) -> str:
    """One row a corpus: ours beside whichever of the others is best there, for KSR and recall@3."""
    rows = []
    for corpus, counts in ours.by_corpus(regime).items():
        row = [corpus]
        for figure in ("ksr", "recall_at_3"):
            own = counts.figures()[figure]
            label, best = best_of(others, regime, corpus, figure)
            row += [f"{100 * own:.1f}", f"{100 * best:.1f} ({label})", f"{100 * (own - best):+.1f}"]
        rows.append(row)
    head = ["corpus", "KSR %", "best other", "gap", "recall@3", "best other", "gap"]
    return table(head, rows)


def against(ours: Result, others: Sequence[Result], regimes: Sequence[str]) -> str:
    """One row a system and regime: paired differences and the share of users who are better off with ours."""
    rows = []
    for regime in regimes:
        for other in others:
            if not other.counts.get(regime):
                continue
            pair = ours.counts[regime], other.counts[regime]
            keys, recall = difference(*pair, "ksr"), difference(*pair, "recall_at_3")
            rows.append(
                [
                    f"{regime}: {other.label}",
                    points(keys),
                    points(recall),
                    f"{100 * keys.win_rate:.0f}%",
                    str(keys.users),
                ]
            )
    head = ["regime: against", "KSR, points", "recall@3, points", "users better off", "users"]
    return table(head, rows)


def what_learning_brings(results: Sequence[Result]) -> str:
    """One row a corpus: warm less cold KSR of each system that has both."""
    held = [result for result in results if result.counts.get("warm")]
    corpora = sorted({corpus for result in held for corpus in result.by_corpus("warm")})
    rows = []
    for corpus in corpora:
        row = [corpus]
        for result in held:
            cold, warm = result.by_corpus("cold"), result.by_corpus("warm")
            both = corpus in cold and corpus in warm
            gap = (warm[corpus].figures()["ksr"] - cold[corpus].figures()["ksr"]) if both else 0.0
            row.append(f"{100 * gap:+.1f}" if both else "–")
        rows.append(row)
    return table(["warm less cold, KSR points", *[result.label for result in held]], rows)


def curve(points_by_label: Mapping[str, Mapping[int, float]]) -> str:
    """One row a system: KSR after so many words of history."""
    amounts = sorted({words for points in points_by_label.values() for words in points})
    rows = [
        [label, *[f"{100 * points[words]:.1f}" if words in points else "–" for words in amounts]]
        for label, points in points_by_label.items()
    ]
    return table(["words of history", *[f"{words:,}" for words in amounts]], rows)


def timings(held: Sequence[Timing]) -> str:
    """One row a system."""
    rows = [
        [
            timing.label,
            f"{timing.p50_ms:.2f}",
            f"{timing.p99_ms:.1f}",
            f"{timing.rss_mb:.0f}" if timing.rss_mb is not None else "–",
            f"{timing.keys:,}",
            str(timing.users),
        ]
        for timing in held
    ]
    return table(["", "a key, p50 ms", "p99 ms", "memory MB", "keys", "users"], rows)


def ablations(rows: Sequence[tuple[str, Mapping[str, Difference]]]) -> str:
    """One row a part that was left out: what that costs, in points of KSR and recall@3."""
    return table(
        ["left out", "KSR, points", "recall@3, points", "users worse off without"],
        [
            [
                name,
                points(by_figure["ksr"]),
                points(by_figure["recall_at_3"]),
                f"{by_figure['ksr'].worse} of {by_figure['ksr'].users}",
            ]
            for name, by_figure in rows
        ],
    )


def points(gap: Difference) -> str:
    """Return a difference with its interval."""
    return f"{gap.mean:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"


def lost(results: Sequence[Result]) -> list[str]:
    """Return a sentence for each system that lost users."""
    told = []
    for result in results:
        if result.lost:
            reasons = ", ".join(sorted(set(result.lost.values())))
            told.append(
                f"- {result.label} lost {len(result.lost)} users ({reasons}); its figures are of those it "
                "survived, and it is compared on them alone."
            )
    return told
