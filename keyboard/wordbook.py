"""Numbers for words: the lexicon's first, then the user's own in order of appearance. It counts nothing but forms."""

from bisect import bisect_left, insort
from collections import Counter

from hushkey.model.lexicon import Lexicon
from hushkey.model.text import fold

_LAST = "\U0010ffff"


class Wordbook:
    """Folded words <-> numbers, and the ways the user writes each."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._known = len(lexicon.words)
        self._own_numbers: dict[str, int] = {}
        self._own: list[str] = []  # numbers from `known` on
        self._own_sorted: list[tuple[str, int]] = []
        self._forms: dict[int, Counter[str]] = {}

    def __len__(self) -> int:
        return self._known + len(self._own)

    @property
    def known(self) -> int:
        """Return how many words the lexicon has: numbers below it are the base's."""
        return self._known

    def find(self, word: str) -> int | None:
        """Return the number of a folded word, None where it was never met."""
        number = self.lexicon.find(word)
        return number if number is not None else self._own_numbers.get(word)

    def number(self, word: str) -> int:
        """Return the number of a folded word, given now if it is new."""
        number = self.find(word)
        if number is None:
            number = len(self)
            self._own_numbers[word] = number
            self._own.append(word)
            insort(self._own_sorted, (word, number))
        return number

    def word(self, number: int) -> str:
        """Return the folded word of a number."""
        return (
            self.lexicon.words[number] if number < self._known else self._own[number - self._known]
        )

    def own_with_prefix(self, prefix: str) -> list[int]:
        """Return the numbers of the user's own words (not the lexicon's) that begin with a folded prefix."""
        start = bisect_left(self._own_sorted, (prefix, -1))
        end = bisect_left(self._own_sorted, (prefix + _LAST, -1))
        return [number for _, number in self._own_sorted[start:end]]

    def count_form(self, number: int, written: str, by: int) -> None:
        """Add sightings (or take them back, `by` negative) of a word as written."""
        forms = self._forms.setdefault(number, Counter())
        forms[written] += by
        if forms[written] <= 0:
            del forms[written]
        if not forms:
            del self._forms[number]

    def usual_form(self, number: int) -> str:
        """Return how the word is written inside a sentence: the user's way, else the lexicon's, else folded."""
        forms = self._forms.get(number)
        word = self.word(number)
        if forms:
            best = max(forms.values())
            return min(form for form, count in forms.items() if count == best)
        return self.lexicon.forms.get(word, word)

    def forget_forms(self, number: int) -> None:
        """Drop every written form of a word."""
        self._forms.pop(number, None)


def folded(word: str) -> str:
    """Return the key under which a word is counted."""
    return fold(word)
