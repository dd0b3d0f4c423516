"""Find passwords that no word names: they look like nothing else, or stand beside a user's name. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import Span

_TOKEN = re.compile(r"(?<!\S)[^\s█]{8,64}+(?!\S)")
_SEGMENT = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z0-9]+")
_SYMBOLS = frozenset("!@#$%^&*?")
_NOT_IN_PASSWORDS = frozenset("/\\()[]{}<>:;,\"'`|=+")  # paths, code, formulas, amounts
_DURATION = re.compile(r"(?:\d+[dhmswxk])+\d*")  # 2h30m15s
_VERSIONED = re.compile(r"[\w.-]+@[\^~]?v?\d+(?:[.-]\w+|[A-Za-z]{1,4})*")  # react@18.2.0
_FORMULA = re.compile(r"(?:(?:H|C|N|O|S|P|K|F|Na|Ca|Cl|Mg|Al|Si|Fe|Cu|Zn|Li|Br)\d*)+")
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]+")
_EMAIL = r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
_PAIR = re.compile(
    rf"(?<![\w./:@-])(?:(?P<email>{_EMAIL}|█)|[A-Za-z][\w.-]{{1,30}})(?P<gap>:| ?/ ?| \| | (?:(?:pw|pass) )?)"
    r"(?P<value>[^\s█/\"',;:|]{6,64})(?=\s|\Z|[\"',;])"
)
_CUSTOMARY = re.compile(  # Summer2024!, iLuvWalrus88!, qwerty123!, w4lru5!!
    r"(?:[A-Z][a-z]{5,20}|(?:[a-z]?[A-Z][a-z]{1,15}){2,4}|[A-Z][a-z]{2,15}(?:_[A-Z][a-z]{2,15}){1,3}_)\d{2,4}[!@#$*?]{1,3}"
    r"|[a-z]{5,15}\d{3,4}[!@#$*]{1,3}|[a-z]{1,4}\d[a-z]{1,4}\d[a-z\d]{0,6}!{1,3}"
)
_LOGIN = re.compile(
    r"(?i:\b(?:log-?in|logins?|credentials?|creds|account|zugangsdaten|netflix|user(?:name)?|guest|wi-?fi|ssid|router|network"
    r"|admin|signed? in|log in as)\b)"
)
_NAMED_FIRST = re.compile(
    r"(?i:\b(?:log in as \S{1,40} with|guest network: [\w-]{1,40},|network: [\w-]{1,40},|(?:wi-?fi"
    r"|wpa[23]?|wlan|hotspot)(?: key)?:|wi-?fi is [\w-]{1,40} /"
    r"|bitwarden master:|master:|u(?:ser)?:? ?\S{1,30} p:))\s?(?P<value>[^\s█\"',;]{6,64})"
)


def loose_passwords(text: str) -> Iterator[Span]:
    """Find words that mix letters, digits and marks as no word, name or version does."""
    if not any(map(str.isdecimal, text)):
        return
    for match in _TOKEN.finditer(text):
        lead = len(match[0]) - len(match[0].lstrip("\"'(["))
        core = match[0].strip("\"'()[].,;:!?")
        start = match.start() + lead
        if looks_made_up(core):
            yield start, start + len(core)
        elif _CUSTOMARY.fullmatch(match[0].strip("\"'()[].,;:")):
            yield start, start + len(match[0].strip("\"'()[].,;:"))
    yield from _beside_names(text)


def _beside_names(text: str) -> Iterator[Span]:
    is_login = bool(_LOGIN.search(text))
    for match in _PAIR.finditer(text):
        value = match["value"].rstrip(".")
        if _is_pass(value, strictly=not (is_login or match["email"]), after=match["gap"]):
            yield match.start("value"), match.start("value") + len(value)
    for match in _NAMED_FIRST.finditer(text):
        if _is_pass(match["value"].rstrip("."), strictly=False, after=":"):
            yield match.start("value"), match.start("value") + len(match["value"].rstrip("."))


def _is_pass(value: str, *, strictly: bool, after: str) -> bool:
    """Judge what stands after a user's name: mixed, and if no word speaks of a login, with a mark too."""
    digits = any(map(str.isdecimal, value))
    letters = any(map(str.isalpha, value))
    marked = not _SYMBOLS.isdisjoint(value) and "@" not in value
    if (
        not letters
        or not digits
        or "." in value[1:-1]
        or (after == " " and (strictly or not _is_marked_inside(value)))
    ):
        return False
    return (marked and any(map(str.isupper, value))) if strictly else True


def _is_marked_inside(value: str) -> bool:
    return not _SYMBOLS.isdisjoint(value[1:-1])


def looks_made_up(word: str) -> bool:
    """Whether a word of eight characters and more is a password's and nobody's name."""
    if len(word) < 8 or not word.isascii() or not _NOT_IN_PASSWORDS.isdisjoint(word):
        return False
    segments = _SEGMENT.findall(word)
    digits = sum(segment[0].isdigit() for segment in segments)
    letters = sum(segment[0].isalpha() for segment in segments)
    if not digits or not letters or _is_known(word):
        return False
    a_segment = len(word) / len(segments)
    if not _SYMBOLS.isdisjoint(word[1:]):
        return _is_symbolic(word, len(segments), a_segment)
    if not word.isalnum():
        return False
    if word in {word.lower(), word.upper()}:  # a1b2c3d4
        return digits >= 3 and a_segment <= 1.6
    return digits >= 2 and len(segments) >= 5 and a_segment <= 2  # S3cur3Pass


def _is_known(word: str) -> bool:
    patterns = (_DURATION, _FORMULA, _HEXADECIMAL)
    return any(pattern.fullmatch(word) for pattern in patterns)


def _is_symbolic(word: str, segments: int, a_segment: float) -> bool:
    """Tell Tr0ub4dor&3 and Walrus!88 from R&D-2024, #tag2024 and react@18.2.0."""
    if (
        word[0] in "#@"
        or re.search("@[a-z]+\\Z", word)
        or _VERSIONED.fullmatch(word)
        or word == word.upper()
    ):
        return False
    if a_segment <= 3 and segments >= (4 if word != word.lower() else 6):
        return True
    inside = not (_SYMBOLS - {"@", "%", "#"}).isdisjoint(word[1:-1])
    return (
        inside
        and segments >= 3
        and a_segment <= 5
        and re.search(r"[A-Z]?[a-z]{2,}.*\d", word) is not None
        and word != word.lower()
    )
