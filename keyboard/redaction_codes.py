"""Find the codes that let somebody in once. Pure.

Numbers that only bear the name, such as a zip code or the status of a reply, are not among them.
"""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import YEAR, Span

_PLAIN = (
    r"\d{3}[ -]\d{3,4}(?! \d)|\d{4} \d{4}|\d{4,8}"
    r"|(?=[A-Za-z]*\d)[A-Z0-9]{4,8}(?:-[A-Z0-9]{2,4})?|[A-Z]{4}-[A-Z0-9]{4}|[A-Z]{2,4}\d?[A-Z]{0,4}-[A-Z]{4}"
)
_PACED = r"\d\d(?:[ -]\d\d){1,3}(?![ -]?\d)|\d(?:[ -]\d){3,7}(?![ -]?\d)"  # 55 12 09; 4 8 2 1
_MEASURE = (
    r"(?! (?i:lines?|loc|words?|characters|chars|bytes|files|pages|times|years|ms|users?|people"
    r"|points?|minutes|seconds)\b)"
)
_CODE = rf"(?<![\w.,-])(?P<code>[#*]?(?:{_PLAIN}|{_PACED})[#*]?)(?![\w-]|[.,:]\d){_MEASURE}"
_NAME = (
    r"(?:[\w-]{0,20}codes?|otp|passcode|2fa|mfa|totp|codice|c[oó]digo|kode?|код|пароль из смс|koodi"
    r"|验证码|認証コード|인증번호)"
    r"|(?-i:[a-z]{0,5}TAN)|(?-i:PNR)"
)
_IS = (
    r"is|was|are|will be|ist|lautet|sind|est|c'est|es|é|è|är|er|says|said|changed to"
    r"|has been changed to|came(?: through)?"
    r"|changed|it'?s|number|now|no\.?|there|still|just"
)
_NAMED_CODE = re.compile(
    r"(?:\b(?P<kind>[^\W\d_]{1,20})[ -])?(?:(?<![^\W_])|(?<=_))(?P<name>(?i:" + _NAME + r"))(?!\w)"
    r"(?P<gap>(?i:"
    r",? (?:for|to|of|on|in|from|de|del|d|di|do|da|für|der|la|het|från|til|домофона|portone|immeuble|portail|lautet)"
    r"(?:[ '][^\s\d█]{1,20}){0,6}? ?(?:is|was|ist|est|c'est|es|é|è|[:=-])(?: now)? ?"
    r"|(?: (?:de|di|do|da|d'|für|der) ?[^\W\d_]{2,20}| portone| immeuble| portail| домофона)(?: (?:est"
    r"|es|é|è|is) | ?[:=] ?| )"
    r"|'?s?[ ]?(?:(?:"
    + _IS
    + r"|for [\w.]{1,20}:?)(?=[ :=]|$)|#(?= )|[:=;?,>|-]|->|→|👉|\.\.\.|…| ){0,4}[ ]?))"
    + _CODE
)
_STRONG_CODE = re.compile(
    r"(?i:\b(?:(?:one[ -]?time|verification|confirmation|security|authentication|authorization|reset|unlock|device"
    r"|log-?in|sign-?in|access|entry|two[ -]factor|2-step|sms|pairing|activation|invite|join|class"
    r"|room|pick-?up|collection"
    r"|delivery|booking|reservation|parcel|meeting|game) (?:pass)?(?:code|pin|password|number"
    r"|reference|ref)\b|otp|passcode\b"
    r"|(?-i:[a-z]{0,5}TAN)\b|authenticator\b|google auth\b|the (?:text|sms|app)(?: message)? (?:says|said|shows)"
    r"|sms says|(?:they|it|bank|he|she) (?:texted|sent) me|codes? (?:are|were|came)\b|pickup code"
    r"|abholcode|packstation|kahoot pin))"
    r"[^\d\n█]{1,30}?" + _CODE
)
_AMONG_NUMBERS = re.compile(r"(?i:\botp\b[^\n█]{1,60}? is )" + _CODE)
_SECOND_CODE = re.compile(r"(?i:█,? (?:and|or|back|new one|then|old one)(?: was| is)?:? )" + _CODE)
_CODE_FIRST = re.compile(
    _CODE
    + r"(?i:(?: (?:is|as|est|ist|es)| -| <-| ->|,) (?:your|the|my|our|its|a|that's|thats|votre|dein|tu|code)\b"
    r"[^\n.█]{0,40}?\b(?:code|otp|pin|passcode|password)|(?<=\d) <?-+>? ?code\b)"
)
_USE_CODE = re.compile(
    r"(?i:\b(?:use|enter|type|put|send|text|activate|disarm)(?: in)?(?: the| this| with)?(?: code| pin)?:? )"
    + _CODE
    + r"(?i:(?= (?:to|as|for|when|on|in) (?:\w+ ){0,3}?(?:verify|confirm|log|login|sign|pair|continue|app|device"
    r"|asks|code|tv|website|page|keypad|verification)))"
)
_TYPED_CODE = re.compile(
    r"(?i:\b(?:enter|type|use|put)(?: in)? (?:code )?|\bactivate with )"
    r"(?P<code>\d{6}|[A-Z0-9]{4}-[A-Z0-9]{4})(?!\w|[.,]\d)" + _MEASURE
)
_PREFIXED_CODE = re.compile(
    r"(?<![\w-])(?:(?P<code>(?:G|FB|LN)-\d{5,6})|OTP-(?P<otp>\d{4,8}))(?![\w-])"
)
_CODE_WORDS_LISTED = """
code otp 2fa mfa tan pin password passcode use enter type put send text activate código codigo codice kod код
验证码 認証 인증 auth pnr packstation sms says shows said texted sent booking confirmation reservation █
"""
_CODE_WORDS = tuple(_CODE_WORDS_LISTED.split())

# Alone on their line, or nearly ----------------------------------------------------------------------

_LONELY_CODE = re.compile(
    r"[^\w#]*(?:(?:ok(?:ay)?|try|now|here|it'?s|it is|its|so|got it|and|use|then|yes|yep|this(?: one)?"
    r"|the|it says|says|hi|hey|new)"
    r"(?: is)?[\s:,.]{1,3}){0,3}(?P<code>\d{6}|\d{3}[ -]\d{3})(?!\d|[.,:]\d)"
    r"(?:[\s,.!]{0,3}(?:hurry|quick(?:ly)?|now|ok|pls|please|thx|thanks|on my phone|it changes|expires"
    r"|\d{1,2} sec(?:onds)?"
    r"(?: left)?|asap|go)){0,3}\W*"
)

_SAID = re.compile(
    r"(?i:\b(?:is|was|are|be|ist|lautet|sind|est|es|é|è|är|er|says|said|to|came|through)\b|[:=#>→;?👉,…-])"
)
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-\d\d")
_SURE = 6  # digits and letters from which what follows the name is a code without an "is" between
_NAMES_OF_OTHERS = """
zip post postal area country error exit status response return dress color colour product source
item unit building tax discount morse http state language currency city dial dialing dialling
bar qr penal civil criminal fire byte char key sort promo coupon voucher article part stock style hs nace sic icd naics
course airport airline branch bank swift vat ean err fault trouble diagnostic reason op alt html ascii
ral paint cheat gift
referral emoji hammurabi napoleonic unicode barcode zipcode postcode keycode opcode sourcecode qrcode dresscode
geo fips iso cpt drg blood model version sub site lot batch plant type class
"""
_OTHER_CODES = frozenset(_NAMES_OF_OTHERS.split()) - {"class"}
_WRITERS_LISTED = """
i we you they to he she who can could should will not never always
"""
_WRITERS = frozenset(_WRITERS_LISTED.split())

_NAMES_OF_LOCKS = """
the this my your our his her their its new old with door gate garage lock padlock locker alarm safe
bike gym entry house office keypad wifi unlock box entrance buzzer keysafe keybox lockbox front back
bathroom toilet sms pairing router check-in remember cleaner's access
"""
_LOCKS = frozenset(_NAMES_OF_LOCKS.split())


def one_time_codes(text: str) -> Iterator[Span]:
    """Find codes that let somebody in once: by what is said of them, or alone on their line."""
    lowered = text.lower()
    told = any(word in lowered for word in _CODE_WORDS)
    if any(map(str.isdecimal, text)):
        lonely = _LONELY_CODE.fullmatch(text)
        if lonely and not lonely["code"].endswith("000") and len(set(lonely["code"])) > 2:
            yield lonely.span("code")
        yield from (match.span(match.lastgroup or 0) for match in _PREFIXED_CODE.finditer(text))
    elif "-" not in text and "code" not in lowered:
        return
    if not told:
        return
    for match in _NAMED_CODE.finditer(text):
        if _is_code(match["kind"], match["name"], match["gap"], match["code"]):
            yield match.span("code")
    for pattern in (
        _STRONG_CODE,
        _AMONG_NUMBERS,
        _CODE_FIRST,
        _USE_CODE,
        _TYPED_CODE,
        _SECOND_CODE,
    ):
        for match in pattern.finditer(text):
            if _is_sure(match["code"]) and not _is_word(match["code"]):
                yield match.span("code")


def _is_code(kind: str | None, name: str, gap: str, code: str) -> bool:
    name = name.lower()
    of_what = (kind or "").lower()
    compound = name.removesuffix("s").removesuffix("code").strip("-_")
    of_others = {of_what, compound, name} & _OTHER_CODES
    if of_others or _SHORT_DATE.fullmatch(code) or _is_word(code):
        return False
    # "the code is 4821", but neither "I code 1000 lines" nor "the code of 1986".
    if _SAID.search(gap) or len(re.sub("[ -]", "", code)) >= _SURE:
        return not (gap.strip() in {",", "?", "-"} and YEAR.fullmatch(code))
    in_another_language = not name.rstrip("s").endswith("code") or "'" in gap
    mixed = len(code) > 4 and code.isalnum() and not code.isdigit()  # "backdoor code C5830"
    if in_another_language or mixed or not _is_sure(code):
        return _is_sure(code)
    # "the padlock has the code 7714", but not "the code 2024".
    bare = of_what not in _WRITERS and bool(compound or not of_what) and not code.endswith("00")
    return gap.isspace() and (of_what in _LOCKS or bare)


def _is_word(code: str) -> bool:
    """Whether a code in letters is a word in capitals or has no digit to tell it by."""
    core = code.strip("#*")
    return core.isalpha() or not ("-" in core or any(map(str.isdecimal, core)))


def _is_sure(code: str) -> bool:
    """Leave out what is rather a year, a date, or two small numbers side by side."""
    if YEAR.fullmatch(code) or _SHORT_DATE.fullmatch(code):
        return False
    return len(code) != len("10 30") or code.strip("#*").isalnum()
