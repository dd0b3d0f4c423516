"""The words the base knows: sorted, counted, each with the way it is usually written. Pure data."""

import lzma
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np
import numpy.typing as npt

from hushkey.model.errors import BaseDamaged

_LAST = "\U0010ffff"  # sorts behind every continuation of a prefix


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Folded words in alphabetical order; a word's number is its place."""

    words: Sequence[str]
    counts: npt.NDArray[np.float32]  # (L,) in the corpora the base was trained on
    forms: Mapping[str, str]  # folded -> as written inside a sentence, where that differs

    def find(self, word: str) -> int | None:
        """Return the number of a folded word, None where it is unknown."""
        place = bisect_left(self.words, word)
        return place if place < len(self.words) and self.words[place] == word else None

    def with_prefix(self, prefix: str) -> tuple[int, int]:
        """Return the half-open range of the words that begin with a folded prefix."""
        return bisect_left(self.words, prefix), bisect_left(self.words, prefix + _LAST)

    def to_bytes(self) -> bytes:
        """One line a word: word, count and, where it differs, the written form; xz-compressed."""
        rows = []
        for word, count in zip(self.words, self.counts, strict=True):
            form = self.forms.get(word)
            rows.append(f"{word}\t{count:.0f}" + (f"\t{form}" if form else ""))
        return lzma.compress("\n".join(rows).encode(), preset=9)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        """Read what to_bytes wrote. Raises BaseDamaged on anything else."""
        words: list[str] = []
        counts = array("f")
        forms: dict[str, str] = {}
        try:
            # Row by row: a list of all rows would leave megabytes of holes behind.
            for row in StringIO(lzma.decompress(data).decode(), newline="\n"):
                word, count, *form = row.removesuffix("\n").split("\t")
                words.append(word)
                counts.append(float(count))
                if form:
                    forms[word] = form[0]
        except (lzma.LZMAError, UnicodeDecodeError, ValueError) as error:
            raise BaseDamaged(
                "the base's word list cannot be read; no suggestions are served; reinstall hushkey"
            ) from error
        return cls(words, np.array(counts, dtype=np.float32), forms)
