"""Find telephone numbers: by their shape, or by the words before them. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import DATE, SEVERAL_DIGITS, Span

_INTERNATIONAL = re.compile(r"(?<![\w+])\+ ?\(?\d[\d ()./-]{5,26}(?<=\d)")
_AMERICAN = re.compile(
    r"(?<![\w.])(?:\+?1[ .-]{0,3})?(?:\(\d{3}\)[ -]{0,2}|\d{3}(?P<gap>[ ./-]| - ))"
    r"\d{3}(?:[ .-]| - )?(?:\d{4}|(?<=[ .-])[A-Z]{4})(?!\w|\.\d)"
)
_TRUNK = re.compile(
    r"(?<![\w.,:/-])\(?0\d{1,5}\)?(?:(?:[ .-]|/(?!0\d\d)| [/-] )\d{1,8}){1,6}(?![\w]|[.,:]\d|/[1-9])"
)
_TRUNK_DIGITS = range(8, 16)
_RUSSIAN = re.compile(r"(?<![\w+-])8[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]\d\d[ -]\d\d(?!\w)")
_AREA_FIRST = re.compile(r"(?<!\w)\(\d{2,5}\)[ -]?\d{3,5}[ -]?\d{3,5}(?!\w)")
_LOCAL = re.compile(r"(?<![\w.])\d{3}\.\d{4}(?![\w]|[.,]\d)")
# Spaced as in Spain, Scandinavia and Switzerland.
_SPACED = re.compile(
    r"(?<![\w.,:+$€£-])(?<!\d )(?:\d{3} \d\d \d\d \d\d|\d\d \d{3} \d\d \d\d|\d\d \d{3} \d{4}|\d{3} \d\d \d{3}"
    r"|\d\d \d\d \d\d \d\d|\d{2,3} \d{4}-\d{4}|\d\d \d{5}-\d{4})(?![\w]| ?\d|[.,:/]\d)"
)
_NAMED = re.compile(
    r"(?i:\b(?:tele(?:ph|f)one?|phone|tel|cell(?:ular)?|mob(?:ile?|il)?|handy|natel|gsm|fax|sms|whats?app|viber|wa|tlf|puh"
    r"|ph|ring|call|dial|te?xt|numb?er|nummer|número|numero|telefon\w{0,6})\b)"
    r"(?: (?:me|us|him|her|them|on|at|is|no|nr|number|to)\b){0,3}[.:#=]{0,2} ?"
    r"(?P<number>[+(]?\d(?:[ ./()-]{0,3}\d){6,14})(?!\w|[.,]\d)"
)
_HOURS = re.compile(r"[012]?\d\.[0-5]\d ?[-/] ?[012]?\d\.[0-5]\d")  # 08.30-17.00
_DAYS = re.compile(r"(?:[0-3]\d\.[01]\d\.?(?: ?[/-] ?| |\Z)){2,}")  # 01.01. 06.01.
_SHORTEST = 7


def phone_numbers(text: str) -> Iterator[Span]:
    """Find telephone numbers by their shape: with a country code, or national ones.

    A local number of seven digits falls under `long_numbers`.
    """
    if not SEVERAL_DIGITS.search(text):
        return
    for match in _INTERNATIONAL.finditer(text):
        yield from _possible(text, *match.span())
    for pattern in (_AMERICAN, _RUSSIAN, _AREA_FIRST, _LOCAL):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _TRUNK.finditer(text):
        if _digits(match[0]) in _TRUNK_DIGITS and not _tells_time(match[0]):
            yield _balanced(*match.span(), match[0])
    for match in _SPACED.finditer(text):
        if not DATE.match(match[0]):
            yield match.span()


def named_phone_numbers(text: str) -> Iterator[Span]:
    """Find what is called a telephone's number, whatever it looks like: `call me on 12 34 56 78`."""
    if not SEVERAL_DIGITS.search(text):
        return
    for match in _NAMED.finditer(text):
        if not _tells_time(match["number"]):
            yield _balanced(*match.span("number"), match["number"])


def _digits(number: str) -> int:
    return sum(map(str.isdecimal, number))


def _balanced(start: int, end: int, number: str) -> Span:
    """Leave out the bracket that was opened before: `(0117 496 0456)`."""
    return (start + (number[0] == "(" and ")" not in number), end)


def _tells_time(number: str) -> bool:
    """Tell `01.02.2024` and `08.30-17.00` from `01.42.68.53.00`."""
    date = DATE.match(number)
    return bool(
        _HOURS.fullmatch(number)
        or _DAYS.fullmatch(number)
        or (date and number[date.end() :][:1] in {"", " "})
    )


def _possible(text: str, start: int, end: int) -> Iterator[Span]:
    """Take as much as can be a number of some country; what follows it may be another number."""
    import phonenumbers  # noqa: PLC0415  read only for lines with such a candidate

    while end - start > _SHORTEST:
        try:
            number = phonenumbers.parse(text[start:end], None)
        except phonenumbers.NumberParseException:
            return
        if phonenumbers.is_possible_number(number):
            yield start, end
            return
        gap = text.rfind(" ", start, end)
        end = max(start, gap)
