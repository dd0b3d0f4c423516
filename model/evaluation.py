"""The measure: an ideal typist with k suggestions, over anything that suggests. Pure but for a stopwatch.

Before each word and after each letter of it the typist looks at the suggestions; if the intended word is
among them it is taken with ONE key, which also enters the blank behind it; else the next letter is typed.
Words are white-space separated; punctuation around them is typed in both counts. This definition is what
peers were measured with: it must not change (Trnka & McCoy 2008 for keystroke savings).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any

import numpy as np

from hushkey.model.text import split_token

K = 3  # suggestions

Suggest = Callable[[str], Sequence[str]]  # text before the cursor -> at most K words, best first


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over words; add them to pool lines, users or corpora."""

    words: int = 0
    hits_at_1: int = 0  # next word, before its first letter, case ignored
    hits_at_3: int = 0
    characters: int = 0  # the blank after each word included
    keys: int = 0  # pressed by a typist who takes a word whatever its case
    keys_exact: int = 0  # pressed by one who minds the case

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def figures(self) -> dict[str, float | int]:
        """Return the quality figures by name."""
        characters, words = max(self.characters, 1), max(self.words, 1)
        return {
            "ksr": 1 - self.keys / characters,
            "ksr_exact": 1 - self.keys_exact / characters,
            "recall_at_1": self.hits_at_1 / words,
            "recall_at_3": self.hits_at_3 / words,
            "words": self.words,
            "characters": self.characters,
        }


def type_line(line: str, suggest: Suggest, latencies_s: list[float]) -> Counts:
    """Type one line as the ideal typist would; appends the time of each question to `latencies_s`."""
    total = Counts()
    position = 0
    for token in line.split():
        start = line.index(token, position)
        position = start + len(token)
        lead, core, trail = split_token(token)
        if core:
            around = len(lead) + len(trail)
            total += _type_word(line[:start] + lead, core, around, suggest, latencies_s)
        else:
            keys = len(token) + 1
            total += Counts(characters=keys, keys=keys, keys_exact=keys)
    return total


def _type_word(
    context: str, core: str, around: int, suggest: Suggest, latencies_s: list[float]
) -> Counts:
    """Type one word after `context`; `around` is the punctuation before and behind it."""
    folded = core.lower()
    found: int | None = None  # letters typed when the word was first offered, whatever its case
    found_exact: int | None = None
    first: list[str] = []
    for typed in range(len(core)):
        began = perf_counter()
        offered = suggest(context + core[:typed])[:K]
        latencies_s.append(perf_counter() - began)
        lowered = [word.lower() for word in offered]
        if typed == 0:
            first = lowered
        if found is None and folded in lowered:
            found = typed
        if core in offered:
            found_exact = typed
            break
    full = around + len(core) + 1
    return Counts(
        words=1,
        hits_at_1=int(first[:1] == [folded]),
        hits_at_3=int(folded in first),
        characters=full,
        keys=full if found is None else around + found + 1,
        keys_exact=full if found_exact is None else around + found_exact + 1,
    )


def type_lines(
    lines: Iterable[str],
    suggest: Suggest,
    latencies_s: list[float],
    after: Callable[[str], None] | None = None,
) -> Counts:
    """Type lines in order; `after` is called with each line once it was typed."""
    total = Counts()
    for line in lines:
        total += type_line(line, suggest, latencies_s)
        if after is not None:
            after(line)
    return total


def latency_figures(latencies_s: Sequence[float]) -> dict[str, float]:
    """Return the median and tails of the time of one question, in milliseconds."""
    milliseconds = 1e3 * np.array(latencies_s or [0.0])
    return {
        name: float(np.quantile(milliseconds, q))
        for name, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


def mean_over(groups: Sequence[Counts]) -> dict[str, Any]:
    """Return the mean of each group's figures; words and characters are summed."""
    each = [group.figures() for group in groups]
    mean: dict[str, Any] = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    for name in ("words", "characters"):
        mean[name] = sum(one[name] for one in each)
    return mean
