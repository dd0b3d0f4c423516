"""A person's own words in one list: typed, added, blocked, kept as typed; what is known of one, and decided on it.

Reading may be done on any thread. It knows no screen, and no error or `repr` here holds a word.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hushkey.keyboard.embed.why import Why, why
from hushkey.keyboard.erasure import Forgetting, cores_of
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.reports import ForgetReport, ProbeReport
from hushkey.keyboard.review import LearnedWord, Review, Rung, rung_of
from hushkey.keyboard.types import Suggestion
from hushkey.model.text import fold, words_of

Added = Literal["added", "known", "allowed", "secret", "no word"]


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word that was typed and that the base does not know, or one that stands on a list of its owner's."""

    word: str = field(repr=False)
    """As it is usually written."""
    count: int
    """How often it was typed and not forgotten."""
    first: float | None
    """Unix time, seconds, of the line in which it was typed first; None where that is not known."""
    last: float | None
    surfaces: tuple[str, ...]
    rung: Rung
    vouched: bool
    """Whether its owner added or kept it: trusted whatever its count."""
    blocked: bool
    """Whether it is never offered."""
    as_typed: bool
    """Whether it is never corrected, since a correction of it was undone."""
    in_base: bool
    """Whether the base knows it: then it stands here for a list alone."""


@dataclass(frozen=True, slots=True, repr=False)
class Lists:
    """Folded words that are trusted at once, never offered, never corrected."""

    vouched: Collection[str]
    blocked: Collection[str]
    as_typed: Collection[str]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a word was offered: each expert's part, when and where it was written, and how far it has come."""

    why: Why
    standing: OwnWord


def joined(
    learned: Iterable[LearnedWord],
    listed: Iterable[str],
    *,
    lists: Lists,
    in_base: Callable[[str], bool],
    count: Callable[[str], int],
) -> list[OwnWord]:
    """Return the learned words, then those that stand on a list alone, each once. Pure.

    `listed` are words as they were spelled; `in_base` and `count` know folded words.
    """
    found = {
        fold(word.word): OwnWord(
            word.word,
            word.count,
            word.first,
            word.last,
            word.surfaces,
            word.rung,
            word.vouched,
            word.blocked,
            fold(word.word) in lists.as_typed,
            in_base=False,
        )
        for word in learned
    }
    for spelled in listed:
        word = fold(spelled)
        known = in_base(word)
        found.setdefault(
            word,
            OwnWord(
                spelled,
                count(word),
                None,
                None,
                (),
                "trusted" if known or word in lists.vouched else "seen",
                word in lists.vouched,
                word in lists.blocked,
                word in lists.as_typed,
                known,
            ),
        )
    return list(found.values())


class OwnWords:
    """One profile's words, and what its owner decides on them."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def all(self) -> list[OwnWord]:
        """List them: about a second for 200,000 typed words."""
        profile, history, engine = self._profile, self._profile.history, self._profile.engine
        kept = (history.vouched, history.blocked, history.kept_as_typed)
        return joined(
            profile.learned_words(),
            [word for one in kept for word in one.words()],
            in_base=self._in_base,
            count=engine.count,
            lists=Lists(engine.vouched, engine.blocked, engine.kept_as_typed),
        )

    def reasons(self, suggestion: Suggestion) -> Reasons:
        """Return why a word was offered; of a phrase, its first word. Reads every kept line."""
        because, engine = why(self._profile, suggestion), self._profile.engine
        word = next(iter(cores_of(suggestion.text)), suggestion.text)
        vouched, known = word in engine.vouched, self._in_base(word)
        standing = OwnWord(
            suggestion.text,
            because.uses,
            because.first_at,
            because.last_at,
            tuple(sorted(because.lines)),
            "trusted" if known else rung_of(because.uses, self._profile.settings, vouched=vouched),
            vouched,
            word in engine.blocked,
            word in engine.kept_as_typed,
            known,
        )
        return Reasons(because, standing)

    def add(self, text: str) -> Added:
        """Trust a word from now on, however seldom it was typed; a blocked one is allowed again.

        What would be cut out of a line is not kept here either; a word of the base needs no trust.
        """
        words = words_of(text)
        if len(words) != 1 or len(text.split()) != 1:
            return "no word"
        (word,) = words
        if redact(word).text != word or redact(text).text != text:
            return "secret"
        was_blocked = self._profile.unblock(word)
        if self._in_base(fold(word)):
            return "allowed" if was_blocked else "known"
        self._profile.vouch_for(word)
        return "added"

    def block(self, word: str) -> None:
        """Never offer a word again, until it is unblocked."""
        self._profile.block(word)

    def unblock(self, word: str) -> bool:
        """Offer a blocked word again; say whether it was blocked."""
        return self._profile.unblock(word)

    def forget(self, words: Sequence[str]) -> tuple[ForgetReport, ProbeReport]:
        """Forget words everywhere, then ask the engine for them: what was reached, and whether it holds."""
        forgotten = self._profile.forget_what(Forgetting(tuple(words)))
        return forgotten.report, forgotten.probe()

    def unlearn(self, since: float) -> ForgetReport:
        """Forget every line that was kept since a Unix time, in seconds."""
        return self._profile.forget_what(Forgetting(since=since)).report

    def review(self) -> Review:
        """Return what there is to decide on since the last review."""
        return self._profile.review()

    def reviewed(
        self, review: Review, asked: int, keep: Sequence[str], block: Sequence[str]
    ) -> None:
        """Keep and block what a review of its first `asked` words decided; the others come again."""
        for word in keep:
            self._profile.vouch_for(word)
        for word in block:
            self._profile.block(word)
        self._profile.reviewed(review, asked)

    def _in_base(self, word: str) -> bool:
        return self._profile.engine.base.lexicon.find(word) is not None
