"""Make the base's word list from counted words."""

import re
from collections import defaultdict

import numpy as np

from hushkey.model.lexicon import Lexicon
from hushkey.model.text import fold

LARGEST = 80_000  # words
_MIN_COUNT = 2.0  # of a word with letters, weighted
_MIN_COUNT_OF_NUMBERS = 30.0
_MIN_WRITTEN = 2.0  # sightings inside a sentence before a capital is believed
_LONGEST = 30  # characters
_WORDLIKE = re.compile(r"\w+(?:['.&+/-]\w+)*[+#]*")  # no stray signs inside


def make_lexicon(
    folded: dict[str, float], written: dict[str, float], *, largest: int = LARGEST
) -> Lexicon:
    """Return the most frequent words with their usual written form (`github` -> `GitHub`, `i` -> `I`)."""
    kept = [word for word, count in folded.items() if _belongs(word, count)]
    kept = sorted(sorted(kept, key=lambda word: (-folded[word], word))[:largest])
    counts = np.array([folded[word] for word in kept], dtype=np.float32)
    return Lexicon(kept, counts, _usual_forms(set(kept), written))


def _belongs(word: str, count: float) -> bool:
    if len(word) > _LONGEST or not _WORDLIKE.fullmatch(word):
        return False
    lettered = any(character.isalpha() for character in word)
    return count >= (_MIN_COUNT if lettered else _MIN_COUNT_OF_NUMBERS)


def _usual_forms(words: set[str], written: dict[str, float]) -> dict[str, str]:
    """Return the form that at least half of the sightings inside a sentence have, where it is not the folded one."""
    forms: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for form, count in written.items():
        word = fold(form)
        if word in words:
            forms[word][form] = forms[word].get(form, 0.0) + count
    usual = {}
    for word, seen in forms.items():
        best = max(seen, key=lambda form: (seen[form], form))
        if best != word and seen[best] >= _MIN_WRITTEN and 2 * seen[best] >= sum(seen.values()):
            usual[word] = best
    return usual
