"""Text that has exactly the n-gram counts of a database: what other keyboards keep in the place of lines. Pure.

Each counted trigram is an edge between the word pairs that it overlaps with, as often as it was counted; a walk that
uses every edge once is text with these counts (the Eulerian paths of a de Bruijn graph, by Hierholzer 1873). It need
not be the text that was typed: only its counts are known, and no more is claimed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

Pair = tuple[str, str]

_OUTSIDE: Final[Pair] = ("\n", "\n")  # where walks begin and end: no word has a line's end


@dataclass(frozen=True, slots=True)
class Trigram:
    """A word behind two others, as often as it was counted. '' stands for no word. It prints as nothing."""

    before: Pair = field(repr=False)
    word: str = field(repr=False)
    count: int
    at: float | None = None
    """Unix time of its last use, seconds."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Words in their order, and the newest time of any trigram in it."""

    words: tuple[str, ...] = field(repr=False)
    at: float | None


def walks(trigrams: Iterable[Trigram], key: Callable[[str], str] = lambda word: word) -> list[Walk]:
    """Return text of as few walks as can be, in a fixed order, that has each trigram as often as it was counted.

    `key` gives a word as it stands before another, where a database writes it differently there (in small letters,
    say). A walk that does not begin at a line's beginning starts with the two words before its first trigram. Linear in
    the sum of the counts.
    """
    leaving: dict[Pair, list[tuple[Pair, str]]] = defaultdict(list)
    balance: Counter[Pair] = Counter()
    newest: dict[tuple[Pair, str], float | None] = {}
    for one in sorted(trigrams, key=lambda one: (one.before, one.word)):
        start, end = one.before, (one.before[1], key(one.word))
        leaving[start] += [(end, one.word)] * one.count
        balance[start] += one.count
        balance[end] -= one.count
        newest[start, one.word] = one.at
    for pair in sorted(balance):
        if balance[pair] > 0:
            leaving[_OUTSIDE] += [(pair, "")] * balance[pair]
        elif balance[pair] < 0:
            leaving[pair] += [(_OUTSIDE, "")] * -balance[pair]
    found: list[Walk] = []
    for start in [_OUTSIDE, *sorted(leaving)]:  # what the walks from outside leave is circles
        found += (_walk(path, newest) for path in _paths(_circuit(leaving, start)))
    return found


def _circuit(leaving: Mapping[Pair, list[tuple[Pair, str]]], start: Pair) -> list[tuple[Pair, str]]:
    """Use up every edge that can be reached: (pair, the word that led there) in order, from start to start."""
    path: list[tuple[Pair, str]] = []
    stack: list[tuple[Pair, str]] = [(start, "")]
    while stack:
        edges = leaving.get(stack[-1][0])
        if edges:
            stack.append(edges.pop())
        else:
            path.append(stack.pop())
    return path[::-1] if len(path) > 1 else []


def _paths(circuit: list[tuple[Pair, str]]) -> Iterator[list[tuple[Pair, str]]]:
    path: list[tuple[Pair, str]] = []
    for pair, word in circuit:
        if pair == _OUTSIDE:
            if len(path) > 1:
                yield path
            path = []
        else:
            path.append((pair, word))
    if len(path) > 1:
        yield path


def _walk(path: list[tuple[Pair, str]], newest: Mapping[tuple[Pair, str], float | None]) -> Walk:
    first, _ = path[0]
    words = [word for word in first if word]
    times: list[float] = []
    for (before, _), (_, word) in pairwise(path):
        words.append(word)
        at = newest.get((before, word))
        if at is not None:
            times.append(at)
    return Walk(tuple(words), max(times, default=None))
