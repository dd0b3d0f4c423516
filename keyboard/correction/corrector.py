"""What a token was meant to be, and whether that is sure enough to say so. It changes nothing and learns nothing.

Bayes over three stories of a token: it stands as it is (a word, the beginning of one, or a word that nobody
knows yet); it is another word, mistyped; it is two words with the blank left out. The channel is that of
Kernighan, Church & Gale (1990); the prior is the mixture of keyboard/prediction.py in the place of counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.correction.channel import APOSTROPHE
from hushkey.keyboard.correction.index import Index
from hushkey.keyboard.correction.layout import VOWELS
from hushkey.keyboard.correction.misspelling import Known, Story, as_misspelling
from hushkey.keyboard.correction.run_on import two_words
from hushkey.keyboard.correction.search import search
from hushkey.keyboard.correction.tokens import LONGEST
from hushkey.keyboard.correction.unknown import Spelling
from hushkey.keyboard.prediction import Prediction
from hushkey.keyboard.wordbook import Wordbook

ON_PURPOSE = 2  # uses after which a word is the user's own
_COMMON = 2e-4  # share of the lexicon's text from which on a word is never taken for another
_UNKNOWN = 0.012  # of words are in no lexicon
_UNKNOWN_SO = 1.0  # weight of the same with a capital inside a sentence (a name) or no vowel (an abbreviation)
_CONSIDERED = 8  # words
_DEAREST = (12.8, 15.5)  # nats; one slip of any kind; two of the usual kinds, in long words
_LONG = 6  # letters
_RAREST = 1e-11  # P(word) · P(typed | word) that is looked at
_SURE = 0.9  # chance of a slip from which on one is offered
_WORTH = 0.05  # chance of a word below which it is not listed


@dataclass(frozen=True, slots=True)
class Typed:
    """A folded token and how it stands in its place."""

    text: str
    is_name: bool  # a capital inside a sentence
    finished: bool  # nothing more will be typed of it


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of a token: the words' numbers, two where a blank was left out, and its chance."""

    numbers: tuple[int, ...]
    chance: float


class Corrector:
    """Reads tokens against one wordbook. The index is made when the first doubtful token comes: some 20 ms."""

    def __init__(self, book: Wordbook) -> None:
        self._book = book
        self._index = Index()
        self._spelling: Spelling | None = None
        self._total = float(book.lexicon.counts.sum())

    def readings(
        self,
        typed: Typed,
        prediction: Prediction,
        after: Callable[[int], Prediction],
        uses: Callable[[int], int],
    ) -> list[Meant]:
        """Return what a token may be meant to be, likeliest first; nothing where it may well stand as it is.

        `after` gives the prediction one word further, `uses` how often the user wrote a word.
        """
        number = self._book.find(typed.text)
        if number is None and self._is_form_of_a_word(typed.text, uses):
            return []
        if number is not None and (typed.is_name or self._on_purpose(number, uses)):
            return []
        spelling = self._take_up()
        goes_on, own = self._as_it_stands(typed, number, prediction, spelling)
        known = None
        if number is not None and number < self._book.known:
            known = Known(number, own, self._book.lexicon)
        least = goes_on + (known.least if known else own)
        floor = max(least * (1 - _SURE), _RAREST)
        stories = self._words(typed, prediction, floor)
        floor = max(floor, *(_WORTH * story.merit for story in stories[:1]), 0.0)
        stories += two_words(typed.text, prediction, after, self._book.lexicon, floor)
        if known:
            stories, own = as_misspelling(known, stories)
        return _sure(stories, goes_on + own)

    def _on_purpose(self, number: int, uses: Callable[[int], int]) -> bool:
        """Whether the user wrote a word before, or everybody writes it."""
        if uses(number) >= ON_PURPOSE:
            return True
        counts = self._book.lexicon.counts
        return number < self._book.known and float(counts[number]) > _COMMON * self._total

    def _is_form_of_a_word(self, text: str, uses: Callable[[int], int]) -> bool:
        """Whether an unknown token is a known word with an s."""
        stem = text.removesuffix("s").removesuffix(APOSTROPHE)
        if stem == text or stem.endswith("s"):
            return False
        number = self._book.find(stem)
        return number is not None and (number < self._book.known or uses(number) >= ON_PURPOSE)

    def _take_up(self) -> Spelling:
        """Make the index, or add the words that were learned since."""
        if self._spelling is None:
            self._spelling = Spelling(self._book.lexicon.words)
        first, last = len(self._index), len(self._book)
        if first < last:
            self._index.add([self._book.word(number) for number in range(first, last)], LONGEST)
        return self._spelling

    def _as_it_stands(
        self, typed: Typed, number: int | None, prediction: Prediction, spelling: Spelling
    ) -> tuple[float, float]:
        """(chance of the words that the token begins, known or not; its own chance as a word that is known)."""
        chances = prediction.chances
        own = float(chances[number]) if number is not None else 0.0
        says_so = typed.is_name or not any(letter in VOWELS for letter in typed.text)
        unknown = _UNKNOWN_SO if says_so else _UNKNOWN
        goes_on = unknown * exp(-spelling.cost(typed.text))
        if not typed.finished:
            low, high = self._book.lexicon.with_prefix(typed.text)
            longer = float(chances[low:high].sum())
            longer += float(chances[self._book.own_with_prefix(typed.text)].sum())
            goes_on += max(0.0, longer - own)
        return goes_on, own

    def _words(self, typed: Typed, prediction: Prediction, floor: float) -> list[Story]:
        """Return the known words that explain the token best, but for itself and those that it begins."""
        found = search(
            self._index,
            typed.text,
            prediction.chances,
            but=self._without_a_slip(typed),
            most=_CONSIDERED,
            floor=floor,
            dearest=_DEAREST[len(typed.text) >= _LONG],
            finished=typed.finished,
        )
        return [
            Story((word.number,), word.merit, float(prediction.chances[word.number]), word.cost)
            for word in found
            if self._book.word(word.number).replace("-", "") != typed.text  # two ways to write it
        ]

    def _without_a_slip(self, typed: Typed) -> npt.NDArray[np.int64]:
        if typed.finished:
            number = self._book.find(typed.text)
            return np.array([] if number is None else [number], dtype=np.int64)
        low, high = self._book.lexicon.with_prefix(typed.text)
        return np.array([*range(low, high), *self._book.own_with_prefix(typed.text)], np.int64)


def _sure(stories: list[Story], stands: float) -> list[Meant]:
    total = stands + sum(story.merit for story in stories)
    if total <= 0.0 or stands > (1 - _SURE) * total:
        return []
    best = sorted(stories, key=lambda story: (-story.merit, story.numbers))
    return [
        Meant(story.numbers, story.merit / total) for story in best if story.merit >= _WORTH * total
    ]
