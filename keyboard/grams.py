"""The n-grams of one order in four flat arrays, sorted: found by bisection, kept and loaded as they lie. Pure.

A table is a value (compressed sparse rows): what is learned meanwhile is counted elsewhere (keyboard/memory.py) and
merged into a new table now and then, which costs a few passes over the old one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Counts = npt.NDArray[np.unsignedinteger[Any]]

START = (1 << 20) - 1  # stands before the first word of a sentence; every word's number is below it
_BITS = 20  # of a word's number inside a packed context


def pack(context: Sequence[int]) -> int:
    """Return a context of at most three word numbers as one integer below 2**60."""
    packed = 0
    for word in context:
        packed = packed << _BITS | word
    return packed


def unpack(packed: int, length: int) -> tuple[int, ...]:
    """Return the word numbers that pack joined."""
    return tuple(packed >> _BITS * place & START for place in reversed(range(length)))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Which words followed which contexts, how often. Row i is `starts[i] : starts[i + 1]` of words and counts."""

    contexts: Int64s  # (C,) packed, ascending
    starts: Int32s  # (C + 1,)
    words: Int32s  # (N,) ascending within a row
    counts: Counts  # (N,) above zero, in the narrowest type that holds them

    @classmethod
    def empty(cls) -> Self:
        """Return the table that nothing was counted in."""
        return cls(
            np.zeros(0, dtype=np.int64),
            np.zeros(1, dtype=np.int32),
            np.zeros(0, dtype=np.int32),
            np.zeros(0, dtype=np.uint8),
        )

    def row(self, context: int) -> tuple[Int32s, Counts] | None:
        """(words (F,), counts (F,)) after a packed context; None where it was never seen."""
        place = int(self.contexts.searchsorted(context))
        if place == len(self.contexts) or self.contexts[place] != context:
            return None
        begin, end = self.starts[place], self.starts[place + 1]
        return self.words[begin:end], self.counts[begin:end]

    def count(self, context: int, word: int) -> int:
        """Return how often a word followed a packed context."""
        held = self.row(context)
        if held is None:
            return 0
        words, counts = held
        place = int(words.searchsorted(word))
        return int(counts[place]) if place < len(words) and words[place] == word else 0

    def grams(self) -> Iterator[tuple[int, int, int]]:
        """(packed context, word, count) of every n-gram, ascending."""
        contexts = np.repeat(self.contexts, np.diff(self.starts))
        return zip(contexts.tolist(), self.words.tolist(), self.counts.tolist(), strict=True)

    def merged(self, contexts: Int64s, words: Int64s, changes: Int64s) -> "Table":
        """Return the table with `changes` (M,) added to the counts of n-grams, named in any order, also repeatedly.

        What is left with no count goes.
        """
        every = _with_contexts(self.contexts, contexts)
        rows = np.searchsorted(every, self.contexts)
        keys = _keys(np.repeat(rows, np.diff(self.starts)), self.words)
        counts = self.counts.astype(np.int64)
        changed, by = _summed(_keys(np.searchsorted(every, contexts), words), changes)
        at = np.searchsorted(keys, changed)
        known = np.zeros(len(at), dtype=bool)
        inside = at < len(keys)
        known[inside] = keys[at[inside]] == changed[inside]
        counts[at[known]] += by[known]
        keys = np.insert(keys, at[~known], changed[~known])
        counts = np.insert(counts, at[~known], by[~known])
        return _table(every, keys, counts)

    def without(self, word: int, order: int) -> "Table":
        """Return the table without the n-grams that a word is part of; contexts have `order` words."""
        rows = np.repeat(np.arange(len(self.contexts)), np.diff(self.starts))
        touched = np.zeros(len(self.contexts), dtype=bool)
        for place in range(order):
            touched |= (self.contexts >> _BITS * place & START) == word
        counts = self.counts.astype(np.int64)
        counts[touched[rows] | (self.words == word)] = 0
        return _table(self.contexts, _keys(rows, self.words), counts)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Table)
            and np.array_equal(self.contexts, other.contexts)
            and np.array_equal(self.starts, other.starts)
            and np.array_equal(self.words, other.words)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have none


def _with_contexts(held: Int64s, more: Int64s) -> Int64s:
    """Join ascending contexts with others, ascending, each once."""
    more = np.unique(more)
    at = np.searchsorted(held, more)
    known = np.zeros(len(more), dtype=bool)
    inside = at < len(held)
    known[inside] = held[at[inside]] == more[inside]
    return np.insert(held, at[~known], more[~known])


def _keys(rows: Int64s, words: npt.NDArray[Any]) -> Int64s:
    """One number a gram that sorts as (row, word) does."""
    return (rows.astype(np.int64) << _BITS) + words.astype(np.int64)


def _summed(keys: Int64s, changes: Int64s) -> tuple[Int64s, Int64s]:
    """(keys ascending and each once, the sum of each one's changes)."""
    if not len(keys):
        return keys, changes
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[firsts], np.add.reduceat(changes[order], firsts)


def _table(contexts: Int64s, keys: Int64s, counts: Int64s) -> Table:
    """Build a table from ascending keys over the rows of `contexts`, leaving out what has no count."""
    kept = counts > 0
    if not kept.all():
        keys, counts = keys[kept], counts[kept]
    sizes = np.bincount(keys >> _BITS, minlength=len(contexts))
    filled = sizes > 0
    starts = np.zeros(int(filled.sum()) + 1, dtype=np.int32)
    np.cumsum(sizes[filled], out=starts[1:])
    narrow = np.min_scalar_type(int(counts.max(initial=0)))
    return Table(contexts[filled], starts, (keys & START).astype(np.int32), counts.astype(narrow))
