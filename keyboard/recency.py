"""What was used just now: word counts that halve every few dozen words. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_HALF_LIFE = 80.0  # words
_FORGOTTEN = 1e-3  # weight below which a word is let go
_DECAY = 0.5 ** (1.0 / _HALF_LIFE)


class Recency:
    """An exponentially decayed unigram cache (Kuhn & De Mori 1990)."""

    def __init__(self) -> None:
        self._weights: dict[
            int, float
        ] = {}  # scaled by 1/_scale, so that ageing all is one product
        self._scale = 1.0
        self._total = 0.0

    def add(self, word: int) -> None:
        """Note one use of a word."""
        self._scale *= _DECAY
        self._total = self._total * _DECAY + 1.0
        self._weights[word] = self._weights.get(word, 0.0) + 1.0 / self._scale
        if self._scale < _FORGOTTEN:
            self._rescale()

    def forget(self, word: int) -> None:
        """Drop a word."""
        weight = self._weights.pop(word, 0.0)
        self._total = sum(self._weights.values()) * self._scale if weight else self._total

    def chance(self, word: int) -> float:
        """Return the word's share of what was used recently."""
        weight = self._weights.get(word, 0.0)
        return weight * self._scale / self._total if weight else 0.0

    def chances(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """(numbers (R,), shares (R,)) of every remembered word."""
        size = len(self._weights)
        numbers = np.fromiter(self._weights.keys(), dtype=np.int64, count=size)
        shares = np.fromiter(self._weights.values(), dtype=np.float32, count=size)
        return numbers, shares * np.float32(self._scale / self._total)

    def __len__(self) -> int:
        return len(self._weights)

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all weights as named arrays, for keeping."""
        return {
            "numbers": np.array(list(self._weights), dtype=np.int32),
            "weights": np.array(list(self._weights.values()), dtype=np.float64),
            "scale": np.array([self._scale, self._total], dtype=np.float64),
        }

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take up what as_arrays returned, in place of everything noted so far."""
        numbers, weights = arrays["numbers"].tolist(), arrays["weights"].tolist()
        self._weights = dict(zip(numbers, weights, strict=True))
        self._scale, self._total = arrays["scale"].tolist()

    def _rescale(self) -> None:
        kept = {word: weight * self._scale for word, weight in self._weights.items()}
        self._weights = {word: weight for word, weight in kept.items() if weight > _FORGOTTEN}
        self._scale = 1.0
        self._total = sum(self._weights.values())
