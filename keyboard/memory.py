"""The user's own n-grams: counts that can be added, taken back and forgotten exactly. Pure; it knows no text.

Words are numbers (keyboard/wordbook.py). For each of the orders 1..3 the words seen after each context of
0..2 words are counted. Most of it lies in sorted arrays that are kept on disk as they are; what was learned or taken
back since they were made stands in small dictionaries, which are merged into new arrays when they have grown.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.followers import Followers, WordCounts
from hushkey.keyboard.grams import START, Int64s, Table, pack, unpack

ORDERS = 3  # contexts of 0, 1 and 2 words; three brought nothing that could be measured
MERGE_AFTER = (
    4096  # n-grams of an order; about a megabyte of dictionaries, and a few milliseconds to merge
)
_MANY = 2000  # words; from here on counting them by sorting is faster than one by one
_GAP = -1

Array = npt.NDArray[Any]
Live = dict[int, dict[int, int]]  # packed context -> word -> change of its count, never zero


class Memory:
    """Counted n-grams of one user."""

    def __init__(self, *, merge_after: int = MERGE_AFTER) -> None:
        self._merge_after = merge_after
        self._words = WordCounts()  # order 1
        self._tables = [Table.empty() for _ in range(1, ORDERS)]
        self._live: list[Live] = [{} for _ in range(1, ORDERS)]
        self._waiting = [0] * (ORDERS - 1)  # changes since the last merge

    @property
    def words(self) -> int:
        """Return how many words are learned and not forgotten."""
        return self._words.total

    def add(self, sentence: Sequence[int | None]) -> None:
        """Count the words of one sentence; None is a gap, which no n-gram spans."""
        for order, context, word in _grams(sentence):
            self._change(order, context, word, 1)
        self._merge_one()

    def add_all(self, sentences: Sequence[Sequence[int | None]]) -> None:
        """Count many sentences, as `add` would one by one."""
        if sum(map(len, sentences)) < _MANY:
            for sentence in sentences:
                self.add(sentence)
            return
        self.settle()
        every = _flat(sentences)
        places = np.flatnonzero((every != START) & (every != _GAP))
        self._words.add_all(every[places])
        packed = np.zeros(len(places), dtype=np.int64)
        for order in range(1, ORDERS):
            places, packed = _reach_back(every, places, packed, order)
            table = self._tables[order - 1]
            self._tables[order - 1] = table.merged(
                packed, every[places], np.ones(len(places), dtype=np.int64)
            )

    def remove(self, sentence: Sequence[int | None]) -> None:
        """Take back what add counted: afterwards the memory is as if the sentence had never been added.

        Raises KeyError where it was not added; nothing is changed then.
        """
        grams = Counter(_grams(sentence))
        if any(self._count(*gram) < times for gram, times in grams.items()):
            raise KeyError("a sentence that was never added cannot be removed")
        for (order, context, word), times in grams.items():
            self._change(order, context, word, -times)
        self._merge_one()

    def forget(self, word: int) -> None:
        """Drop every n-gram that a word is part of, as if it had been a gap in the text."""
        self.settle()
        self._words.add(word, -self._words.count(word))
        self._tables = [
            table.without(word, order) for order, table in enumerate(self._tables, start=1)
        ]

    def followers(self, context: Sequence[int]) -> Followers | None:
        """Return what followed a context of at most two words; None where it was never seen."""
        if not context:
            return self._words.followers()
        packed = pack(context)
        held = self._tables[len(context) - 1].row(packed)
        changes = self._live[len(context) - 1].get(packed)
        if changes is None:
            return Followers.of(*held) if held is not None else None
        return Followers.changed(*held, changes) if held is not None else Followers(changes)

    def count(self, word: int) -> int:
        """Return how often a word was seen."""
        return self._words.count(word)

    def grams(self) -> Iterator[tuple[tuple[int, ...], int, int]]:
        """(context, word, count) of everything that is counted."""
        self.settle()
        for word, count in enumerate(self._words.as_array().tolist()):
            if count:
                yield (), word, count
        for order, table in enumerate(self._tables, start=1):
            for context, word, count in table.grams():
                yield unpack(context, order), word, count

    def settle(self) -> None:
        """Merge what was learned since into the arrays; nobody who asks sees a difference."""
        for order in range(1, ORDERS):
            self._merge(order)

    # For keeping --------------------------------------------------------------------------------

    def as_arrays(self) -> dict[str, Array]:
        """Return all that is counted as named arrays."""
        self.settle()
        arrays: dict[str, Array] = {"words": self._words.as_array()}
        for order, table in enumerate(self._tables, start=1):
            arrays |= {f"{name}-{order}": getattr(table, name) for name in Table.__slots__}
        return arrays

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take up what as_arrays returned, in place of everything counted so far."""
        self._words = WordCounts(arrays["words"])
        self._tables = [
            Table(*(arrays[f"{name}-{order}"] for name in Table.__slots__))
            for order in range(1, ORDERS)
        ]
        self._live = [{} for _ in range(1, ORDERS)]
        self._waiting = [0] * (ORDERS - 1)

    # Inside -------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Memory):
            return False
        self.settle()
        other.settle()
        mine, theirs = self._words.as_array(), other._words.as_array()
        return np.array_equal(mine, theirs) and self._tables == other._tables

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _count(self, order: int, context: int, word: int) -> int:
        if not order:
            return self._words.count(word)
        change = self._live[order - 1].get(context, {}).get(word, 0)
        return self._tables[order - 1].count(context, word) + change

    def _change(self, order: int, context: int, word: int, by: int) -> None:
        if not order:
            self._words.add(word, by)
            return
        live = self._live[order - 1]
        changes = live.setdefault(context, {})
        changes[word] = changes.get(word, 0) + by
        if not changes[word]:
            del changes[word]
            if not changes:
                del live[context]
        self._waiting[order - 1] += 1

    def _merge_one(self) -> None:
        """Merge the order that waits for most, if that is many: never more than one for a sentence."""
        order = max(range(1, ORDERS), key=lambda order: self._waiting[order - 1])
        if self._waiting[order - 1] > self._merge_after:
            self._merge(order)

    def _merge(self, order: int) -> None:
        live = self._live[order - 1]
        if live:
            sizes = [len(changes) for changes in live.values()]
            contexts = np.repeat(np.fromiter(live, dtype=np.int64, count=len(live)), sizes)
            words = np.fromiter(chain.from_iterable(live.values()), dtype=np.int64)
            by = np.fromiter(
                chain.from_iterable(changes.values() for changes in live.values()), dtype=np.int64
            )
            self._tables[order - 1] = self._tables[order - 1].merged(contexts, words, by)
            self._live[order - 1] = {}
        self._waiting[order - 1] = 0


def _grams(sentence: Sequence[int | None]) -> Iterator[tuple[int, int, int]]:
    """(order, packed context, word) of every n-gram; the start of the sentence is part of contexts."""
    known: list[int] = [START]  # the words since the last gap
    for word in sentence:
        if word is None:
            known.clear()
            continue
        for order in range(min(ORDERS, len(known) + 1)):
            yield order, pack(known[len(known) - order :]), word
        known.append(word)


def _flat(sentences: Sequence[Sequence[int | None]]) -> Int64s:
    """All words (N,) in one row, START before each sentence, _GAP where a gap is."""
    row = chain.from_iterable(chain((START,), sentence) for sentence in sentences)
    return np.fromiter((_GAP if word is None else word for word in row), dtype=np.int64)


def _reach_back(every: Int64s, places: Int64s, packed: Int64s, order: int) -> tuple[Int64s, Int64s]:
    """(places, packed contexts) of the words before which one more word of context stands, `order` in all."""
    further = every[places - order]
    reaches = further != _GAP
    if order > 1:  # behind START lies another sentence
        reaches &= every[places - order + 1] != START
    places, packed, further = places[reaches], packed[reaches], further[reaches]
    return places, packed | further << 20 * (order - 1)


__all__ = ["MERGE_AFTER", "ORDERS", "START", "Followers", "Memory", "pack", "unpack"]
