"""Find keys and tokens: by the prefix that their issuer gives them, by their header, by being random. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import Span

_LONG_WORD = re.compile(
    r"[\w.~+/=$-]{12}|[Aa]uth|AUTH|[Cc]ookie|[A-Za-z]-[A-Za-z]+-?[A-Za-z]+: |-----BEGIN"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:.*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|.*)",
    re.DOTALL,
)
_ISSUED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ABIA|ACCA)[A-Z0-9]{12,}+"  # AWS
    r"|gh[opusr]_\w{16,}+|github_pat_\w{20,}+|gl[a-z]{1,6}-[\w.-]{16,}+"  # GitHub, GitLab
    r"|xox[a-z]-[A-Za-z0-9-]{8,}+|xapp-[A-Za-z0-9-]{8,}+|T0\w{6,12}/B0\w{6,12}/\w{16,}+"  # Slack
    r"|[srp]k_(?:live|test)_\w{8,}+|whsec_\w{16,}+"  # Stripe
    r"|sq0[a-z]{3}-[\w-]{16,}+|EAAA[\w-]{24,}+|EAAC[\w-]{24,}+"  # Square, Facebook
    r"|access_token\$[\w$]{16,}+"  # PayPal
    r"|sk-[\w-]{16,}+|hf_[A-Za-z0-9]{20,}+|npm_[A-Za-z0-9]{20,}+|pypi-[\w-]{16,}+"
    r"|gsk_\w{20,}+|r8_\w{20,}+|xai-[\w-]{20,}+|rubygems_\w{20,}+"
    r"|AIza[\w-]{30,}+|ya29\.[\w-]{16,}+|GOCSPX-[\w-]{16,}+|1//0[\w-]{20,}+"  # Google
    r"|SG\.[\w-]{16,}+\.[\w-]{16,}+|key-[0-9a-f]{24,}+|[0-9a-f]{32}-us\d{1,2}"  # mail
    r"|SK[0-9a-f]{24,}+|AC[0-9a-f]{24,}+|NRAK-\w{16,}+|glsa_\w{16,}+|glc_\w{16,}+|sntrys_\w{16,}+"
    r"|hv[bs]\.\w{12,}+|dp\.[a-z]{2,4}\.\w{16,}+|dckr_pat_[\w-]{16,}+|do[opr]_v1_\w{16,}+"
    r"|lin_api_\w{16,}+|ntn_\w{16,}+|secret_\w{24,}+|figd_[\w-]{16,}+|pat[A-Za-z0-9]{12,18}\.\w{20,}+"
    r"|shp(?:at|ss|ca|pa)_\w{16,}+|PMAK-[\w-]{20,}+|pul-\w{20,}+|tskey-[\w-]{12,}+|[xt]prv\w{20,}+"
    r"|AGE-SECRET-KEY-1\w{20,}+|tok_\w{12,}+"
    r"|\d{8,10}:[\w-]{35}+"  # Telegram
    r"|[MNO][\w-]{20,30}\.[\w-]{6}\.[\w-]{24,}+"  # Discord
    r"|eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}"  # JSON web tokens
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)"  # UUIDs
    r")"
)
_HASH = re.compile(r"(?<![\w$])\$(?:2[aby]|1|5|6|7|y|apr1|argon2(?:id?|d))\$[\w./$,=+-]{16,200}")
_LICENCE = re.compile(r"(?<![\w-])[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,9}(?![\w-])")
_WORD_AND_NUMBER = re.compile(r"[A-Z]{3,}\d{1,3}")  # SHA256
_SIX_DIGITS = re.compile(r"(?<![\w-])\d{6}(?:-\d{6}){7}(?![\w-])")  # a disk's recovery key
_AUTHORIZATION = re.compile(
    r"(?i:\b(?:authorization|proxy-authorization)[\"']?\s{0,4}[:=]\s{0,4}[\"']?"
    r"(?P<scheme>(?:bearer|basic|token|digest|apikey|api-key|negotiate|key|hmac)\s{1,4})?+)"
    r"(?P<value>[^\s\"'█]++)"
)
_BEARER = re.compile(r"(?i:\b(?:bearer|basic|token)\s{1,4})(?P<value>[\w.~+/=-]{12,}+)")
_HEADER = re.compile(
    r"(?i:(?<![\w-])(?:x-)?(?:[a-z]{1,20}-){0,3}(?:api-?key|auth-?token|access-?token|token|secret)"
    r"[\"']?:\s{1,4})(?P<value>[^\s\"'█]{6,}+)"
)
_COOKIE = re.compile(
    r"(?i:\bcookies?:\s{0,3}(?:[\w-]{1,40}=[^;\s]{0,200};\s?){0,8}?"
    r"(?:[\w.-]{0,30}sess[\w.-]{0,20}|sid|s?id_?token|[\w.-]{0,20}token|[\w.-]{0,20}auth[\w.-]{0,20}|jwt)=)"
    r"(?P<value>[^;\s\"'█]++)"
)
_BLOB = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,}+={0,2}")
_CLASSES = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+")

_SHORTEST = 20  # characters; as random hexadecimal 80 bits
_CHARACTERS_A_PART = 8  # names of folders are shorter in the mean
_BITS_A_CHARACTER = 3.0  # random hexadecimal of 20 has about 3.5; English words about 2.8 to 3.2
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_LONG = 32
# Random text changes its class of characters sooner than names do: of random base64 nine in ten of
# 24 characters have at most 2.3 letters a segment and 999 in a thousand of 43 at most 3.0; of
# names in code hardly one has under 4.


def keys(text: str) -> Iterator[Span]:
    """Find issued keys by their prefixes, private key blocks, headers, and long random strings."""
    if not _LONG_WORD.search(text):
        return
    for pattern in (_PRIVATE_KEY, _ISSUED, _HASH, _SIX_DIGITS):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _LICENCE.finditer(text):
        groups = match[0].split("-")
        mixed = [group for group in groups if not group.isdigit() and not group.isalpha()]
        if len(mixed) > 1 and not all(_WORD_AND_NUMBER.fullmatch(group) for group in mixed):
            yield match.span()
    yield from _in_headers(text)
    yield from (match.span() for match in _BLOB.finditer(text) if _is_key(match[0]))


def _in_headers(text: str) -> Iterator[Span]:
    for match in _AUTHORIZATION.finditer(text):
        if match["scheme"] or not match["value"].strip(".,;").isalpha():
            yield match.span("value")
    for pattern in (_BEARER, _HEADER):
        for match in pattern.finditer(text):
            if any(character.isdigit() for character in match["value"]):
                yield match.span("value")
    for match in _COOKIE.finditer(text):
        yield match.span("value")


def _is_key(blob: str) -> bool:
    """Tell base64, which may hold slashes, from a path of words and from the name of a build."""
    named = re.split("[-_]", blob)
    sizes = set(map(len, named))
    if len(named) > 2 and len(sizes) > 1 and max(sizes) <= _CHARACTERS_A_PART and blob.islower():
        return False
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
