"""Find addresses, keys and tokens by their shape, and secrets inside URLs. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterator

_Span = tuple[int, int]

# E-mail -------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]++@(?P<domain>[\w-]++(?:\.[\w-]++)++)")
_SPELLED_ADDRESS = re.compile(
    r"(?<![\w.+%-])[\w.+%-]++ ?[\[({] ?(?i:at) ?[\])}] ?[\w-]++"
    r"(?:(?: ?[\[({] ?(?i:dot) ?[\])}] ?|\.| (?i:dot) )[\w-]++)++"
    r"|(?<![\w.+%-])[\w.+%-]++ (?i:at) [\w-]++ (?i:dot (?:com|org|net|edu|io|de|uk|fr))\b"
)

_SPELLED_OUT = re.compile(r"[Aa][Tt] ?[\])}]| [Dd][Oo][Tt] ")


def addresses(text: str) -> Iterator[_Span]:
    """Find e-mail addresses, also those spelled `ann [at] example [dot] org`."""
    if "@" not in text and not _SPELLED_OUT.search(text):
        return
    for match in _ADDRESS.finditer(text):
        top = match["domain"].rpartition(".")[2]
        # `numpy@1.26.4` is a version, `git@github.com:…` where everybody's code lies.
        if len(top) > 1 and not top[0].isdigit() and not match[0].startswith("git@"):
            yield match.span()
    yield from (match.span() for match in _SPELLED_ADDRESS.finditer(text))


# Keys and tokens ----------------------------------------------------------------------------------

_LONG_WORD = re.compile(r"[\w.~+/=-]{12}|Auth|auth|AUTH|-----BEGIN")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:.*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|.*)",
    re.DOTALL,
)
_ISSUED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ABIA|ACCA)[A-Z0-9]{12,}+"  # AWS
    r"|gh[opusr]_\w{16,}+|github_pat_\w{20,}+|glpat-[\w-]{16,}+"  # GitHub, GitLab
    r"|xox[a-z]-[A-Za-z0-9-]{8,}+|xapp-[A-Za-z0-9-]{8,}+"  # Slack
    r"|[srp]k_(?:live|test)_\w{8,}+|whsec_\w{16,}+"  # Stripe
    r"|sk-[\w-]{16,}+|hf_[A-Za-z0-9]{20,}+|npm_[A-Za-z0-9]{20,}+|pypi-[\w-]{16,}+"
    r"|AIza[\w-]{30,}+|ya29\.[\w-]{16,}+|GOCSPX-[\w-]{16,}+"  # Google
    r"|SG\.[\w-]{16,}+\.[\w-]{16,}+|dop_v1_\w{16,}+|AGE-SECRET-KEY-1\w{20,}+"
    r"|\d{8,10}:[\w-]{35}+"  # Telegram
    r"|eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}"  # JSON web tokens
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)"  # UUIDs
    r")"
)
_LICENCE = re.compile(r"(?<![\w-])[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,9}(?![\w-])")
_AUTHORIZATION = re.compile(
    r"(?i:\b(?:authorization|proxy-authorization)\s{0,4}[:=]\s{0,4}(?P<scheme>(?:bearer|basic|token|digest)\s{1,4})?+)"
    r"(?P<value>[^\s\"'█]++)"
)
_BEARER = re.compile(r"(?i:\b(?:bearer|basic|token)\s{1,4})(?P<value>[\w.~+/=-]{12,}+)")
_BLOB = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_=-]{20,}+")
_CLASSES = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+")

_SHORTEST = 20  # characters; as random hexadecimal 80 bits
_CHARACTERS_A_PART = 8  # names of folders are shorter in the mean
_BITS_A_CHARACTER = 3.0  # random hexadecimal of 20 has about 3.5; English words about 2.8 to 3.2
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_LONG = 32
# Random text changes its class of characters sooner than names do: of random base64 nine in ten of
# 24 characters have at most 2.3 letters a segment and 999 in a thousand of 43 at most 3.0; of
# names in code hardly one has under 4.


def keys(text: str) -> Iterator[_Span]:
    """Find issued keys by their prefixes, private key blocks, headers, and long random strings."""
    if not _LONG_WORD.search(text):
        return
    for pattern in (_PRIVATE_KEY, _ISSUED):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _LICENCE.finditer(text):
        groups = match[0].split("-")
        if sum(not group.isdigit() and not group.isalpha() for group in groups) > 1:
            yield match.span()
    for match in _AUTHORIZATION.finditer(text):
        if match["scheme"] or not match["value"].strip(".,;").isalpha():
            yield match.span("value")
    for match in _BEARER.finditer(text):
        if any(character.isdigit() for character in match["value"]):
            yield match.span("value")
    yield from (match.span() for match in _BLOB.finditer(text) if _is_key(match[0]))


def _is_key(blob: str) -> bool:
    """Tell base64, which may hold slashes, from a path of words."""
    parts = blob.split("/")
    long_parts = len(blob) / len(parts) >= _CHARACTERS_A_PART
    return (long_parts and _is_random(blob)) or any(
        _is_random(part) for part in parts if len(part) >= _SHORTEST
    )


def _is_random(blob: str) -> bool:
    if len(blob) >= _LONG and _HEXADECIMAL.fullmatch(blob):
        return not (blob.isdigit() or blob.isalpha())
    segments = _CLASSES.findall(blob)
    digits = sum(segment[0].isdigit() for segment in segments)
    least, letters = (1, 3.2) if len(blob) >= _LONG else (2, 2.6)
    return (
        least <= digits < len(segments)
        and sum(map(len, segments)) / len(segments) <= letters
        and _entropy(blob) >= _BITS_A_CHARACTER
    )


def _entropy(blob: str) -> float:
    """Shannon's, in bits a character, of the characters as they are."""
    shares = (count / len(blob) for count in Counter(blob).values())
    return -sum(share * math.log2(share) for share in shares)


# URLs ---------------------------------------------------------------------------------------------

_AUTHORITY = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<who>[^\s/?#]++)")
_PARAMETER = re.compile(r"(?<=[?&;#])(?P<name>[\w.\-\[\]]{1,64})=(?P<value>[^\s&#;\"'<>█]++)")
_SECRET_PARAMETER = re.compile(
    r"(?i:(?:.*[_.\-\[])?(?:(?:api|access|secret|private|auth|app|client)?[_-]?key|.*token|.*secret"
    r"|pass(?:word|wd|phrase|code)?|pwd|pw|sig|signature|auth|otp|pin|code|session(?:_?id)?|sid"
    r"|jwt|credentials?|apikey)\]?)"
)
_LONG_USER = 20  # characters: a token in the place of a user name


def url_secrets(text: str) -> Iterator[_Span]:
    """Find `user:password@` in URLs, and the values of telling parameters such as `token=`."""
    if "://" not in text and "=" not in text:
        return
    for match in _AUTHORITY.finditer(text):
        user, at, _ = match["who"].rpartition("@")
        if at and (user.rpartition(":")[2].strip("█") if ":" in user else len(user) >= _LONG_USER):
            yield match.start("who"), match.start("who") + len(user)
    for match in _PARAMETER.finditer(text):
        if _SECRET_PARAMETER.fullmatch(match["name"]):
            yield match.span("value")
