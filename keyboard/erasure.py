"""What is to be forgotten, and what is left of a line once it is. Pure."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hushkey.keyboard.redaction import REDACTED
from hushkey.model.text import GAP, fold, normalise, split_token

_TOKENS = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be forgotten: words and phrases, or whole lines. Each part that is given narrows the others.

    Words alone are cut out of every line, words with a time or a surface out of the lines of that time and
    surface; without words those lines go. Raises ValueError where nothing is named, or everything and a part.
    """

    words: tuple[str, ...] = field(default=(), repr=False)
    """Words, and phrases of several words with blanks between them."""
    since: float = -math.inf
    """Unix time, seconds; lines of this moment go too."""
    until: float = math.inf
    """Unix time, seconds; lines of this moment stay."""
    surface: str | None = None
    everything: bool = False

    def __post_init__(self) -> None:
        if math.isnan(self.since) or math.isnan(self.until):
            raise ValueError("a time is a number of seconds")
        if self.everything == bool(self.words or self.bounded):
            raise ValueError("either everything is to be forgotten or some of it; nothing was")

    @property
    def bounded(self) -> bool:
        """Whether it is about the lines of a time or a surface."""
        return self.timed or self.surface is not None

    @property
    def timed(self) -> bool:
        """Whether it is about the lines of a time."""
        return self.since > -math.inf or self.until < math.inf

    def left_of(self, text: str) -> str:
        """Return what stays of one of its lines: nothing where whole lines go, else the line without the words."""
        return cut_out_all(self.words, text) if self.words else ""


def cut_out(word: str, text: str) -> str:
    """Put the break mark in the place of a word, or of each word of a phrase, wherever it stands.

    Whole words only, in any case; punctuation around a word stays. A word is what the model counts
    as one: a white-space separated token without the marks at its ends.
    """
    return cut_out_all((word,), text)


def cut_out_all(words: Sequence[str], text: str) -> str:
    """Cut several words and phrases out of a line, each wherever it stands in the line as it was."""
    tokens = list(_TOKENS.finditer(text))
    cores = [core_of(token[0]) for token in tokens]
    doomed: set[int] = set()
    for wanted in map(cores_of, words):
        for first in range(len(cores) - len(wanted) + 1 if wanted else 0):
            if list(islice(cores, first, first + len(wanted))) == wanted:
                doomed.update(range(first, first + len(wanted)))
    pieces: list[str] = []
    end = 0
    for number in sorted(doomed):
        token = tokens[number]
        lead, _, trail = split_token(normalise(token[0]))
        pieces += (text[end : token.start()], lead, REDACTED, trail)
        end = token.end()
    return "".join(pieces) + text[end:]


def says_something(text: str) -> bool:
    """Whether anything but gaps stands in a line."""
    return bool(text.replace(REDACTED, "").strip())


def words_before(text: str) -> Iterator[tuple[str, str]]:
    """(folded word, what stands before it) of each word of a line."""
    for token in _TOKENS.finditer(text):
        if GAP not in token[0] and (core := core_of(token[0])):
            yield core, text[: token.start()]


def cores_of(phrase: str) -> list[str]:
    """Return the folded words of a word or phrase, without the marks around each."""
    return [core for core in map(core_of, phrase.split()) if core]


def core_of(token: str) -> str:
    """Return the folded word that a token is counted as; '' where it is none."""
    return fold(split_token(normalise(token))[1])
