"""The naive twin of the n-gram memory: counts in dictionaries of dictionaries, nothing sorted, nothing merged."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hushkey.keyboard.grams import START

ORDERS = 3


class NaiveMemory:
    """What keyboard/memory.py must say, the slow way."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[tuple[int, ...], int]] = Counter()  # (context, word)

    @property
    def words(self) -> int:
        return sum(count for (context, _), count in self.counts.items() if not context)

    def add(self, sentence: Sequence[int | None]) -> None:
        self.counts.update(grams_of(sentence))

    def remove(self, sentence: Sequence[int | None]) -> None:
        grams = Counter(grams_of(sentence))
        if not grams <= self.counts:
            raise KeyError("a sentence that was never added cannot be removed")
        self.counts -= grams

    def forget(self, word: int) -> None:
        for context, other in list(self.counts):
            if word in (*context, other):
                del self.counts[context, other]

    def followers(self, context: Sequence[int]) -> dict[int, int]:
        return {word: n for (seen, word), n in self.counts.items() if seen == tuple(context)}


def grams_of(sentence: Sequence[int | None]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every n-gram of a sentence: a context may reach back to START, never across a gap."""
    history = [START, *sentence]
    for place in range(1, len(history)):
        for length in range(min(ORDERS, place + 1)):
            context = tuple(history[place - length : place])
            if history[place] is not None and None not in context:
                yield context, history[place]
