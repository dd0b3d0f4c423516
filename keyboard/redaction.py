"""Cut secrets out of a line before anything keeps or learns it. Pure, total, linear in the line.

Two mistakes are possible and one is worse: a secret kept is a leak, a word cut is a gap. So what is
shaped like a secret goes, and the tests hold a table of ordinary prose that must stay. Patterns are
written with possessive repeats and bounded looks, as a line may have a million characters.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hushkey.keyboard.redaction_codes import one_time_codes
from hushkey.keyboard.redaction_numbers import (
    card_numbers,
    ibans,
    long_numbers,
    phone_numbers,
)
from hushkey.keyboard.redaction_passwords import loose_passwords, named_passwords
from hushkey.keyboard.redaction_tokens import addresses, keys, url_secrets

REDACTED = "█"  # no letter or digit: never a word, and no n-gram reaches across it

_Span = tuple[int, int]
_PASSES = 8  # what surrounds a cut may look like a secret once more; two passes are the rule

_Detector = tuple[str, Callable[[str], Iterable[_Span]]]

# A pass cuts what the first of these finds anything with; a URL is not to be taken for an address.
# Where two finds of a pass overlap, one cut covers both and has the kind that stands first here.
_STAGES: tuple[tuple[_Detector, ...], ...] = (
    (("url", url_secrets),),
    (
        ("email", addresses),
        ("key", keys),
        ("iban", ibans),
        ("card", card_numbers),
        ("phone", phone_numbers),
        ("code", one_time_codes),
        ("password", named_passwords),
        ("digits", long_numbers),
        ("password", loose_passwords),
    ),
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A line without its secrets."""

    text: str
    kinds: tuple[str, ...]
    """What was cut, in the order of the passes and of the line; one for each mark put."""


def redact(text: str) -> Redaction:
    """Put one mark in the place of each secret. Redacting the result again changes nothing."""
    kinds: list[str] = []
    for _ in range(_PASSES):
        cuts = next(filter(None, (_found(text, stage) for stage in _STAGES)), None)
        if not cuts:
            return Redaction(text, tuple(kinds))
        kinds += (kind for _, _, kind in cuts)
        text = _cut(text, cuts)
    return Redaction(REDACTED, tuple(kinds))  # secrets all the way down: nothing of it is kept


def _found(text: str, stage: tuple[_Detector, ...]) -> list[tuple[int, int, str]]:
    spans = sorted(
        (start, end, rank)
        for rank, (_, find) in enumerate(stage)
        for start, end in find(text)
        if start < end
    )
    merged: list[tuple[int, int, int]] = []
    for start, end, rank in spans:
        if merged and start < merged[-1][1]:
            first, last, higher = merged.pop()
            merged.append((first, max(last, end), min(higher, rank)))
        else:
            merged.append((start, end, rank))
    return [(start, end, stage[rank][0]) for start, end, rank in merged]


def _cut(text: str, cuts: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    kept = 0
    for start, end, _ in cuts:
        pieces += (text[kept:start], REDACTED)
        kept = end
    return "".join(pieces) + text[kept:]
