"""Why a word was offered: which expert, and when and where its owner wrote it. Reads the history; changes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hushkey.keyboard.erasure import cores_of, words_before
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.types import Suggestion


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons for one suggestion."""

    experts: Mapping[str, float]
    """Each expert's own chance of the word, 0..1; empty for an emoji and for a word as it was typed."""
    uses: int
    """How often the owner's kept lines hold the word; of a phrase, its first word."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Kept lines that hold it, by surface."""
    first_at: float | None = None
    """Unix time, seconds, of the oldest of them; None where there is none."""
    last_at: float | None = None
    """Unix time, seconds, of the newest of them."""


def why(profile: Profile, suggestion: Suggestion) -> Why:
    """Return the reasons for a suggestion. Reads every kept line: a tenth of a second for some 20,000 of them."""
    word = next(iter(cores_of(suggestion.text)), "")
    uses, lines, times = 0, Counter[str](), list[float]()
    for entry in profile.history.entries() if word else ():
        here = sum(core == word for core, _ in words_before(entry.text))
        if here:
            uses += here
            lines[entry.surface] += 1
            times.append(entry.at)
    first, last = (times[0], times[-1]) if times else (None, None)
    return Why(dict(suggestion.experts), uses, dict(lines), first, last)
