"""Two words without their blank: the likeliest split, and a look at the second word only where it may matter."""

from dataclasses import dataclass

import numpy as np
import pytest

from hushkey.keyboard.correction.channel import COSTS
from hushkey.keyboard.correction.run_on import two_words
from hushkey.model.lexicon import Lexicon

COUNTS = {"a": 100.0, "lot": 30.0, "al": 1.0, "ot": 1.0, "of": 80.0, "the": 90.0, "b": 5.0}
WORDS = sorted(COUNTS)
LEXICON = Lexicon(WORDS, np.array([COUNTS[word] for word in WORDS], dtype=np.float32), {})


@dataclass
class Outlook:
    """A prediction that knows chances alone."""

    chances: np.ndarray


def outlook(**chances: float) -> Outlook:
    return Outlook(np.array([chances.get(word, 1e-6) for word in WORDS], dtype=np.float32))


def numbers(*words: str) -> tuple[int, ...]:
    return tuple(WORDS.index(word) for word in words)


def test_the_likeliest_two_words_are_weighed_by_what_follows_the_first():
    asked = []

    def after(first):
        asked.append(first)
        return outlook(lot=0.4)

    (story,) = two_words("alot", outlook(a=0.1), after, LEXICON, 1e-9)
    assert story.numbers == numbers("a", "lot")
    assert asked == [WORDS.index("a")]
    assert story.chance == pytest.approx(0.04)
    assert story.merit == pytest.approx(0.04 * np.exp(-COSTS.left_out_blank))


def test_what_follows_is_not_asked_where_it_cannot_matter():
    def never(first):
        raise AssertionError("asked")

    assert two_words("alot", outlook(a=1e-5), never, LEXICON, 1e-3) == []
    assert two_words("zzzz", outlook(a=0.5), never, LEXICON, 1e-9) == []


def test_a_single_letter_is_a_word_only_where_it_is_one():
    assert two_words("bthe", outlook(b=0.5), lambda _: outlook(the=0.9), LEXICON, 1e-9) == []


def test_two_words_of_which_neither_is_common_are_rather_one_that_is_being_made():
    counts = np.array([COUNTS[word] * (1 if word == "a" else 1e-3) for word in WORDS], np.float32)
    rare = Lexicon(WORDS, counts, {})
    (story,) = two_words("ofthe", outlook(of=0.1), lambda _: outlook(the=0.5), rare, 1e-9)
    assert story.merit == pytest.approx(0.02 * 0.05 * np.exp(-COSTS.left_out_blank))
