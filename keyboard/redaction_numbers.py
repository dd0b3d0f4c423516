"""Find numbers that identify or authorise: cards, accounts, telephones. Pure.

Years, dates, times, prices, versions, decimals and IPv4 addresses are not among them.
"""

import re
from collections.abc import Iterator

_Span = tuple[int, int]

_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812
_LONG = 7  # digits from which a number is somebody's: the shortest local telephone numbers
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)?\d\d"  # 31.12.2024
    r"|(?:0?[1-9]|1[0-2])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)?\d\d"  # 12/31/2024
    r"|(?:19|20)\d\d([./-]?)(?:0[1-9]|1[0-2])\3(?:0[1-9]|[12]\d|3[01])"  # 2024-12-31, 20241231
)

_SEVERAL = re.compile(r"\d[^\n]{0,2}?\d")  # most lines have no number at all and end here

# Cards --------------------------------------------------------------------------------------------

_CARD = re.compile(r"(?<!\d)(?<!\d[ -])\d(?:[ -]?\d){12,18}(?!\d)")


def card_numbers(text: str) -> Iterator[_Span]:
    """Find payment card numbers: 13 to 19 digits, plain or grouped, whose Luhn sum holds."""
    if not _SEVERAL.search(text):
        return
    for match in _CARD.finditer(text):
        digits = [int(character) for character in match[0] if character.isdigit()]
        if len(digits) in _CARD_DIGITS and any(digits) and _luhn(digits):
            yield match.span()


def _luhn(digits: list[int]) -> bool:
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


# Bank accounts ------------------------------------------------------------------------------------

_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d\d(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?")
_IBAN_SHORTEST = 15  # Norway's


def ibans(text: str) -> Iterator[_Span]:
    """Find international bank account numbers by their check digits (ISO 13616)."""
    if not _SEVERAL.search(text):
        return
    for match in _IBAN.finditer(text):
        start, end = match.span()
        while end - start >= _IBAN_SHORTEST:  # words that follow may have been taken along
            if _iban_holds(text[start:end]) and not text[end : end + 1].isalnum():
                yield start, end
                break
            end = _last_gap(text, start, end)


def _last_gap(text: str, start: int, end: int) -> int:
    gap = text.rfind(" ", start, end)
    return start if gap < 0 else gap


def _iban_holds(grouped: str) -> bool:
    plain = grouped.replace(" ", "").upper()
    if len(plain) < _IBAN_SHORTEST or not plain.isascii():
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


# Telephones ---------------------------------------------------------------------------------------

_INTERNATIONAL = re.compile(r"(?<![\w+])\+ ?\(?\d[\d ()./-]{5,26}(?<=\d)")
_AMERICAN = re.compile(
    r"(?<![\w.])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}([ .-]))\d{3}[ .-]\d{4}(?![\w]|\.\d)"
)
_TRUNK = re.compile(r"(?<![\w.,:/-])\(?0\d{1,5}\)?(?:[ ./-]{1,3}\d{2,8}){1,6}(?![\w]|[.,:]\d)")
_TRUNK_DIGITS = range(8, 16)
_HOURS = re.compile(r"[012]?\d\.[0-5]\d ?[-/] ?[012]?\d\.[0-5]\d")  # 08.30-17.00


def phone_numbers(text: str) -> Iterator[_Span]:
    """Find telephone numbers: with a country code, American, and national ones that start with 0.

    A local number of seven digits falls under `long_numbers`.
    """
    if not _SEVERAL.search(text):
        return
    for match in _INTERNATIONAL.finditer(text):
        yield from _possible(text, *match.span())
    yield from (match.span() for match in _AMERICAN.finditer(text))
    for match in _TRUNK.finditer(text):
        digits = sum(character.isdigit() for character in match[0])
        if digits in _TRUNK_DIGITS and not _tells_time(match[0]):
            yield match.span()


def _tells_time(number: str) -> bool:
    """Tell `01.02.2024` and `08.30-17.00` from `01.42.68.53.00`."""
    date = _DATE.match(number)
    return bool(_HOURS.fullmatch(number) or (date and number[date.end() :][:1] in {"", " "}))


def _possible(text: str, start: int, end: int) -> Iterator[_Span]:
    """Take as much as can be a number of some country; what follows it may be another number."""
    import phonenumbers  # noqa: PLC0415  read only for lines with such a candidate

    while end - start > _LONG:
        try:
            number = phonenumbers.parse(text[start:end], None)
        except phonenumbers.NumberParseException:
            return
        if phonenumbers.is_possible_number(number):
            yield start, end
            return
        end = _last_gap(text, start, end)


# Long numbers -------------------------------------------------------------------------------------

_RUN = re.compile(r"\d{7,}")
# Whole runs of groups. Not a possessive group, which Python 3.11.2 gets wrong.
_GROUPS = re.compile(r"(?<![\w.,])\d{2,6}(?:[ -]\d{3,6})+(?![ -]\d{3}|\w|[.,:/]\d)")
_SOCIAL_SECURITY = re.compile(r"(?<![\w-])\d{3}[ -]\d{2}[ -]\d{4}(?![\w-])")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹₽₩]|\b(?:EUR|USD|GBP|CHF|JPY|INR|Rs\.?))\s?\Z")
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£¥₹₽₩%]|(?i:eur|usd|gbp|chf|jpy|inr|euros?|dollars?|pounds?|yen|francs?|rupees?"
    r"|people|users|times|bytes|km|miles)\b)"
)
_FRACTION_BEFORE = re.compile(r"(?<!\d)\d{1,2}[.,]\Z")
_RANGE = 200  # pages, say
_NEAR = 8  # characters looked at on either side


def long_numbers(text: str) -> Iterator[_Span]:
    """Find numbers of seven digits and more, in one run or in groups: accounts, identities."""
    if not _SEVERAL.search(text):
        return
    for match in _RUN.finditer(text):
        start, end = match.span()
        fraction = _FRACTION_BEFORE.search(text[max(0, start - _NEAR) : start])
        if not (fraction or _DATE.fullmatch(match[0]) or _money(text, start, end)):
            yield start, end
    for match in _GROUPS.finditer(text):
        start, end = _without_years(text, *match.span())
        if _is_grouped_secret(text[start:end]) and not _money(text, start, end):
            yield start, end
    yield from (match.span() for match in _SOCIAL_SECURITY.finditer(text))


def _without_years(text: str, start: int, end: int) -> _Span:
    """Leave out a year that stands before or after: `in 2024 10000 people`."""
    while end - start > 4 and text[start + 4] == " " and _YEAR.fullmatch(text, start, start + 4):
        start += 5
    while end - start > 4 and text[end - 5] == " " and _YEAR.fullmatch(text, end - 4, end):
        end -= 5
    return start, end


def _is_grouped_secret(number: str) -> bool:
    groups = re.split("[ -]", number)
    round_ones = all(group.endswith("0") for group in groups[1:])  # 250 000 000; 100 200 300
    years = all(_YEAR.fullmatch(group) for group in groups)
    if len(groups) < 2 or sum(map(len, groups)) < _LONG:
        return False
    return not (round_ones or years or _is_range(number))


def _is_range(number: str) -> bool:
    """Tell `pages 1021-1047` from a telephone number."""
    first, dash, last = number.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and len(first) == len(last)):
        return False
    return 0 < int(last) - int(first) <= _RANGE


def _money(text: str, start: int, end: int) -> bool:
    before = _MONEY_BEFORE.search(text[max(0, start - _NEAR) : start])
    return bool(before or _MONEY_AFTER.match(text, end))
