"""What followed a context: word numbers, counts and discounted shares. Pure values; they know no n-gram order."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer[Any]]

_DISCOUNT = 0.5  # taken off each count, so that one sighting does not claim a whole context (Kneser & Ney 1995)


class Followers:
    """Counts of the words after one context, their sum, how many differ."""

    __slots__ = ("_counts", "_numbers", "distinct", "total")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self._set(
            np.array(sorted(counts), dtype=np.int64),
            np.array([counts[word] for word in sorted(counts)], dtype=np.int64),
        )

    def _set(self, numbers: Integers, counts: Integers) -> None:
        self._numbers = numbers
        self._counts = counts
        self.total = int(counts.sum())
        self.distinct = len(numbers)

    @classmethod
    def of(cls, numbers: Integers, counts: Integers) -> Self:
        """Wrap ascending numbers (F,) and their counts (F,), which nobody may change afterwards."""
        made = cls.__new__(cls)
        made._set(numbers, counts)  # noqa: SLF001  its own class
        return made

    @classmethod
    def changed(
        cls, numbers: Integers, counts: Integers, changes: Mapping[int, int]
    ) -> Self | None:
        """Wrap ascending numbers (F,) and counts (F,) with changes added to some; None where no count is left."""
        words = np.fromiter(changes.keys(), dtype=np.int64, count=len(changes))
        by = np.fromiter(changes.values(), dtype=np.int64, count=len(changes))
        at = numbers.searchsorted(words)
        known = np.zeros(len(words), dtype=bool)
        inside = at < len(numbers)
        known[inside] = numbers[at[inside]] == words[inside]
        counts = counts.astype(np.int64)
        counts[at[known]] += by[known]
        if not known.all():
            numbers = np.concatenate([numbers, words[~known]])
            counts = np.concatenate([counts, by[~known]])
            order = numbers.argsort(kind="stable")
            numbers, counts = numbers[order], counts[order]
        kept = counts > 0
        if not kept.all():
            numbers, counts = numbers[kept], counts[kept]
        return cls.of(numbers, counts) if len(numbers) else None

    @property
    def counts(self) -> dict[int, int]:
        """Return the counts by word number."""
        return dict(zip(self._numbers.tolist(), self._counts.tolist(), strict=True))

    def chance(self, word: int) -> float:
        """Return the discounted share of a word; the shares of all followers sum to one."""
        place = int(self._numbers.searchsorted(word))
        if place == self.distinct or self._numbers[place] != word:
            return 0.0
        return (int(self._counts[place]) - _DISCOUNT) / self._mass()

    def chances(self) -> tuple[Numbers, Floats]:
        """(numbers (F,), shares (F,)) of all followers."""
        shares = self._counts.astype(np.float32)
        shares -= np.float32(_DISCOUNT)
        shares /= np.float32(self._mass())
        return self._numbers.astype(np.int64), shares

    def add_to(self, chances: Floats, weight: float) -> None:
        """Add `weight` times each follower's share to chances (W,) in place: what `chances` says, faster."""
        numbers, shares = self.chances()
        shares *= np.float32(weight)
        chances[numbers] += shares

    def _mass(self) -> float:
        return self.total - _DISCOUNT * self.distinct


class WordCounts:
    """How often each word was seen: one dense row, since every question about it is about all of it."""

    __slots__ = ("_counts", "_given", "distinct", "total")

    def __init__(self, counts: Integers | None = None) -> None:
        self._counts = (
            np.zeros(0, dtype=np.int32) if counts is None else np.array(counts, dtype=np.int32)
        )
        self._given: AllWords | None = None
        self.total = int(self._counts.sum(dtype=np.int64))
        self.distinct = int(np.count_nonzero(self._counts))

    def count(self, word: int) -> int:
        """Return how often a word was seen."""
        return int(self._counts[word]) if word < len(self._counts) else 0

    def add(self, word: int, by: int) -> None:
        """Count a word `by` times more, or less where that is negative. Counts below zero are the caller's fault."""
        self._make_own(word + 1)
        before = int(self._counts[word])
        self._counts[word] = before + by
        self.total += by
        self.distinct += int(before + by > 0) - int(before > 0)

    def add_all(self, words: Integers) -> None:
        """Count words (N,) once for each time they are named."""
        if not len(words):
            return
        self._make_own(int(words.max()) + 1)
        more = np.bincount(words)
        self._counts[: len(more)] += more.astype(np.int32)
        self.total += len(words)
        self.distinct = int(np.count_nonzero(self._counts))

    def followers(self) -> "AllWords | None":
        """Return the words as the followers of the empty context; None where there is none."""
        if self._given is None and self.total:
            self._given = AllWords(self._counts, self.total, self.distinct)
        return self._given

    def as_array(self) -> npt.NDArray[np.int32]:
        """Return the counts (W,) by word number, none behind the last word seen."""
        return np.trim_zeros(self._counts, "b")

    def _make_own(self, length: int) -> None:
        """Have room for `length` words, in a row that nobody who asked before can see changing."""
        if length > len(self._counts):
            room = max(length, len(self._counts) + len(self._counts) // 4)
            grown = np.zeros(room, dtype=np.int32)
            grown[: len(self._counts)] = self._counts
            self._counts = grown
        elif self._given is not None:
            self._counts = self._counts.copy()
        self._given = None


class AllWords(Followers):
    """The followers of the empty context, by a dense row: adding them to a prediction is one product and one sum."""

    __slots__ = ("_dense", "_weights")

    def __init__(self, dense: npt.NDArray[np.int32], total: int, distinct: int) -> None:
        self._dense = dense
        self._weights: Floats | None = None
        self.total = total
        self.distinct = distinct

    @property
    def counts(self) -> dict[int, int]:
        """Return the counts by word number."""
        numbers = np.flatnonzero(self._dense)
        return dict(zip(numbers.tolist(), self._dense[numbers].tolist(), strict=True))

    def chance(self, word: int) -> float:
        """Return the discounted share of a word."""
        count = int(self._dense[word]) if word < len(self._dense) else 0
        return (count - _DISCOUNT) / self._mass() if count else 0.0

    def chances(self) -> tuple[Numbers, Floats]:
        """(numbers (F,), shares (F,)) of all followers."""
        numbers = np.flatnonzero(self._dense)
        return numbers, self._discounted()[numbers] / np.float32(self._mass())

    def add_to(self, chances: Floats, weight: float) -> None:
        """Add `weight` times each word's share to chances (W,) in place."""
        discounted = self._discounted()[: len(chances)]
        chances[: len(discounted)] += discounted * np.float32(weight / self._mass())

    def _discounted(self) -> Floats:
        """Counts (W,) less the discount, zero for words never seen; made once, at the first question."""
        if self._weights is None:
            weights = self._dense.astype(np.float32)
            weights -= np.float32(_DISCOUNT)
            self._weights = np.maximum(weights, np.float32(0.0), out=weights)
        return self._weights
