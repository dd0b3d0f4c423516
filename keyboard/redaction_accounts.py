"""Find payment cards and international bank accounts by their check digits. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import (
    SEVERAL_DIGITS,
    Span,
    is_counted,
    known_numbers,
    luhn_holds,
)

# Cards --------------------------------------------------------------------------------------------

_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812
_CARD = re.compile(r"(?<!\d)(?<!\d[ -])\d(?:[ -]?\d){12,18}(?!\d)")
# As a printer, a scanner or a file's name may have it: groups of the customary sizes alone.
_ODD_CARD = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\d{4}(?P<gap>[ ./\\,_-]{1,3})"
    r"(?:\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}|\d{6}(?P=gap)\d{4,5})|\d{6}[ ./\\,_-]{1,3}\d{13})(?!\d)"
)
_FEW_GROUPS = 4  # up to here any sizes: people slip


def card_numbers(text: str) -> Iterator[Span]:
    """Find payment card numbers: 13 to 19 digits, plain or grouped, whose Luhn sum holds."""
    if not SEVERAL_DIGITS.search(text):
        return
    found = [
        match.span()
        for pattern in (_CARD, _ODD_CARD)
        for match in pattern.finditer(text)
        if _is_card(match[0]) and (pattern is _ODD_CARD or _is_grouped_as_card(match[0]))
    ]
    known = known_numbers(text) if found else None
    yield from (span for span in found if known and not known.holds(*span))


def _is_card(number: str) -> bool:
    digits = "".join(filter(str.isdecimal, number))
    if len(digits) not in _CARD_DIGITS or is_counted(re.split(r"\D+", number)):
        return False
    return any(map(int, digits)) and luhn_holds(digits)


def _is_grouped_as_card(number: str) -> bool:
    sizes = [len(group) for group in re.split("[ -]", number)]
    return len(sizes) <= _FEW_GROUPS or set(sizes) == {1} or set(sizes[:-1]) == {4}


# Bank accounts ------------------------------------------------------------------------------------

# Characters of each country's number, from the registry of ISO 13616.
_LENGTHS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
YE30
"""
_IBAN_LENGTH = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
_IBAN = re.compile(
    r"(?:(?<![^\W_])|(?<=[Ii][Bb][Aa][Nn]))[A-Za-z]{2}[ .-]?\d[ ]?\d"
    r"(?:[ ./-]{0,2}[A-Za-z0-9]){11,29}"
)


def ibans(text: str) -> Iterator[Span]:
    """Find international bank account numbers by country, length and check digits (ISO 13616)."""
    if not SEVERAL_DIGITS.search(text):
        return
    at = 0
    while match := _IBAN.search(text, at):
        end = _end_of_iban(text, *match.span())
        at = end or match.start() + 1
        if end:
            yield match.start(), end


def _end_of_iban(text: str, start: int, end: int) -> int:
    """Return where the number ends that starts here; 0 if there is none. Words may follow."""
    length = _IBAN_LENGTH.get(text[start : start + 2].upper())
    places = [place for place in range(start, end) if text[place].isalnum()]
    if length is None or len(places) < length:
        return 0
    end = places[length - 1] + 1
    number = "".join(text[place] for place in places[:length])
    return end if not text[end : end + 1].isalnum() and _iban_holds(number) else 0


def _iban_holds(number: str) -> bool:
    turned = (number[4:] + number[:4]).upper()
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
