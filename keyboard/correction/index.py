"""Which words can be a few slips away from what was typed: signatures of all words, some 1.5 MB for 65,000. Pure.

A word's signature is the set of its letters, the set of its first three and its length. Each slip changes each
of them by one at most, so that they bound what the slips cost from below.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.correction.channel import APOSTROPHE, COSTS, least_lacking, least_wrong

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

Number = TypeVar("Number", bound=np.generic)

HEAD = 3  # letters whose set is kept of its own: beginnings are compared, too
_SPARE = 1 / 8  # room for the words that come, so that taking in a few costs little
_END = ord("\n")
_FOREIGN = ord("?")  # what stands for a letter that Latin-1 has not
_APOSTROPHE_BIT = np.uint32(1 << 31)
LEAST = np.float32(COSTS.left_out_apostrophe)  # nats; no slip is likelier
_LEAST_OF_LETTERS = np.float32(COSTS.left_out_of_two)
_WRONG, _LACKING = np.float32(least_wrong()), np.float32(least_lacking())


def _bits() -> npt.NDArray[np.uint32]:
    """A bit for each letter and one for apostrophes; all else shares the five between."""
    bits = np.zeros(256, dtype=np.uint32)
    codes = np.arange(256)
    letters = (codes >= ord("a")) & (codes <= ord("z"))
    bits[letters] = np.uint32(1) << (codes[letters] - ord("a")).astype(np.uint32)
    others = ~letters & (codes != _END)
    bits[others] = np.uint32(1) << (26 + codes[others] % 5).astype(np.uint32)
    bits[ord(APOSTROPHE)] = _APOSTROPHE_BIT
    return bits


_BITS = _bits()


class Index:
    """Signatures and letters of words by their number; words are only ever added."""

    def __init__(self) -> None:
        self._count = 0
        self._letters = np.zeros(1, dtype=np.uint8)  # all words, a line each
        self._begins = np.zeros(1, dtype=np.uint32)  # (W + 1,)
        self._lengths = np.zeros(0, dtype=np.uint8)  # 0: cannot be found
        self._sets = np.zeros(0, dtype=np.uint32)
        self._heads = np.zeros(0, dtype=np.uint32)

    def __len__(self) -> int:
        return self._count

    @property
    def bytes_held(self) -> int:
        """Return the memory of all arrays."""
        held = (self._letters, self._begins, self._lengths, self._sets, self._heads)
        return sum(array.nbytes for array in held)

    def add(self, words: Sequence[str], longest: int) -> None:
        """Take in folded words. Those that are longer, or not of Latin-1, get a number and are never found.

        Raises ValueError where a word holds a line break.
        """
        if not words:
            return
        letters = np.frombuffer(
            ("\n".join(words) + "\n").encode("latin-1", errors="replace"), dtype=np.uint8
        )
        ends = np.flatnonzero(letters == _END)
        if len(ends) != len(words):
            raise ValueError("a word holds a line break; nothing was taken in; cut it there")
        begins = np.concatenate([[0], ends[:-1] + 1])
        bits = _BITS[letters]
        heads = np.where(
            np.arange(len(letters)) < np.repeat(begins + HEAD, ends - begins + 1), bits, 0
        )
        foreign = np.logical_or.reduceat(letters == _FOREIGN, begins)
        lengths = np.where(foreign | (ends - begins > longest), 0, ends - begins)
        self._take(
            letters,
            begins,
            lengths.astype(np.uint8),
            np.bitwise_or.reduceat(bits, begins),
            np.bitwise_or.reduceat(heads.astype(np.uint32), begins),
        )

    def _take(
        self,
        letters: Bytes,
        begins: Numbers,
        lengths: Bytes,
        sets: npt.NDArray[np.uint32],
        heads: npt.NDArray[np.uint32],
    ) -> None:
        held, count = int(self._begins[self._count]), len(lengths)
        after = self._count + count
        self._letters = _with_room(self._letters, held, len(letters))
        self._letters[held : held + len(letters)] = letters
        self._begins = _with_room(self._begins, self._count + 1, count)
        self._begins[self._count : after] = begins + held
        self._begins[after] = held + len(letters)
        self._lengths = _with_room(self._lengths, self._count, count)
        self._lengths[self._count : after] = lengths
        self._sets = _with_room(self._sets, self._count, count)
        self._sets[self._count : after] = sets
        self._heads = _with_room(self._heads, self._count, count)
        self._heads[self._count : after] = heads
        self._count = after

    def lengths(self, numbers: Numbers) -> Numbers:
        """Return the lengths of words."""
        return self._lengths[numbers].astype(np.int64)

    def letters(self, numbers: Numbers, most: int) -> Bytes:
        """Return the first `most` letters (most, N) of words; what stands behind a word's end means nothing."""
        places = self._begins[numbers].astype(np.int64)[None, :] + np.arange(most)[:, None]
        letters: Bytes = self._letters[np.minimum(places, len(self._letters) - 1)]
        return letters

    def least_costs(self, typed: str, numbers: Numbers) -> Floats:
        """Return bounds (N,) from below, in nats, on the slips between `typed` and each word's best beginning.

        They hold for words that do not begin with what was typed. Words that cannot be found cost infinity.
        """
        codes = np.frombuffer(typed.encode("latin-1"), dtype=np.uint8)
        letters = np.bitwise_or.reduce(_BITS[codes]) & ~_APOSTROPHE_BIT  # apostrophes come and go
        count = len(typed) - typed.count(APOSTROPHE)
        sets = self._sets[numbers]
        bound = np.bitwise_count(letters & ~sets) * _WRONG
        if count >= HEAD:
            heads = self._heads[numbers] & ~_APOSTROPHE_BIT
            np.maximum(bound, np.bitwise_count(heads & ~letters) * _LACKING, out=bound)
        lengths = self._lengths[numbers]
        short = np.maximum(count - lengths.astype(np.int16), 0) * _WRONG
        np.maximum(bound, short, out=bound)
        np.maximum(bound, np.where(sets & _APOSTROPHE_BIT, LEAST, _LEAST_OF_LETTERS), out=bound)
        bound[lengths == 0] = np.inf
        return np.asarray(bound, dtype=np.float32)


def _with_room(array: npt.NDArray[Number], used: int, more: int) -> npt.NDArray[Number]:
    """Return an array with room for more behind what is used; the very same one while there is some."""
    if used + more <= len(array):
        return array
    grown = np.zeros(used + more + (int((used + more) * _SPARE) if used > 1 else 0), array.dtype)
    grown[:used] = array[:used]
    return grown
