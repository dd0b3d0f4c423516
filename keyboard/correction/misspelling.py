"""Words of the lexicon that may be in it only because they are misspelt so often. Pure.

The lexicon was counted in text that people typed: it holds `alot` and `definately`. Such a word is no evidence
for itself where another word's uses explain both how often it was seen and how likely it is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hushkey.keyboard.correction.channel import APOSTROPHE
from hushkey.model.lexicon import Lexicon

_MISSPELT = 0.03  # of a word's uses may be one and the same misspelling of it, a slip away
_FURTHER = 0.005  # the same, more than a slip away
_RARE = 8e-6  # share of the lexicon's text from which on a word is misspelt by no other letters
_RUN_ON = 0.05  # of the uses of two words may lack the blank
_WITHOUT_APOSTROPHE = 0.08  # of a word's uses may lack the apostrophe
_ONE_SLIP = 10.5  # nats
_STEM = 2  # letters
_CRY = 3  # letters
_ENDINGS = frozenset(
    ("", "s", "'s", "'d", "'ll", "es", "d", "ed", "r", "er", "st", "est", "ing", "ly", "y")
)
_LEFT = 0.02  # of its chance is left to a word at least


@dataclass(frozen=True, slots=True)
class Story:
    """Words that may have been meant instead of the token."""

    numbers: tuple[int, ...]
    merit: float  # P(words) · P(typed | words)
    chance: float  # P(words)
    cost: float  # -log P(typed | words), nats
    follows: float = 1.0  # P(second | first), of two words


@dataclass(frozen=True, slots=True)
class Known:
    """A token that is a word of the lexicon, and its chance here."""

    number: int
    chance: float
    lexicon: Lexicon

    @property
    def least(self) -> float:
        """Return what is left of its chance if all of it is explained."""
        return _LEFT * self.chance


def as_misspelling(known: Known, stories: Sequence[Story]) -> tuple[list[Story], float]:
    """(the stories that explain a word of the lexicon, each with what it explains; the chance that is left to it)."""
    seen = float(known.lexicon.counts[known.number])
    explaining, left = [], known.chance
    for story in stories:
        share = _share(known, story)
        if seen > share * _uses(known.lexicon, story):
            continue
        explained = min(left, share * story.chance)
        left -= explained
        explaining.append(replace(story, merit=story.merit + explained))
    return explaining, max(left, known.least)


def _share(known: Known, story: Story) -> float:
    """Return which part of the words' uses may look like the token."""
    if len(story.numbers) == 2:
        return _RUN_ON
    words = known.lexicon.words
    if story.numbers[0] >= len(words):
        return 0.0
    typed, meant = words[known.number], words[story.numbers[0]]
    if typed == meant.replace(APOSTROPHE, ""):
        return _WITHOUT_APOSTROPHE
    rare = known.lexicon.counts[known.number] < _RARE * known.lexicon.counts.sum()
    if not rare or _inflected(typed, meant) or _drawn_out(typed, meant):
        return 0.0
    return _MISSPELT if story.cost <= _ONE_SLIP else _FURTHER


def _inflected(one: str, other: str) -> bool:
    """Whether two words look like forms of one word: each is used, and neither is the other's misspelling."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    same = min(len(one), len(other)) if same is None else same
    return same >= _STEM and one[same:] in _ENDINGS and other[same:] in _ENDINGS


def _drawn_out(typed: str, meant: str) -> bool:
    """Whether a cry such as `ohh` is another drawn out."""
    return len(meant) < len(typed) <= _CRY and set(typed) == set(meant)


def _uses(lexicon: Lexicon, story: Story) -> float:
    """How often the words were seen: for two, as often as the second follows the first here."""
    first = story.numbers[0]
    return float(lexicon.counts[first]) * story.follows if first < len(lexicon.words) else 0.0
