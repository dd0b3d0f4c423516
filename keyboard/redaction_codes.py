"""Find the codes that let somebody in once, or through a door. Pure.

Numbers that only bear the name, such as a zip code or the status of a reply, are not among them.
"""

import re
from collections.abc import Iterator

_Span = tuple[int, int]

_YEAR = re.compile(r"(?:19|20)\d\d")
_PLAIN = r"\d{3}[ -]\d{3}|\d{4,8}|(?=[A-Z]*\d)[A-Z0-9]{5,8}"
_PACED = r"\d\d(?:[ -]\d\d){1,3}(?![ -]?\d)|\d(?:[ -]\d){3,7}(?![ -]?\d)"  # 55 12 09; 4 8 2 1
_MEASURE = r"(?! (?i:lines?|loc|words?|characters|chars|bytes|files|pages|times|years)\b)"
_CODE = rf"(?<![\w.,-])(?P<code>{_PLAIN}|{_PACED})(?![\w-]|[.,:]\d){_MEASURE}"
_NAMED_CODE = re.compile(
    r"\b(?:(?P<kind>[A-Za-z]{1,20})[ -])?(?P<name>(?i:code|otp|passcode|2fa|mfa)|TAN)\b"
    r"(?P<gap>(?i:"
    r" (?:for|to|of|on|in)(?: [\w.'’-]{1,20}){1,5}? ?(?:is|was|[:=])(?: now)? ?"
    r"|[ ]?(?:is|was|now|number|no\.?|#|:|=|-|->|→|for [\w.]{1,20}:?| ){0,3}[ ]?))" + _CODE
)
_STRONG_CODE = re.compile(
    r"(?i:\b(?:(?:one[ -]?time|verification|confirmation|security|authentication|authorization"
    r"|log-?in|sign-?in|access) (?:pass)?(?:code|pin|password)|otp|passcode)\b)"
    r"[^\d\n█]{1,30}?" + _CODE
)
_CODE_FIRST = re.compile(
    _CODE
    + r"(?i: (?:is|as) (?:your|the|my|our|its|a)\b[^\n.█]{0,40}?\b(?:code|otp|pin|passcode|password))"
)
_USE_CODE = re.compile(
    r"(?i:\b(?:use|enter|type|send|text)(?: the)?(?: code| pin)? )"
    + _CODE
    + r"(?i:(?= (?:to|as|for|when|on) (?:\w+ ){0,3}?(?:verify|confirm|log|login|sign|pair)))"
)
_PREFIXED_CODE = re.compile(r"(?<![\w-])(?:G|FB|LN)-\d{5,6}(?![\w-])")
_CODE_WORDS = (
    "code",
    "otp",
    "2fa",
    "mfa",
    "tan",
    "pin",
    "password",
    "use",
    "enter",
    "type",
    "send",
    "text",
)
_LONELY_CODE = re.compile(r"\s*(\d{6}|\d{3}[ -]\d{3})\s*")
_SAID = re.compile(r"(?i:is|was|[:=#>→])")
_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-\d\d")
_SURE = 6  # digits and letters from which what follows the name is a code without an "is" between
_NAMES_OF_OTHERS = """
zip post postal area country error exit status response return dress color colour product source
item unit building tax discount morse http state language currency city dial dialing dialling
bar qr penal civil criminal fire byte char key sort promo coupon voucher
"""
_OTHER_CODES = frozenset(_NAMES_OF_OTHERS.split())

_NAMES_OF_LOCKS = """
the this my your our his her their its new old with door gate garage lock padlock locker alarm safe
bike gym entry house office keypad wifi unlock
"""
_LOCKS = frozenset(_NAMES_OF_LOCKS.split())


def one_time_codes(text: str) -> Iterator[_Span]:
    """Find codes that let somebody in once: by what is said of them, or alone on their line."""
    if not any(map(str.isdecimal, text)):
        return
    lonely = _LONELY_CODE.fullmatch(text)
    if lonely and not lonely[1].endswith("000"):
        yield lonely.span(1)
    yield from (match.span() for match in _PREFIXED_CODE.finditer(text))
    lowered = text.lower()
    if not any(word in lowered for word in _CODE_WORDS):
        return
    for match in _NAMED_CODE.finditer(text):
        if _is_code(match["kind"], match["gap"], match["code"]):
            yield match.span("code")
    for pattern in (_STRONG_CODE, _CODE_FIRST, _USE_CODE):
        for match in pattern.finditer(text):
            if _is_sure(match["code"]):
                yield match.span("code")


def _is_code(kind: str | None, gap: str, code: str) -> bool:
    of_what = (kind or "").lower()
    if of_what in _OTHER_CODES or _DATE.fullmatch(code):
        return False
    # "the code is 4821", but neither "I code 1000 lines" nor "the code of 1986".
    if _SAID.search(gap) or len(re.sub("[ -]", "", code)) >= _SURE:
        return True
    # "the padlock has the code 7714", but not "the code 2024".
    return of_what in _LOCKS and gap.isspace() and _is_sure(code)


def _is_sure(code: str) -> bool:
    """Leave out what is rather a year, a date, or two small numbers side by side."""
    if _YEAR.fullmatch(code) or _DATE.fullmatch(code):
        return False
    return len(code) != len("10 30") or code.isalnum()
