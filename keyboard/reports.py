"""What became of many lines, or of what was forgotten, that a profile was handed. Values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hushkey.keyboard.exports import Export


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of imported lines: kept lines and words, secrets cut out by kind."""

    lines: int
    words: int
    redacted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What a forgotten word, or whatever else was forgotten, was part of."""

    entries: int  # lines that were cut or deleted
    adapter_dropped: bool  # trained on one of them, it may be, so dropped until the next learning
    deleted: int = 0  # lines of which nothing is left
    reports_dropped: int = 0  # that waited to be sent and may have been made of them
    exports: tuple[Export, ...] = ()  # copies that were written while one of the lines was there


@dataclass(frozen=True, slots=True)
class WordProbe:
    """How one forgotten word is suggested now."""

    word: str = field(repr=False)  # folded
    in_base: bool
    """Whether the base knows the word by itself."""
    left: int
    """How often it is still typed in lines that were to stay."""
    offered: int
    """Of a word that the base does not know: how often it was offered when it was begun."""
    times_base: float
    """The highest of its chances, as a multiple of the base's own in the same context; 0 where it has none."""
    shown: int
    """Contexts behind which it is one of the three likeliest words."""
    shown_by_base: int
    """Contexts behind which the base alone has it among its three."""

    @property
    def gone(self) -> bool:
        """Whether nothing that was to stay holds the word."""
        return not self.left


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Whether forgetting holds, as found by asking the engine."""

    exact: bool
    """Whether every count is that of an engine that was taught what is left and nothing else."""
    adapter: bool
    """Whether an adapter, trained anew on what is left, took part."""
    contexts: int
    """Texts behind which each word was asked for: neutral ones, and those in which it stood."""
    words: tuple[WordProbe, ...]

    @property
    def holds(self) -> bool:
        """Whether all that can be promised is so.

        A word of which nothing is left is offered by nobody, or as the base offers it; only an adapter may
        make a word of the base likelier than the base does, out of what is left.
        """
        return self.exact and all(
            not word.offered and (word.in_base or not word.times_base) and self._fair(word)
            for word in self.words
            if word.gone
        )

    def _fair(self, word: WordProbe) -> bool:
        return self.adapter or word.times_base <= 1.0
