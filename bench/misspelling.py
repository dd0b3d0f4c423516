"""Misspell words as people do, with a generator of its own: it shares nothing with the channel that corrects.

The kinds and their shares are those that Kukich (1992) gives for Pollock & Zamora's 50,000 misspellings: letters
left out 34%, too many 27%, wrong 19%, swapped 12.5%; the rest, 7.5%, has two slips. Of the letters too many two
in five are a letter typed twice, the others lie beside the one that was meant; of the wrong ones 58% lie beside
the right one (Grudin 1983), the others anywhere. Every other apostrophe is left out, and one word in eight of
those misspelt runs on into the next (Kukich 1992: 13%).
"""

from dataclasses import dataclass

import numpy as np

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
RUN_ON = 0.13
APOSTROPHE = 0.5
KINDS = ("left out", "too many", "wrong", "swapped", "two slips")
SHARES = (0.34, 0.27, 0.19, 0.125, 0.075)
TWICE, BESIDE = 0.4, 0.58


@dataclass(frozen=True, slots=True)
class Slip:
    """What was typed for a word, and what went wrong."""

    typed: str
    kind: str


def beside(letter: str) -> str:
    """Return the letters to the left and right of one, and those above and below it."""
    for row, letters in enumerate(ROWS):
        if letter in letters:
            place = letters.index(letter)
            near = letters[max(0, place - 1) : place] + letters[place + 1 : place + 2]
            near += ROWS[row - 1][place : place + 2] if row else ""
            below = ROWS[row + 1] if row + 1 < len(ROWS) else ""
            return near + below[max(0, place - 1) : place + 1]
    return LETTERS


class Misspeller:
    """Slips, drawn from one generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def misspell(self, word: str) -> Slip:
        """Misspell a word of at least three letters; never what it was."""
        if "'" in word and self._rng.random() < APOSTROPHE:
            return Slip(word.replace("'", ""), "apostrophe")
        kind = str(self._rng.choice(KINDS, p=SHARES))
        while True:
            typed = word
            for _ in range(2 if kind == "two slips" else 1):
                one = kind if kind != "two slips" else str(self._rng.choice(KINDS[:4]))
                typed = self._slip(typed, one)
            if typed != word:
                return Slip(typed, kind)

    def runs_on(self) -> bool:
        """Whether the next word runs on into the one after it."""
        return bool(self._rng.random() < RUN_ON)

    def _slip(self, word: str, kind: str) -> str:
        slips = {
            "left out": self._left_out,
            "too many": self._too_many,
            "wrong": self._wrong,
            "swapped": self._swapped,
        }
        return slips[kind](word, int(self._rng.integers(len(word))))

    def _any(self, letters: str) -> str:
        return letters[int(self._rng.integers(len(letters)))]

    def _left_out(self, word: str, place: int) -> str:
        return word[:place] + word[place + 1 :]

    def _too_many(self, word: str, place: int) -> str:
        letter = word[place].lower()
        letter = letter if self._rng.random() < TWICE else self._any(beside(letter))
        return word[: place + 1] + letter + word[place + 1 :]

    def _wrong(self, word: str, place: int) -> str:
        near = self._rng.random() < BESIDE
        letter = self._any(beside(word[place].lower()) if near else LETTERS)
        return word[:place] + letter + word[place + 1 :]

    def _swapped(self, word: str, place: int) -> str:
        return (
            word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]
        )
