"""The weekly review, as values: what is asked for, what was decided, where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hushkey.tui.cli.when import day_of
from hushkey.tui.view_model import visible

if TYPE_CHECKING:
    from hushkey.keyboard.review import LearnedWord, Review

Decision = Literal["keep", "forget", "block", "leave"]


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """What a review comes to: of its first `asked` words these; the others come again."""

    review: Review
    asked: int
    keep: tuple[str, ...]
    forget: tuple[str, ...]
    block: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ReviewState:
    """A review under way: a decision for each of its first words."""

    review: Review
    decisions: tuple[Decision, ...] = ()

    @property
    def word(self) -> LearnedWord | None:
        """The word that is asked for; None where all are decided."""
        words = self.review.words
        return words[len(self.decisions)] if len(self.decisions) < len(words) else None

    def decide(self, decision: Decision) -> ReviewState:
        """Decide on the word that is asked for."""
        return self if self.word is None else replace(self, decisions=(*self.decisions, decision))

    def decide_rest(self, decision: Decision) -> ReviewState:
        """Decide on it and all that follow."""
        left = len(self.review.words) - len(self.decisions)
        return replace(self, decisions=self.decisions + (decision,) * left)

    def back(self) -> ReviewState:
        """Take the last decision back."""
        return replace(self, decisions=self.decisions[:-1])

    def ended(self) -> Decided:
        """Return what was decided until now."""

        def of(decision: Decision) -> tuple[str, ...]:
            pairs = zip(self.review.words, self.decisions, strict=False)
            return tuple(word.word for word, said in pairs if said == decision)

        asked = len(self.decisions)
        return Decided(self.review, asked, of("keep"), of("forget"), of("block"))


def headline(state: ReviewState) -> str:
    """Return the title: which word of how many."""
    many = len(state.review.words)
    return f"Weekly review · {min(len(state.decisions) + 1, many):,} of {many:,}"


def facts(word: LearnedWord) -> str:
    """Return what is known of the word that is asked for."""
    uses = f"{word.count:,} use{'' if word.count == 1 else 's'}"
    days = " to ".join(dict.fromkeys((day_of(word.first), day_of(word.last))))
    return f"{uses}, {days}, in {', '.join(map(visible, word.surfaces))}. It is {word.rung} now."


def nothing(review: Review) -> str:
    """Return what is said where there is nothing to decide on."""
    since = f" since {day_of(review.at)}" if review.at is not None else ""
    return f"Nothing new to review{since}."


def told(decided: Decided) -> str:
    """Return what became of a review, before what was to be forgotten is."""
    counts = (
        ("kept", decided.keep),
        ("blocked", decided.block),
        ("to be forgotten", decided.forget),
    )
    said = [f"{len(words):,} {what}" for what, words in counts if words]
    left = len(decided.review.words) - decided.asked
    if left:
        said.append(f"{left:,} come{'s' if left == 1 else ''} again")
    return f"Reviewed: {', '.join(said)}." if said else "Reviewed: all left as they are."
