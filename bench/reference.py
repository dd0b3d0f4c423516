"""A fixed piece of work that stands beside every time that is measured, since machines differ."""

from statistics import median
from time import thread_time

import numpy as np
import numpy.typing as npt

_REPEATS = 50


def reference(vector: npt.NDArray[np.float32], words: list[str]) -> float:
    """Do a fixed piece of work, half in numpy and half in Python; return its processor seconds."""
    began = thread_time()
    np.argpartition(-(vector * np.float32(0.5) + vector[::-1]), 8)
    found = {word: len(word) for word in words}
    sorted(found, key=lambda word: (found[word], word))
    return thread_time() - began


def reference_seconds() -> float:
    """Return the median processor seconds of the piece of work, done some times in a row."""
    vector = np.linspace(0.0, 1.0, 65_536, dtype=np.float32)
    words = [f"{n * 7919 % 1000}" for n in range(200)]
    return median(reference(vector, words) for _ in range(_REPEATS))
