"""Public writers to learn from: a fixed sample of each corpus, each cut into a history and a test that follows it."""

import hashlib
import json
import lzma
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from bench.typing.comparison import last_words
from hushkey.keyboard.typists import Typist, read_typists

LEAST_TEST = 400  # words; a writer who has fewer behind the history is not measured


@dataclass(frozen=True, slots=True)
class Writer:
    """One writer: `name` is corpus/id; lines oldest first."""

    name: str
    lines: Sequence[str]
    words: int

    @property
    def corpus(self) -> str:
        """Return the part of the name before the slash."""
        return self.name.split("/", maxsplit=1)[0]


def read_writers(folder: Path, left_out: Path) -> list[Writer]:
    """Return all writers of a folder's corpora but those named in a file of typists, in an order by hash."""
    named = {typist.name for typist in read_typists(left_out)}
    found: list[Writer] = []
    for path in sorted(folder.glob("*.jsonl.xz")):
        corpus = path.name.split(".", maxsplit=1)[0]
        lines: defaultdict[str, list[str]] = defaultdict(list)
        with lzma.open(path, "rt", encoding="utf-8") as rows:
            for row in rows:
                held = json.loads(row)
                if text := held["text"].strip():
                    lines[f"{corpus}/{held['user']}"].append(text)
        found += [
            Writer(name, said, sum(len(line.split()) for line in said))
            for name, said in lines.items()
            if name not in named
        ]
    return sorted(found, key=lambda writer: hashlib.sha256(writer.name.encode()).digest())


def cut(writer: Writer, amount: int, most_test: int) -> Typist | None:
    """Cut the writer's end off as the test and take the `amount` words before it; None where they do not reach.

    The test is whole lines of about `most_test` words, or of fewer where the history would be cut short.
    """
    room = writer.words - amount
    words, first = 0, len(writer.lines)
    while first and words < most_test:
        more = len(writer.lines[first - 1].split())
        if words + more > room:
            break
        words, first = words + more, first - 1
    if words < LEAST_TEST:
        return None
    return Typist(writer.name, last_words(writer.lines[:first], amount), writer.lines[first:])


def sample(writers: Sequence[Writer], amount: int, each: int, most_test: int) -> list[Typist]:
    """Return the first `each` writers of every corpus with enough words, the corpora in turn."""
    taken: defaultdict[str, list[Typist]] = defaultdict(list)
    for writer in writers:
        if len(taken[writer.corpus]) < each and (typist := cut(writer, amount, most_test)):
            taken[writer.corpus].append(typist)
    return list(_in_turn([taken[corpus] for corpus in sorted(taken)]))


def _in_turn(groups: Sequence[Sequence[Typist]]) -> Iterator[Typist]:
    return (one for one in chain.from_iterable(zip_longest(*groups)) if one is not None)


def concatenated(writers: Sequence[Writer], words: int) -> list[str]:
    """Return the lines of as many writers as make up `words`, each corpus with an equal share; the last is cut."""
    corpora = sorted({writer.corpus for writer in writers})
    lines: list[str] = []
    for corpus in corpora:
        said = (line for writer in writers if writer.corpus == corpus for line in writer.lines)
        lines += _up_to(words // len(corpora), said)
    return lines


def _up_to(words: int, lines: Iterator[str]) -> list[str]:
    taken: list[str] = []
    for line in lines:
        if words <= 0:
            break
        taken.append(" ".join(line.split()[:words]))
        words -= len(line.split())
    return taken
