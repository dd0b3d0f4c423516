"""The user's own n-grams: counts that can be added, taken back and forgotten exactly. Pure; it knows no text.

Words are numbers (keyboard/wordbook.py). For each of the orders 1..4 the words seen after each context of
0..3 words are counted. A context seen with one word once, the usual case, is kept as that word's bare number.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

ORDERS = 4  # contexts of 0, 1, 2 and 3 words
START = (1 << 20) - 1  # stands before the first word of a sentence
_BITS = 20  # of a word's number inside a packed context
_DISCOUNT = 0.5  # taken off each count, so that one sighting does not claim a whole context (Kneser & Ney 1995)


class Followers:
    """What followed one context: counts by word number, their sum, how many differ."""

    __slots__ = ("_arrays", "counts", "total")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self.counts = counts
        self.total = sum(counts.values())
        self._arrays: tuple[Numbers, Floats] | None = None

    @property
    def distinct(self) -> int:
        """Return how many different words followed."""
        return len(self.counts)

    def chance(self, word: int) -> float:
        """Return the discounted share of a word; the shares of all followers sum to one."""
        count = self.counts.get(word)
        return 0.0 if count is None else (count - _DISCOUNT) / self._mass()

    def chances(self) -> tuple[Numbers, Floats]:
        """(numbers (F,), shares (F,)) of all followers."""
        if self._arrays is None:
            size = len(self.counts)
            numbers = np.fromiter(self.counts.keys(), dtype=np.int64, count=size)
            shares = np.fromiter(self.counts.values(), dtype=np.float32, count=size)
            self._arrays = numbers, (shares - np.float32(_DISCOUNT)) / np.float32(self._mass())
        return self._arrays

    def _mass(self) -> float:
        return self.total - _DISCOUNT * len(self.counts)


class Memory:
    """Counted n-grams of one user."""

    def __init__(self) -> None:
        self._tables: list[dict[int, int | dict[int, int]]] = [{} for _ in range(ORDERS)]
        self._unigrams: Followers | None = None
        self.words = 0  # learned and not forgotten

    def add(self, sentence: Sequence[int | None]) -> None:
        """Count the words of one sentence; None is a gap, which no n-gram spans."""
        self._unigrams = None
        for order, context, word in self._grams(sentence):
            table = self._tables[order]
            held = table.get(context)
            if held is None:
                table[context] = word
            elif isinstance(held, dict):
                held[word] = held.get(word, 0) + 1
            elif held == word:
                table[context] = {word: 2}
            else:
                table[context] = {held: 1, word: 1}
        self.words += sum(word is not None for word in sentence)

    def remove(self, sentence: Sequence[int | None]) -> None:
        """Take back what add counted: afterwards the memory is as if the sentence had never been added.

        Raises KeyError where it was not added; nothing is changed then.
        """
        grams = Counter(self._grams(sentence))
        if any(self._count(*gram) < times for gram, times in grams.items()):
            raise KeyError("a sentence that was never added cannot be removed")
        self._unigrams = None
        for order, context, word in grams.elements():
            self._decrement(order, context, word)
        self.words -= sum(word is not None for word in sentence)

    def forget(self, word: int) -> None:
        """Drop every n-gram that a word is part of, as if it had been a gap in the text."""
        unigrams = self.followers(())
        self._unigrams = None
        self.words -= unigrams.counts.get(word, 0) if unigrams else 0
        for order, table in enumerate(self._tables):
            for context in list(table):
                if order and word in unpack(context, order):
                    del table[context]
                    continue
                held = table[context]
                if isinstance(held, dict):
                    if held.pop(word, None) is not None:
                        self._shrink(table, context, held)
                elif held == word:
                    del table[context]

    def followers(self, context: Sequence[int]) -> Followers | None:
        """Return what followed a context of at most three words; None where it was never seen."""
        held = self._tables[len(context)].get(pack(context))
        if held is None:
            return None
        if context:
            return Followers(held if isinstance(held, dict) else {held: 1})
        if self._unigrams is None:  # asked at every word, changed at every line
            self._unigrams = Followers(dict(held) if isinstance(held, dict) else {held: 1})
        return self._unigrams

    def count(self, word: int) -> int:
        """Return how often a word was seen."""
        return self._count(0, 0, word)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Memory)
            and self._tables == other._tables
            and self.words == other.words
        )

    __hash__ = None  # type: ignore[assignment]  # it changes

    @staticmethod
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

    def _count(self, order: int, context: int, word: int) -> int:
        held = self._tables[order].get(context)
        if isinstance(held, dict):
            return held.get(word, 0)
        return int(held == word)

    def _decrement(self, order: int, context: int, word: int) -> None:
        table = self._tables[order]
        held = table[context]
        if not isinstance(held, dict):
            del table[context]
            return
        held[word] -= 1
        if held[word] == 0:
            del held[word]
        self._shrink(table, context, held)

    @staticmethod
    def _shrink(table: dict[int, int | dict[int, int]], context: int, held: dict[int, int]) -> None:
        """Keep the one form each content has, so that equal memories compare equal."""
        if not held:
            del table[context]
        elif len(held) == 1:
            word, count = next(iter(held.items()))
            if count == 1:
                table[context] = word


def pack(context: Sequence[int]) -> int:
    """Return a context of word numbers as one integer."""
    packed = 0
    for word in context:
        packed = packed << _BITS | word
    return packed


def unpack(packed: int, length: int) -> tuple[int, ...]:
    """Return the word numbers that pack joined."""
    return tuple(packed >> _BITS * place & START for place in reversed(range(length)))
