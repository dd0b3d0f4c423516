"""What is known of one word of the owner's, as text: when and where it was written, how far it has come. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushkey.tui.cli.when import day_of
from hushkey.tui.view_model import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushkey.keyboard.own_words import Added, OwnWord, Reasons

READING: Final = "reading when and where you wrote it"
_SURFACES: Final = 4  # named; the others are counted
_SAID: Final[Mapping[str, str]] = {
    "trusted": "Trusted: offered as any other word.",
    "new": "New: offered, and marked as new.",
    "seen": "Seen: too seldom to be offered yet.",
}
_BLOCKED: Final = "Blocked: never offered, until you unblock it."
_KEPT: Final = "Kept by you: offered as any other word, and not corrected."
_SHIPPED: Final = "From the shipped list."
_AS_TYPED: Final = "As you typed it: never corrected."
_ADDED: Final[Mapping[Added, str]] = {
    "added": "“{word}” is yours now: offered when you begin it, and not corrected.",
    "known": "“{word}” is in the shipped list already; nothing was changed.",
    "allowed": "“{word}” is offered again.",
    "secret": "That looks like a secret, and secrets are not kept; nothing was changed.",
    "no word": "One word at a time, with a letter or a digit in it; nothing was changed.",
}


def yours(reasons: Reasons) -> tuple[str, str, str]:
    """Return three lines: how often and when it was written, on which surfaces, how it stands."""
    why = reasons.why
    if not why.uses or why.first_at is None or why.last_at is None:
        return "You never wrote it.", "", said(reasons.standing)
    days = dict.fromkeys((day_of(why.first_at), day_of(why.last_at)))
    when = f"first on {next(iter(days))}" + (f", last on {[*days][-1]}" if len(days) > 1 else "")
    times = "once" if why.uses == 1 else f"{why.uses:,} times"
    return f"You wrote it {times}, {when}.", _where(why.lines), said(reasons.standing)


def said(word: OwnWord) -> str:
    """Return what a word's standing means."""
    if word.blocked:
        return _BLOCKED
    parts = [_KEPT] if word.vouched else [] if word.in_base else [_SAID[word.rung]]
    if word.in_base:
        parts.append(_SHIPPED)
    if word.as_typed:
        parts.append(_AS_TYPED)
    return " ".join(parts)


def added(word: str, became: Added) -> str:
    """Return what became of a word that was to be added."""
    return _ADDED[became].format(word=visible(word))


def _where(lines: Mapping[str, int]) -> str:
    """Return how many lines hold it on which surface, the most first."""
    ordered = sorted(lines.items(), key=lambda pair: (-pair[1], pair[0]))
    named = [f"{visible(surface)} {count:,}" for surface, count in ordered[:_SURFACES]]
    if left := ordered[_SURFACES:]:
        named.append(f"{len(left):,} more {sum(count for _, count in left):,}")
    return f"Lines that hold it: {', '.join(named)}."
