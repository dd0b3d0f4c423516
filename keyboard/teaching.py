"""What one finished line changes: gates first, by how well each expert saw its words coming; then the counts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.experts import Experts
from hushkey.keyboard.mixer import GateName, certainty, learn_word, memory_gate, recency_gate
from hushkey.keyboard.prediction import followers_of
from hushkey.keyboard.reader import Read, Reader
from hushkey.model.text import GAP, fold, sentences_of

Array = npt.NDArray[Any]

_OPENINGS = (2.0, 1.0)  # sentences opened with and without a capital, before any was seen


class Teacher:
    """Teaches one user's memory, recency, mixer and wordbook, line by line."""

    def __init__(self, reader: Reader, experts: Experts) -> None:
        self._reader = reader
        self._experts = experts
        self._openings = list(_OPENINGS)

    @property
    def opens_with_capital(self) -> bool:
        """Whether this person usually begins a sentence with a capital."""
        return self._openings[0] > self._openings[1]

    def teach(self, lines: Sequence[str]) -> None:
        """Learn lines in order. Each word is judged before it is counted, as it would have been when typed."""
        for line, reads in zip(lines, self._reader.follow(lines), strict=True):
            coming = iter(reads)
            for sentence in sentences_of(line):
                numbers = self._numbers(sentence)
                for place, (word, number) in enumerate(zip(sentence, numbers, strict=True)):
                    read = next(coming) if word != GAP else None
                    if number is not None and read is not None:
                        self._judge(numbers[:place], number, read)
                        self._experts.recency.add(number)
                self._experts.memory.add(numbers)
                self._count_forms(sentence, numbers)

    def recount(self, lines: Sequence[str]) -> None:
        """Count lines without judging them: all of learning but the gates, and no network."""
        counted: list[list[int | None]] = []
        for line in lines:
            for sentence in sentences_of(line):
                numbers = self._numbers(sentence)
                for number in numbers:
                    if number is not None:
                        self._experts.recency.add(number)
                self._count_forms(sentence, numbers)
                counted.append(numbers)
        self._experts.memory.add_all(counted)

    def as_arrays(self) -> dict[str, Array]:
        """Return all that lines taught but the gates, as named arrays: for keeping."""
        experts = self._experts
        kept = {
            "memory": experts.memory.as_arrays(),
            "book": experts.book.as_arrays(),
            "recency": experts.recency.as_arrays(),
            "habits": {"openings": np.array(self._openings)},
        }
        return {
            f"{of}.{name}": held for of, arrays in kept.items() for name, held in arrays.items()
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take up what as_arrays returned, over the same lexicon, in place of all that was counted."""
        kept: dict[str, dict[str, Array]] = {}
        for name, held in arrays.items():
            of, _, own = name.partition(".")
            kept.setdefault(of, {})[own] = held
        self._experts.memory.restore(kept["memory"])
        self._experts.book.restore(kept["book"])
        self._experts.recency.restore(kept["recency"])
        self._openings = kept["habits"]["openings"].tolist()

    def _numbers(self, sentence: Sequence[str]) -> list[int | None]:
        """Number the words; None stands for a gap, and for a new word where no number is left."""
        book = self._experts.book
        return [None if word == GAP else book.number(fold(word)) for word in sentence]

    def _judge(self, before: Sequence[int | None], number: int, read: Read) -> None:
        learn_word(self._experts.mixer, read.chance, judgement(self._experts, before, number, read))

    def _count_forms(self, sentence: Sequence[str], numbers: Sequence[int | None]) -> None:
        if numbers[0] is not None:
            self._openings[0 if sentence[0][0].isupper() else 1] += 1.0
        for place, (word, number) in enumerate(zip(sentence, numbers, strict=True)):
            if number is not None and (place or not _may_be_sentence_capital(word)):
                self._experts.book.count_form(number, word, 1)


def judgement(
    experts: Experts, before: Sequence[int | None], number: int, read: Read
) -> list[tuple[GateName, float]]:
    """Return the chain's gates after the words `before`, each with its expert's chance of the word that came."""
    sure = certainty(read.highest)
    followed = followers_of(experts, before)
    steps = [
        (memory_gate(order, followers, sure), followers.chance(number))
        for order, followers in enumerate(followed)
        if followers is not None
    ]
    if experts.has_recency:
        steps.append((recency_gate(followed, sure), experts.recency.chance(number)))
    return steps


def _may_be_sentence_capital(word: str) -> bool:
    """Whether a word's capital may come from its place at the head of a sentence alone."""
    return word[0].isupper() and (len(word) == 1 or word[1:].islower())
