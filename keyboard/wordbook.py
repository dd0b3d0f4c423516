"""Numbers for words: the lexicon's first, then the user's own in order of appearance. It counts nothing but forms."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.grams import START
from hushkey.model.lexicon import Lexicon
from hushkey.model.text import fold

Array = npt.NDArray[Any]

_LAST = "\U0010ffff"


class Wordbook:
    """Folded words <-> numbers below `room`, and the ways the user writes each."""

    def __init__(self, lexicon: Lexicon, *, room: int = START) -> None:
        self.lexicon = lexicon
        self._room = room
        self._known = len(lexicon.words)
        self._begin([])

    def _begin(self, own: Sequence[str]) -> None:
        """Number the user's own words, and know no form of any word."""
        self._own = list(own)  # numbers from `known` on
        self._own_numbers = {word: self._known + place for place, word in enumerate(own)}
        self._sorted = sorted(own)
        self._sorted_numbers = array("q", [self._own_numbers[word] for word in self._sorted])
        self._plain = array("i", bytes(4 * len(self)))  # sightings written as folded, by number
        self._forms: dict[int, dict[str, int]] = {}  # sightings written otherwise

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

    def number(self, word: str) -> int | None:
        """Return the number of a folded word, given now if it is new; None where no number is left to give."""
        number = self.find(word)
        if number is None and len(self) < self._room:
            number = len(self)
            self._own_numbers[word] = number
            self._own.append(word)
            place = bisect_left(self._sorted, word)
            self._sorted.insert(place, word)
            self._sorted_numbers.insert(place, number)
            self._plain.append(0)
        return number

    def word(self, number: int) -> str:
        """Return the folded word of a number."""
        return (
            self.lexicon.words[number] if number < self._known else self._own[number - self._known]
        )

    def own_with_prefix(self, prefix: str) -> "array[int]":
        """Return the numbers of the user's own words (not the lexicon's) that begin with a folded prefix."""
        start = bisect_left(self._sorted, prefix)
        return self._sorted_numbers[start : bisect_left(self._sorted, prefix + _LAST, start)]

    def count_form(self, number: int, written: str, by: int) -> None:
        """Add sightings (or take them back, `by` negative) of a word as written."""
        if written == self.word(number):
            self._plain[number] = max(0, self._plain[number] + by)
            return
        forms = self._forms.setdefault(number, {})
        forms[written] = forms.get(written, 0) + by
        if forms[written] <= 0:
            del forms[written]
        if not forms:
            del self._forms[number]

    def forms(self, number: int) -> dict[str, int]:
        """Return how often the user wrote a word which way."""
        plain = {self.word(number): self._plain[number]} if self._plain[number] else {}
        return plain | self._forms.get(number, {})

    def usual_form(self, number: int) -> str:
        """Return how the word is written inside a sentence: the user's way, else the lexicon's, else folded."""
        forms = self.forms(number)
        if forms:
            best = max(forms.values())
            return min(form for form, count in forms.items() if count == best)
        word = self.word(number)
        return self.lexicon.forms.get(word, word)

    def forget_forms(self, number: int) -> None:
        """Drop every written form of a word."""
        self._plain[number] = 0
        self._forms.pop(number, None)

    # For keeping --------------------------------------------------------------------------------

    def as_arrays(self) -> dict[str, Array]:
        """Return the user's own words and all forms as named arrays."""
        forms = [
            (number, form, n) for number, held in self._forms.items() for form, n in held.items()
        ]
        return {
            "own": _as_bytes(self._own),
            "plain": np.trim_zeros(np.array(self._plain, dtype=np.int32), "b"),
            "form-words": np.array([number for number, _, _ in forms], dtype=np.int32),
            "form-counts": np.array([n for _, _, n in forms], dtype=np.int32),
            "forms": _as_bytes([form for _, form, _ in forms]),
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take up what as_arrays returned, over the same lexicon, in place of everything known so far."""
        self._begin(_as_words(arrays["own"]))
        plain = arrays["plain"].astype(np.int32)
        self._plain[: len(plain)] = array("i", plain.tobytes())
        written = zip(
            arrays["form-words"].tolist(),
            _as_words(arrays["forms"]),
            arrays["form-counts"].tolist(),
            strict=True,
        )
        for number, form, count in written:
            self._forms.setdefault(number, {})[form] = count


def folded(word: str) -> str:
    """Return the key under which a word is counted."""
    return fold(word)


def _as_bytes(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Words as bytes; no word holds a line's end."""
    text = "".join(f"{word}\n" for word in words)
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _as_words(data: Array) -> list[str]:
    return data.tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
