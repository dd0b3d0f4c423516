"""Find what opens doors, safes and padlocks: numbers told of a lock without the word code. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import YEAR, Span

_NUMBER = (
    r"(?P<code>[#*]?(?:[A-Z]?\d{3,8}[A-Z]?|\d(?:[ -]\d){2,7})[#*]?)(?![\w-]|[.,:]\d|[ ]?(?:mm|cm|m|kg"
    r"|km|of|x|people|euros?)\b)"
)
# Of which a bare number is the combination; "padlock 40 mm" has two digits.
_LOCK = (
    r"(?:pad|bike |luggage |suitcase |wheel |smart |door |locker )?lock|padlock|lock ?box|key ?box|key ?safe|key ?pad"
    r"|combination|combo|intercom"
)
_DOOR = (
    r"(?:front |back |side |main |gym |office |cellar |shed )?(?:door|gate|entrance|garage)|(?:hotel |room |wall )?safe"
    r"|(?:burglar |house )?alarm|locker|parcel box|bike|shed|flat|building|buzzer|buzz"
)
_SAID = (
    r"(?:'s (?:lock|combo)|'s)?(?: (?:off|on the left))?(?: (?:is|was|opens with|unlocks with|takes"
    r"|to my \w{1,20}|for \w{1,20}))?(?: ?[:=]| -| now)?"
)
_LOCKED = re.compile(rf"(?i:\b(?:{_LOCK}|suitcase|luggage)(?: code| pin)?{_SAID}) {_NUMBER}")
_ENTRY = re.compile(
    rf"(?i:\b(?:{_DOOR})(?:'s (?:lock|combo|code|pin|number))?(?: off)?(?P<said> (?:is|was|opens with"
    rf"|unlocks with)| ?[:=])?) {_NUMBER}"
)
_ENTERED = re.compile(
    rf"(?i:\b(?:disarm(?: it)? with|buzz(?:er)?|unlock(?: it)? with|opens? (?:it )?with|then press"
    rf"|(?:then|and) dial|press \d{{1,3}} then) ){_NUMBER}"
)
_THEN = re.compile(r"(?i:\b(?:intercom|press|buzz) )(?P<code>\d{1,4})(?i: then (?=\d{3,8}\b))")
_TURNED = re.compile(
    r"(?i:\b(?:combination|combo|dial|lock|locker|safe)\b(?: to (?:my|the|our) [\w' ]{1,30}?| \d{1,3})?"
    r"(?: (?:is|was|combination|combo))?(?: ?[:=]| -)? )(?P<code>\d{1,2}(?:[ -]\d{1,2}){2,3}"
    r"|\d{1,2}[RL]-\d{1,2}[RL]-\d{1,2}[RL]?)(?!\w|-\d| \d|[.,:]\d)"
)
_WORDS = (
    "lock",
    "luggage",
    "suitcase",
    "safe",
    "comb",
    "door",
    "gate",
    "garage",
    "alarm",
    "entrance",
    "pad",
    "buzz",
    "box",
    "dial",
    "intercom",
    "bike",
    "press",
    "disarm",
    "open",
    "shed",
    "flat",
    "building",
)
_BARE = re.compile(r"(?i:door|safe|alarm|buzz|building|flat|bike|shed|garage|entrance)")


def lock_codes(text: str) -> Iterator[Span]:
    """Find the numbers told of a lock, a door, a safe, an alarm."""
    lowered = text.lower()
    if not any(map(str.isdecimal, text)) or not any(word in lowered for word in _WORDS):
        return
    for match in _LOCKED.finditer(text):
        if not YEAR.fullmatch(match["code"]) and not match["code"].endswith("00"):
            yield match.span("code")
    for match in _ENTRY.finditer(text):
        if _opens(match["said"], match["code"], match[0]):
            yield match.span("code")
    for pattern in (_ENTERED, _THEN, _TURNED):
        for match in pattern.finditer(text):
            yield match.span("code")


def _opens(said: str | None, code: str, whole: str) -> bool:
    """Tell `front door 5830` and `gate: 4402` from `gate 1204`, `door 12` and `alarm 0600`."""
    digits = "".join(filter(str.isdecimal, code))
    if YEAR.fullmatch(digits) or digits.endswith("00") or len(digits) < 4:
        return False
    if said:
        return not (said.strip() in {"is", "was"} and len(code) > len(digits) + 3)
    return bool(re.match(r"(?i:\w+ door|door|\w+ alarm|\w+ safe|main)", whole)) or code[-1] in "#*"
