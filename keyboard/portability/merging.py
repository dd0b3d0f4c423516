"""Bring what a copy or another keyboard holds into a profile: only what is not there yet, so that twice is once."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.erasure import says_something
from hushkey.keyboard.portability.contents import LISTS, Contents, CopyRefused, Line
from hushkey.keyboard.portability.tombstones import Tombstones
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.wordlist import Listed, WordList, storable
from hushkey.model.text import fold

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.wordlist import Table

_Key = tuple[float | None, str, str]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge brought."""

    lines: int = 0
    """Lines that were not there."""
    here_already: int = 0
    """Lines that were, as often as the copy holds them."""
    words: int = 0
    """Words new on one of the owner's lists."""
    forgotten: int = 0
    """Lines left out or cut, as they hold what was forgotten on this profile since they were typed."""
    redacted: Mapping[str, int] = field(default_factory=dict)


def merge(profile: "Profile", contents: Contents, *, now: float | None = None) -> MergeReport:
    """Keep and learn what is not there yet. Merging the same again changes nothing.

    A line is the same where time, surface and text are; where its source tells no time, where surface and text
    are. What was typed at one moment several times stays so: the larger count holds. Raises CopyRefused while
    learning is off.
    """
    if profile.paused:
        raise CopyRefused("learning is off, so nothing was taken; turn it on: hushkey resume")
    now = time.time() if now is None else now
    wanted, cut, redacted = _wanted(contents, Tombstones.of(profile.history))
    missing = dict(_missing(profile, wanted))
    total = sum(wanted.values())
    report = profile.merge_lines(
        Dated(now if at is None else at, surface, text)
        for (at, surface, text), count in sorted(missing.items(), key=lambda pair: _order(pair[0]))
        for _ in range(count)
    )
    words = sum(_merge_list(profile, contents, table, now) for table in LISTS)
    return MergeReport(report.lines, total - sum(missing.values()), words, cut, dict(redacted))


def _wanted(contents: Contents, tombstones: Tombstones) -> tuple[Counter[_Key], int, Counter[str]]:
    """What a copy's lines come to here, once redacted and without what was forgotten."""
    wanted: Counter[_Key] = Counter()
    redacted: Counter[str] = Counter()
    cut = 0
    for line in contents.lines:
        clean = redact(storable(line.text))
        redacted.update(clean.kinds)
        left = clean.text if line.at is None else tombstones.left_of(_dated(line, clean.text))
        cut += line.count * (left != clean.text)
        if says_something(left):
            wanted[line.at, storable(line.surface), left] += line.count
    return wanted, cut, redacted


def _dated(line: Line, text: str) -> Dated:
    return Dated(line.at or 0.0, storable(line.surface), text)


def _missing(profile: "Profile", wanted: Counter[_Key]) -> Iterator[tuple[_Key, int]]:
    held: Counter[_Key] = Counter()
    for entry in profile.history.entries():
        held[entry.at, entry.surface, entry.text] += 1
        held[None, entry.surface, entry.text] += 1
    for key, count in wanted.items():
        if count > held[key]:
            yield key, count - held[key]


def _merge_list(profile: "Profile", contents: Contents, table: "Table", now: float) -> int:
    kept: WordList = getattr(profile.history, table)
    before = {fold(word) for word in kept.words()}
    kept.extend(
        Listed(one.word, now if one.at is None else one.at)
        for one in contents.words
        if one.table == table and (table == "blocked" or redact(one.word).text == one.word)
    )
    new = [word for word in kept.words() if fold(word) not in before]
    for word in new:
        tell_engine(profile, table, word)
    return len(new)


def tell_engine(profile: "Profile", table: "Table", word: str) -> None:
    """Let the engine know of a word that came onto a list."""
    match table:
        case "blocked":
            profile.engine.block(word)
        case "kept_as_typed":
            profile.engine.keep_as_typed(word)
        case "vouched":
            profile.engine.vouch_for(word)


def _order(key: _Key) -> tuple[float, str, str]:
    at, surface, text = key
    return (float("inf") if at is None else at), surface, text
