"""Cut secrets out of a line before anything keeps or learns it. Pure, total, linear in the line.

Two mistakes are possible and one is worse: a secret kept is a leak, a word cut is a gap. So what is
shaped like a secret goes, and the tests hold a table of ordinary prose that must stay. Patterns are
written with possessive repeats and bounded looks, as a line may have a million characters.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hushkey.keyboard.redaction_accounts import card_numbers, ibans
from hushkey.keyboard.redaction_addresses import addresses
from hushkey.keyboard.redaction_assignments import assigned_passwords
from hushkey.keyboard.redaction_codes import one_time_codes
from hushkey.keyboard.redaction_commands import passwords_in_commands
from hushkey.keyboard.redaction_identities import identities
from hushkey.keyboard.redaction_key_names import named_keys
from hushkey.keyboard.redaction_locks import lock_codes
from hushkey.keyboard.redaction_loose import loose_passwords
from hushkey.keyboard.redaction_numbers import long_numbers
from hushkey.keyboard.redaction_passwords import told_passwords
from hushkey.keyboard.redaction_phones import named_phone_numbers, phone_numbers
from hushkey.keyboard.redaction_plain import plain
from hushkey.keyboard.redaction_spared import Span, spared
from hushkey.keyboard.redaction_tokens import keys
from hushkey.keyboard.redaction_urls import url_secrets

REDACTED = "█"  # no letter or digit: never a word, and no n-gram reaches across it

_PASSES = 8  # what surrounds a cut may look like a secret once more; two passes are the rule


@dataclass(frozen=True, slots=True)
class _Detector:
    kind: str
    find: Callable[[str], Iterable[Span]]
    by_shape: bool = False
    """Whether a number is found by its looks alone, so that those known to be no secret are spared."""


# A pass cuts what the first of these finds anything with; a URL is not to be taken for an address.
# Where two finds of a pass overlap, one cut covers both and has the kind that stands first here.
_STAGES: tuple[tuple[_Detector, ...], ...] = (
    (_Detector("url", url_secrets),),
    (
        _Detector("email", addresses),
        _Detector("key", keys),
        _Detector("iban", ibans),
        _Detector("card", card_numbers),
        _Detector("phone", phone_numbers, by_shape=True),
        _Detector("phone", named_phone_numbers),
        _Detector("code", one_time_codes),
        _Detector("code", lock_codes),
        _Detector("password", assigned_passwords),
        _Detector("password", told_passwords),
        _Detector("password", passwords_in_commands),
        _Detector("key", named_keys),
        _Detector("digits", long_numbers, by_shape=True),
        _Detector("digits", identities),
        _Detector("password", loose_passwords),
    ),
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A line without its secrets. Its `repr` does not hold the line."""

    text: str = field(repr=False)
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
    line = plain(text)
    harmless = spared(line)
    spans = sorted(
        (start, end, rank)
        for rank, detector in enumerate(stage)
        for start, end in detector.find(line)
        if start < end and not (detector.by_shape and harmless.holds(start, end))
    )
    merged: list[tuple[int, int, int]] = []
    for start, end, rank in spans:
        if merged and start < merged[-1][1]:
            first, last, higher = merged.pop()
            merged.append((first, max(last, end), min(higher, rank)))
        else:
            merged.append((start, end, rank))
    return [(start, end, stage[rank].kind) for start, end, rank in merged]


def _cut(text: str, cuts: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    kept = 0
    for start, end, _ in cuts:
        pieces += (text[kept:start], REDACTED)
        kept = end
    return "".join(pieces) + text[kept:]
