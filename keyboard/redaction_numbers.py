"""Find long numbers that bear no name: accounts, identities, telephones without their prefix. Pure.

A run of digits and what stands between them is read once and judged as a whole, so that a line of nothing
but numbers costs as its length.
"""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import DATE, SEVERAL_DIGITS, YEAR, Span, is_series

_LONG = 7  # digits from which a number is somebody's: the shortest local telephone numbers
_DIGITS_ONCE = 9  # single digits side by side may be a row of a puzzle
_RUN = re.compile(r"\d{7,}")
_GLUED = re.compile(r"[A-Z]{1,4}-?\Z")  # X1234567, INV-00447712
_GLUED_AFTER = re.compile(r"(?:[A-Z]{1,2}|-\d{1,4})(?![\w-])")
_NAMES = frozenset({"ID", "NO", "NR", "REF", "ACC", "TEL", "KTO", "SSN", "PIN", "IBAN", "FAX"})
_ROW = re.compile(r"\d[\d -]*")
_ONE = re.compile(r"(?:\d|[ -](?=\d))+")  # within a row: as far as single blanks and dashes reach
_DOTTED = re.compile(
    r"(?<![\w.,:/-])\d{3,6}(?P<gap>[._/])\d{3,6}(?P=gap)\d{3,6}(?:(?P=gap)\d{3,6})?(?![\w.,:/-])"
)
_SOCIAL_SECURITY = re.compile(r"(?<![\w-])\d{3}[ -]\d{2}[ -]\d{4}(?![\w-])")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹₽₩]|\b(?:EUR|USD|GBP|CHF|JPY|INR|Rs\.?))\s?\Z")
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£¥₹₽₩%]|(?i:eur|usd|gbp|chf|jpy|inr|euros?|dollars?|pounds?|yen|francs?|rupees?"
    r"|people|users|times|bytes|km|miles)\b)"
)
_FRACTION_BEFORE = re.compile(r"(?<!\d)\d{1,2}[.,]\Z")
_RANGE = 200  # pages, say
_NEAR = 8  # characters looked at on either side
_GROUPS = range(2, 13)


def long_numbers(text: str) -> Iterator[Span]:
    """Find numbers of seven digits and more, in one run or in groups: accounts, identities."""
    if not SEVERAL_DIGITS.search(text):
        return
    for match in _RUN.finditer(text):
        start, end = match.span()
        fraction = _FRACTION_BEFORE.search(text[max(0, start - _NEAR) : start])
        if not (fraction or DATE.fullmatch(match[0]) or _money(text, start, end)):
            yield _with_letters(text, start, end)
    for match in _ROW.finditer(text):
        yield from _grouped(text, match.start(), match.start() + len(match[0].rstrip(" -")))
    for match in _DOTTED.finditer(text):
        if not _is_amount(match[0], match["gap"]) and not _money(text, *match.span()):
            yield match.span()
    yield from (match.span() for match in _SOCIAL_SECURITY.finditer(text))


def _with_letters(text: str, start: int, end: int) -> Span:
    """Take along the letters that belong to a number: `X1234567L`, but not `ID1234567`."""
    before = _GLUED.search(text[max(0, start - 5) : start])
    if before and not text[max(0, start - len(before[0]) - 1) : start - len(before[0])].isalnum():
        start -= 0 if before[0].strip("-") in _NAMES else len(before[0])
    after = _GLUED_AFTER.match(text, end)
    return start, after.end() if after else end


def _grouped(text: str, start: int, end: int) -> Iterator[Span]:
    """Judge one row of groups between which a blank or a dash stands."""
    if start and (
        text[start - 1].isalnum()
        or re.search(r"[_.,]\Z|[A-Za-z]-\Z", text[max(0, start - 2) : start])
    ):
        start = _next_group(text, start, end)
    if re.match(r"\w|[.,:/]\d", text[end : end + 2]):  # the last group is part of something else
        end = max(text.rfind(" ", start, end), text.rfind("-", start, end))
    if end - start < _LONG + 1:
        return
    for part in _ONE.finditer(text, start, end):
        first, last = _without_years(text, *part.span())
        if _is_grouped_secret(text[first:last]) and not _money(text, first, last):
            yield first, last


def _next_group(text: str, start: int, end: int) -> int:
    gap = re.compile("[ -]").search(text, start, end)
    return gap.end() if gap else end


def _without_years(text: str, start: int, end: int) -> Span:
    """Leave out a year that stands before or after: `in 2024 10000 people`."""
    while end - start > 4 and text[start + 4] == " " and YEAR.fullmatch(text, start, start + 4):
        start += 5
    while end - start > 4 and text[end - 5] == " " and YEAR.fullmatch(text, end - 4, end):
        end -= 5
    return start, end


def _is_grouped_secret(number: str) -> bool:
    groups = re.split("[ -]", number)
    sizes = [len(group) for group in groups]
    if len(groups) not in _GROUPS or sum(sizes) < _LONG:
        return len(groups) >= _GROUPS.stop and min(sizes) > 2  # nobody counts that far
    if all(group.endswith("0") for group in groups[1:]) and not _is_telling(groups):
        return False  # 250 000 000; 100 200 300
    if all(YEAR.fullmatch(group) for group in groups) or _is_range(number):
        return False
    if is_series(groups) or DATE.fullmatch(number):
        return False
    return _is_sized_as_one(sizes)


def _is_telling(groups: list[str]) -> bool:
    """Whether groups that end with a nought are too uneven to be amounts: `4477 1230`."""
    return len(groups[-1]) > 3 and not groups[-1].endswith("00")


def _is_sized_as_one(sizes: list[int]) -> bool:
    """Tell the parts of one number by their sizes from numbers side by side."""
    if set(sizes) == {1}:
        return len(sizes) > _DIGITS_ONCE
    if max(sizes) <= 2:
        return len(sizes) in {4, 5} and min(sizes) == 2
    if min(sizes[1:]) > 2 and max(sizes) <= 6 and sizes[0] > 1:
        return True
    few_small = sum(size == 1 for size in sizes) <= 2
    return sum(sizes) > _LONG and few_small and sum(size > 2 for size in sizes) > 1


def _is_range(number: str) -> bool:
    """Tell `pages 1021-1047` from a telephone number."""
    first, dash, last = number.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and len(first) == len(last) < _LONG):
        return False
    return 0 < int(last) - int(first) <= _RANGE


def _is_amount(number: str, gap: str) -> bool:
    """Tell `1.234.567.890` and an address of the internet from `4477.1200.3311`."""
    groups = number.split(gap)
    if gap != "/" and all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3:
        return True
    return all(group.endswith("0") for group in groups) or is_series(groups)


def _money(text: str, start: int, end: int) -> bool:
    before = _MONEY_BEFORE.search(text[max(0, start - _NEAR) : start])
    return bool(before or _MONEY_AFTER.match(text, end))
