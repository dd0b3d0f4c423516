"""Find e-mail addresses, written as they are or spelled out against machines. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import Span

_LOCAL = r"(?<![\w.+%@-])(?<!://)[\w.+%~-](?:[\w.+%'!#$&*^~-]{0,99})"
_ADDRESS = re.compile(
    rf"(?:{_LOCAL}|(?<!\w)\"[^\"\n]{{1,64}}\")@{{1,2}}(?P<domain>[\w-]++(?:\.{{1,2}}[\w-]++)++)"
)
_ENCODED = re.compile(r"(?<![\w.+%-])[\w.+-]{1,64}%40(?P<domain>[\w-]++(?:\.[\w-]++)++)")
_TOP = (
    r"(?i:com|org|net|edu|gov|info|io|dev|me|co|eu|de|at|ch|uk|fr|nl|be|es|it|pt|pl|se|no|dk|fi|ie|ca"
    r"|au|nz|in|jp|br|us|ru|example)"
)
_PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "ico"})  # icon@2x.png

# Slips: a comma for the dot, a blank at the sign.
_SLIPPED = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]{{1,64}}(?:@[\w-]{{2,63}}(?:,| \. | dot )| @ [\w-]{{2,63}}(?:\.| \. | dot )){_TOP}(?![\w-])"
)

# Spelled out: `ann [at] example [dot] org` ----------------------------------------------------------

_AT = r"(?: ?[\[({<] ?(?i:at|a) ?[\])}>] ?| ?-at- ?|_at_|/at/|[*|#]at[*|#]| ?[\[({<] ?@ ?[\])}>] ?|&#64;)"
_DOT = (
    r"(?: ?[\[({<] ?(?i:dot|punkt|punto|point) ?[\])}>] ?|\.| (?i:dot) |-dot-|/dot/|_dot_"
    r"|[*|#]dot[*|#]|[\[({<]\.[\])}>])"
)
_WORD = r"[\w+%-]{1,64}"
_NAME = rf"(?<![\w.+%-]){_WORD}(?:{_DOT}{_WORD}){{0,3}}?"
_BRACKETED = re.compile(rf"{_NAME}{_AT}{_WORD}(?:{_DOT}{_WORD}){{1,4}}")
_HALF_BRACKETED = re.compile(
    rf"{_NAME}@{_WORD}(?:(?: ?[\[({{<] ?(?i:dot|\.) ?[\])}}>] ?|_dot_){_WORD}){{1,4}}"
)
_DOTTED_OUT = re.compile(
    rf"{_NAME} (?i:at) {_WORD}(?:(?: ?[\[({{<] ?(?i:dot|punkt) ?[\])}}>] ?){_WORD}){{1,4}}"
)
_SPOKEN = re.compile(
    rf"{_NAME} (?i:at) [\w-]{{2,63}}(?: (?i:dot) [\w-]{{2,63}}){{0,2}} (?i:dot) {_TOP}(?![\w-])"
)
_HALF_SPOKEN = re.compile(
    rf"{_NAME} (?P<at>at|AT) [\w-]{{2,63}}(?:\.[\w-]{{2,63}}){{0,2}}\.{_TOP}(?![\w-])"
)
_SPELLED_OUT = re.compile(
    r"[\[({<] ?[@.] ?[\])}>]|&#64;|[*|#]at[*|#]|[Aa][Tt]? ?[\])}>]|[Dd][Oo][Tt]|[-_ /][Aa][Tt][-_ /]"
)
_ABOUT_MAIL = re.compile(
    r"(?i:\be-?mails?\b|\bmail\b|\bwrite (?:to|me)\b|\breach me\b|\bcontact\b)"
)
_NO_NAMES_LISTED = """
look looked looking looks see arrive arrived meet me us you it is was are be stay work works sold shop
register or and good more this that there here up site page live
"""
_NO_NAMES = frozenset(_NO_NAMES_LISTED.split())


def addresses(text: str) -> Iterator[Span]:
    """Find e-mail addresses, also those spelled `ann [at] example [dot] org`."""
    if "@" in text:
        yield from _written(text)
    if "%40" in text:
        yield from (match.span() for match in _ENCODED.finditer(text))
    if _SPELLED_OUT.search(text):
        yield from _spelled(text)


def _written(text: str) -> Iterator[Span]:
    for match in _ADDRESS.finditer(text):
        top = match["domain"].rpartition(".")[2]
        # `numpy@1.26.4` is a version, `git@github.com:…` where everybody's code lies.
        if len(top) < 2 or top[0].isdigit() or match[0].startswith("git@"):
            continue
        if not (top in _PICTURES and match["domain"][0].isdigit()):
            yield match.span()
    yield from (match.span() for match in _SLIPPED.finditer(text))


def _spelled(text: str) -> Iterator[Span]:
    for pattern in (_BRACKETED, _HALF_BRACKETED, _DOTTED_OUT, _SPOKEN):
        for match in pattern.finditer(text):
            if match[0].split(maxsplit=1)[0].lower() not in _NO_NAMES:
                yield match.span()
    for match in _HALF_SPOKEN.finditer(text):
        shouted = match["at"] == "AT" and not match[0].isupper()
        told = bool(_ABOUT_MAIL.search(text))
        if (shouted or told) and match[0].split(maxsplit=1)[0].lower() not in _NO_NAMES:
            yield match.span()
