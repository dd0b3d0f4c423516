"""Know the numbers that are nobody's secret: books, wares, amounts, measures, dates, series. Pure.

What lies inside one of these is not taken for a card, a telephone or an account by its shape alone.
"""

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

Span = tuple[int, int]

SEVERAL_DIGITS = re.compile(r"\d[^\n]{0,2}?\d")  # most lines have no number at all and end here
YEAR = re.compile(r"(?:19|20)\d\d")
DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)?\d\d"  # 31.12.2024
    r"|(?:0[1-9]|[12]\d|3[01]) (?:0[1-9]|1[0-2]) (?:19|20)\d\d"  # 31 12 2024
    r"|(?:0?[1-9]|1[0-2])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)?\d\d"  # 12/31/2024
    r"|(?:19|20)\d\d([./-]?)(?:0[1-9]|1[0-2])\3(?:0[1-9]|[12]\d|3[01])"  # 2024-12-31, 20241231
)

_NAMED = re.compile(
    r"\b(?:(?i:isbn(?:-?1[03])?|issn|ean(?:-?1?[38])?|upc|gtin(?:-?1[234])?|barcode|doi|arxiv)"
    r"[\s:.#-]{0,3}\d[\dXx -]{3,20}|CVE-\d{4}-\d{4,7}|KB\d{6,7}\b|0x[0-9A-Fa-f]{1,16}\b|1:\d{4,9}\b)"
)
_UNITS = (
    r"(?i:k?m/s|[kmg]?hz|[kmgt]i?b(?:it|ps)?|bytes?|bits?|bpm|rpm|fps|ppm|dpi|px|pixels?|[hk]pa|mbar|k?wh|kcal|mah"
    r"|kg|km|cm|mm|ml|lbs?|ft|miles?|met(?:er|re)s?|steps?|views?|likes?|people|persons|users?|times|inhabitants"
    r"|lines?|words?|characters?|years?|eur(?:os?)?|usd|gbp|chf|jpy|inr|dollars?|pounds?|yen|francs?|rupees?"
    r"|degrees?|seconds|minutes|hours|days|rows|files)"
)
_MEASURED = re.compile(rf"(?<![\w.,-])\d(?:[\d ]{{0,24}}\d)? ?(?:{_UNITS}(?![\w])|[%$€£¥₹₽₩])")
_FRACTION = re.compile(r"(?<![\w.,])[-+]?(?:\d{1,2}[.,]\d{7,}|\d{3}\.\d{8,})(?!\w)")
_A_THOUSAND = r"[1-9]\d{0,2}(?: \d{3}){0,4} 000"
_THOUSANDS = re.compile(rf"(?<![\d.,])(?<!\d ){_A_THOUSAND}(?: ?- ?{_A_THOUSAND})?(?! ?\d)")
_BOOK = re.compile(r"(?<![\w-])97[89]([ -])\d{1,5}\1\d{1,7}\1\d{1,7}\1\d(?![\w-])")
_MONEY = re.compile(r"(?:[$€£¥₹₽₩]|\b(?:EUR|USD|GBP|CHF|JPY|INR|Rs\.?))\s?\d[\d.,' ]{0,24}(?<=\d)")
_ISIN = re.compile(r"(?<!\w)[A-Z]{2}[A-Z0-9]{9}\d(?!\w)")
_ROW = re.compile(r"(?<![\w.,+(/-])\d[\d ]*(?<=\d)(?![\w(])")
_OCLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_OLD_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_LEAST = 3  # numbers that make a series
_LONG_SERIES = 5
_CLOSE = 1.15  # times as large as the smallest are the largest of what was measured again and again
_LONGEST = 12  # digits of a number that is counted or measured


class Spared:
    """Stretches of a line in which a number is not taken for a secret by its shape."""

    __slots__ = ("_spans",)

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans: list[Span] = []
        for start, end in sorted(spans):
            if self._spans and start < self._spans[-1][1]:
                self._spans[-1] = self._spans[-1][0], max(end, self._spans[-1][1])
            else:
                self._spans.append((start, end))

    def holds(self, start: int, end: int) -> bool:
        """Whether a stretch lies wholly within one of these."""
        place = bisect.bisect_right(self._spans, start, key=itemgetter(0)) - 1
        return place >= 0 and end <= self._spans[place][1]


def spared(text: str) -> Spared:
    """Find what is known to be no secret, series of numbers included."""
    return Spared([*_known(text), *_series(text)]) if SEVERAL_DIGITS.search(text) else Spared(())


def known_numbers(text: str) -> Spared:
    """Find what says itself that it is no secret: books, wares, amounts, measures, fractions."""
    return Spared(_known(text))


def _known(text: str) -> list[Span]:
    found = [
        match.span()
        for pattern in (_NAMED, _BOOK, _MEASURED, _FRACTION, _THOUSANDS, _MONEY)
        for match in pattern.finditer(text)
    ]
    found += (match.span() for match in _ISIN.finditer(text) if _isin_holds(match[0]))
    return found


def _series(text: str) -> Iterator[Span]:
    for match in _ROW.finditer(text):
        groups = match[0].split(" ")
        if 1 < len(groups) < 100 and is_series(groups):
            yield match.span()


def is_series(groups: Sequence[str]) -> bool:
    """Tell numbers that are counted, measured or listed from the parts of one number."""
    if not all(groups) or max(map(len, groups)) > _LONGEST:
        return False
    numbers = [int(group) for group in groups]
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    rises = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    slots = all(step > 0 for step in steps) and all(map(_OCLOCK.fullmatch, groups))  # 0615 0820
    if len(groups) < _LEAST:
        return slots
    return (
        slots
        or (len(set("".join(groups))) <= 2 and max(map(len, groups)) <= 2)  # 00 01 10 11
        or (set("".join(groups)) <= set("01") and max(map(len, groups)) <= 8)  # 1010 0011
        or (len(groups) > _LEAST and _CLOSE * min(numbers) > max(numbers))  # 102 98 101 99
        or all(map(_OLD_YEAR.fullmatch, groups))  # 1801 1811 1821
        or all(number and not number & (number - 1) for number in numbers)  # 16384 8192 4096
        or (rises and (len(set(steps)) == 1 or all(number % 10 == 0 for number in numbers)))
        or _rises_slowly(groups, steps, rises=rises)
    )


def is_counted(groups: Sequence[str]) -> bool:
    """Tell `1000 2000 3000 4000` and `1024 2048 4096` from a card."""
    numbers = [int(group) for group in groups if len(group) <= _LONGEST]
    if len(numbers) < _LEAST or len(numbers) < len(groups) or any(g[0] == "0" for g in groups):
        return False
    return all(not number & (number - 1) for number in numbers) or (
        all(number % 10 == 0 for number in numbers)
        and numbers in (sorted(numbers), sorted(numbers)[::-1])
    )


def _rises_slowly(groups: Sequence[str], steps: Sequence[int], *, rises: bool) -> bool:
    """Tell `24 48 72 96` and `1 4 9 16 25 36` from `06 12 34 56 78`, which is a telephone."""
    if groups[0][0] == "0" and len(groups) <= _LONG_SERIES:
        return False
    if len(groups) == _LONG_SERIES - 1:
        return rises and max(map(len, groups)) <= 2
    one_way = rises or all(step >= 0 for step in steps)
    return len(groups) >= _LONG_SERIES and one_way


def _isin_holds(number: str) -> bool:
    """Check a security's number (ISO 6166): Luhn's sum over the letters written as two digits."""
    return luhn_holds("".join(str(int(character, 36)) for character in number))


def luhn_holds(number: str) -> bool:
    """Check the sum (ISO/IEC 7812) over the decimal digits of a number."""
    digits = [int(character) for character in number if character.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
