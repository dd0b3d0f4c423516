"""What the table over users says. Pure: answers in, Markdown out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.document import table
from bench.learning.means import Mean, mean_of
from hushkey.model.evaluation import Counts

LOSS = 0.5  # points of keystroke savings; who loses more is named
MOST_LOSE = 0.02  # of users
EQUAL = 0.005  # points, either way


@dataclass(frozen=True, slots=True)
class Row:
    """One user at one amount of history; gains in points of a hundred, of the adapter beside the same n-grams."""

    user: str
    amount: int
    kept: bool  # by the guard
    ksr: float  # gain without the guard
    recall: float
    base_ksr: float  # keystrokes saved without the adapter, percent
    words: int  # typed

    @property
    def corpus(self) -> str:
        """Return the part of the name before the slash."""
        return self.user.split("/", maxsplit=1)[0]

    @property
    def guarded(self) -> float:
        """Keystrokes that the adapter saves as its owner meets it: none where it was refused."""
        return self.ksr if self.kept else 0.0

    @property
    def guarded_recall(self) -> float:
        """Return what recall@3 gains as its owner meets it."""
        return self.recall if self.kept else 0.0


def rows_of(answers: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return a row for each answer."""
    rows = []
    for answer in answers:
        without, with_ = (Counts(**answer[name]).figures() for name in ("without", "with"))
        ksr, recall = (100 * (with_[name] - without[name]) for name in ("ksr", "recall_at_3"))
        base_ksr, words = 100 * without["ksr"], int(without["words"])
        user, amount, kept = answer["user"], answer["amount"], answer["kept"]
        rows.append(Row(user, amount, kept, ksr, recall, base_ksr, words))
    return rows


Figure = Callable[[Row], float]


def by_amount(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Return the rows of each amount, the least first."""
    return {
        amount: [row for row in rows if row.amount == amount]
        for amount in sorted({row.amount for row in rows})
    }


def by_corpus(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each corpus, in the order of their names."""
    return {
        corpus: [row for row in rows if row.corpus == corpus]
        for corpus in sorted({row.corpus for row in rows})
    }


def gain_by_amount(rows: Sequence[Row], figure: Figure) -> dict[int, Mean]:
    """Return the mean gain and its interval by amount."""
    return {amount: mean_of([figure(row) for row in of]) for amount, of in by_amount(rows).items()}


def section(rows: Sequence[Row], asked: int, command: str) -> str:
    """Write the section: the command that made it, means, shares, corpora, and who loses."""
    if not rows:
        return "## Gain by amount of history\n\nNobody was measured yet."
    groups: dict[str, Sequence[Row]] = {f"{a:,}": of for a, of in by_amount(rows).items()}
    groups["**all**"] = rows
    whole = mean_of([row.guarded for row in rows])
    lost = [row for row in rows if row.guarded < -LOSS]
    lose = len(lost) / len(rows)
    anywhere, users = _share_who_lose(rows)
    above = "above zero" if whole.low > 0 else "not above zero beyond noise"
    return "\n".join(
        [
            "## Gain by amount of history",
            "",
            f"`{command}`: public writers who are in no other table, a fixed sample of each corpus",
            "and amount. Each learns the newest so many words before a test that neither training nor guard",
            "ever saw, and types the test with the same n-gram memory without the adapter and with it",
            "(an ideal typist, the bare ranking, learning on the way). Gains are points of keystroke savings (KSR).",
            f"Users and amounts measured: {len(rows)} of {asked};",
            f"{sum(row.words for row in rows):,} words typed.",
            "",
            "What their owners meet: an adapter that the guard refused is none, and its gain is zero.",
            "",
            _figures(groups, lambda row: row.guarded, lambda row: row.guarded_recall),
            "",
            "The same adapters without the guard:",
            "",
            _figures(groups, lambda row: row.ksr, lambda row: row.recall),
            "",
            "![Keystrokes saved by the adapter, by words of history](learning-users.svg)",
            "",
            "Mean gain with the guard by corpus and words of history, points of KSR (users):",
            "",
            _corpora(rows),
            "",
            "All amounts together, by corpus, with the guard:",
            "",
            _figures(
                by_corpus(rows), lambda row: row.guarded, lambda row: row.guarded_recall, "corpus"
            ),
            "",
            f"- mean gain on top of the n-gram memory {whole.told()} points: **{above}**",
            f"- lose more than {LOSS} points with the guard: {len(lost)} of {len(rows)} measured",
            f"  ({100 * lose:.1f}%), where at most {100 * MOST_LOSE:.0f}% should: **{_held(lose)}**; of {users}",
            f"  users, each of whom stands at up to five amounts, at one or another: {100 * anywhere:.1f}%",
            f"- without the guard: {sum(row.ksr < -LOSS for row in rows)} of {len(rows)}",
            "",
            _losers(lost, "loses with the guard", lambda row: row.guarded),
            "",
            _losers(
                [row for row in rows if row.ksr < -LOSS and not row.kept],
                "would lose without the guard",
                lambda row: row.ksr,
            ),
        ]
    )


def _held(lose: float) -> str:
    over = 100 * (lose - MOST_LOSE)
    return "reached" if over <= 0 else f"short by {over:.1f} points of a hundred"


def _share_who_lose(rows: Sequence[Row]) -> tuple[float, int]:
    """(share of users who lose more than LOSS at one amount or another, users)."""
    users = {row.user for row in rows}
    lose = {row.user for row in rows if row.guarded < -LOSS}
    return len(lose) / len(users), len(users)


def _figures(
    groups: Mapping[str, Sequence[Row]],
    ksr: Figure,
    recall: Figure,
    first: str = "words of history",
) -> str:
    head = [
        first,
        "users",
        "KSR without, %",
        "gain, points",
        "recall@3, points",
        "kept",
    ]
    head += ["gain", "equal", "lose", f"lose > {LOSS}"]
    lines = []
    for name, rows in groups.items():
        gains = [ksr(row) for row in rows]
        shares = (
            sum(row.kept for row in rows),
            sum(gain > EQUAL for gain in gains),
            sum(abs(gain) <= EQUAL for gain in gains),
            sum(gain < -EQUAL for gain in gains),
            sum(gain < -LOSS for gain in gains),
        )
        without = sum(row.base_ksr for row in rows) / len(rows)
        said = [name, str(len(rows)), f"{without:.1f}", mean_of(gains).told()]
        said.append(mean_of([recall(row) for row in rows]).told())
        lines.append([*said, *(f"{100 * count / len(rows):.0f}%" for count in shares)])
    return table(head, lines)


def _corpora(rows: Sequence[Row]) -> str:
    amounts = by_amount(rows)
    lines = []
    for corpus in by_corpus(rows):
        of = {
            a: [row.guarded for row in held if row.corpus == corpus] for a, held in amounts.items()
        }
        cells = [
            f"{mean_of(gains).mean:+.2f} ({len(gains)})" if gains else "–" for gains in of.values()
        ]
        lines.append([corpus, *cells])
    return table(["", *(f"{amount:,}" for amount in amounts)], lines)


def _losers(lost: Sequence[Row], does: str, figure: Figure) -> str:
    if not lost:
        return f"Nobody {does} more than {LOSS} points."
    rows = [
        [row.user, f"{row.amount:,}", f"{figure(row):+.2f}", str(row.words)]
        for row in sorted(lost, key=figure)
    ]
    head = ["user", "words of history", "points", "words typed"]
    return f"Who {does} more than {LOSS} points:\n\n" + table(head, rows)
