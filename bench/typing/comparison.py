"""Compare systems on the same users: means, paired intervals, win rates. Pure; randomness is seeded.

A system's figure is the mean over corpora of each corpus' pooled figure, as `hushkey eval` has it. Two systems are
compared user by user, on the users that neither lost.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.typists import Typist
from hushkey.model.evaluation import Counts, mean_over

DRAWS = 4_000  # of the bootstrap

Floats = npt.NDArray[np.float64]


@dataclass
class Result:
    """What one system measured: counts by regime and user, and why users are missing."""

    label: str
    counts: dict[str, dict[str, Counts]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)  # user -> why, whatever the regime

    def add(self, regime: str, user: str, counts: Counts | None, why: str = "") -> None:
        """Take up one user in one regime; no counts where the system failed."""
        users = self.counts.setdefault(regime, {})
        if counts is None:
            self.lost[user] = why
        else:
            users[user] = counts

    def figures(self, regime: str, users: Iterable[str] | None = None) -> dict[str, float]:
        """Return the means over corpora, of all users that were measured or of some."""
        held = self.counts[regime]
        chosen = held if users is None else [user for user in users if user in held]
        corpora: defaultdict[str, Counts] = defaultdict(Counts)
        for user in chosen:
            corpora[corpus_of(user)] += held[user]
        return mean_over(list(corpora.values()))

    def by_corpus(self, regime: str) -> dict[str, Counts]:
        """Return pooled counts by corpus, in the order of their names."""
        corpora: defaultdict[str, Counts] = defaultdict(Counts)
        for user, counts in self.counts[regime].items():
            corpora[corpus_of(user)] += counts
        return dict(sorted(corpora.items()))


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus theirs, a user: mean in points of a hundred, its 95% interval, and who is better off."""

    mean: float
    low: float
    high: float
    users: int
    better: int
    worse: int

    @property
    def win_rate(self) -> float:
        """Return the share of users with the better figure; equal ones count half."""
        return (self.better + 0.5 * (self.users - self.better - self.worse)) / max(self.users, 1)


def corpus_of(user: str) -> str:
    """Return the part of a user's name before the slash."""
    return user.split("/", maxsplit=1)[0]


def difference(ours: Mapping[str, Counts], theirs: Mapping[str, Counts], figure: str) -> Difference:
    """Compare on the users that both have. Raises ValueError where there is none."""
    users = sorted(ours.keys() & theirs.keys())
    if not users:
        raise ValueError("the two have no user in common")
    gaps = 100 * np.array(
        [ours[user].figures()[figure] - theirs[user].figures()[figure] for user in users]
    )
    low, high = interval(gaps)
    better, worse = int((gaps > 0).sum()), int((gaps < 0).sum())
    return Difference(float(gaps.mean()), low, high, len(users), better, worse)


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95% bootstrap interval of a mean over users (Efron & Tibshirani 1993, percentile method)."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def best_of(results: Sequence[Result], regime: str, corpus: str, figure: str) -> tuple[str, float]:
    """(label, figure) of the system that is best on a corpus; a system that measured none of it is left out."""
    held = [
        (result.label, result.by_corpus(regime)[corpus].figures()[figure])
        for result in results
        if corpus in result.by_corpus(regime)
    ]
    return max(held, key=lambda one: one[1])


def last_words(lines: Sequence[str], most: int) -> list[str]:
    """Return the newest `most` words of a history, oldest line first; the oldest line may be cut."""
    kept: list[str] = []
    room = most
    for line in reversed(lines):
        words = line.split()
        if room <= 0:
            break
        kept.append(line if len(words) <= room else " ".join(words[-room:]))
        room -= len(words)
    return kept[::-1]


def first_of_each(typists: Iterable[Typist], most: int | None) -> list[Typist]:
    """Return the first `most` users of each corpus, in their order; all where there is no limit."""
    taken: Counter[str] = Counter()
    kept = []
    for typist in typists:
        taken[typist.corpus] += 1
        if most is None or taken[typist.corpus] <= most:
            kept.append(typist)
    return kept
