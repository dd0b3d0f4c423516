"""Find what must not be seen in URLs and connection strings: passwords, tokens, signatures. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import Span

_AUTHORITY = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<who>(?:(?!,[A-Za-z])[^\s/?#])*)"
)
_UNESCAPED = re.compile(  # a slash, a question mark or a hash stands in the password as it is
    r"://(?P<who>[^\s/?#:@\[\]]{1,64}:(?!\d{1,5}[/?#])[^\s@\"'<>█]{1,64})(?=@[\w.-]{1,200}(?:[:/?#\s]|\Z))"
)
_LONG_USER = 20  # characters: a token in the place of a user name
_ORACLE = re.compile(r"\bjdbc:oracle:\w{1,10}:(?P<value>[^\s/@]{1,64}/[^\s@]{1,64})@")
_WIFI = re.compile(r"\bWIFI:(?:[A-Z]:[^;\n]{0,64};){0,4}?P:(?P<value>[^;\n█]{1,64})")
_SHADOWSOCKS = re.compile(r"\bss://(?P<value>[\w+/=-]{12,200})(?=[@#\s]|\Z)")

_PARAMETER = re.compile(
    r"(?<=[?&;#])(?:amp;)?(?P<name>[\w.\-\[\]]{1,64})=(?P<value>[^\s&#;\"'<>█]++)"
)
_PART = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_SECRETS_LISTED = """
token secret sig signature sign hmac auth authorization otp totp pin jwt credential credentials apikey appkey
csrf xsrf nonce sid phpsessid jsessionid aspsessionid sessionid session passcode bearer pass password passwd
passwort passphrase pwd pw resourcekey ticket assertion
"""
_SECRETS = frozenset(_SECRETS_LISTED.split())
_PASSWORDS = frozenset({"password", "passwd", "passwort", "passphrase", "pass", "pwd", "pw", "pin"})
_KEYS_OF_OTHERS_LISTED = """
sort primary public foreign cache hot partition row order group object s3 map shift arrow i18n lang short
natural composite unique index
"""
_KEYS_OF_OTHERS = frozenset(_KEYS_OF_OTHERS_LISTED.split())
_CODES_LISTED = """
auth verification verify mfa otp login access security confirmation confirm reset device pair pairing invite
oauth sms authorization activation recovery backup user unlock
"""
_CODES = frozenset(_CODES_LISTED.split())
_STATES_LISTED = """
forgot show reset forgotten change has require required max min use no is hide new
"""
_STATES = frozenset(_STATES_LISTED.split())
_FLAGS_LISTED = """
true false yes no on off 0 1 none null
"""
_FLAGS = frozenset(_FLAGS_LISTED.split())


def url_secrets(text: str) -> Iterator[Span]:
    """Find `user:password@` in URLs, and the values of telling parameters such as `token=`."""
    if "://" in text:
        yield from _in_authorities(text)
    if "=" in text:
        for match in _PARAMETER.finditer(text):
            if _is_secret(match["name"], match["value"]):
                yield _unwrapped(match)
    if "IFI:" in text or "jdbc:" in text:
        for pattern in (_WIFI, _ORACLE):
            yield from (match.span("value") for match in pattern.finditer(text))


def _in_authorities(text: str) -> Iterator[Span]:
    for match in _AUTHORITY.finditer(text):
        user, at, _ = match["who"].rpartition("@")
        if at and (user.rpartition(":")[2].strip("█") if ":" in user else len(user) >= _LONG_USER):
            yield match.start("who"), match.start("who") + len(user)
    for match in _UNESCAPED.finditer(text):
        yield match.span("who")
    for match in _SHADOWSOCKS.finditer(text):
        yield match.span("value")


def _is_secret(name: str, value: str) -> bool:
    parts: list[str] = [part.lower() for part in _PART.findall(name)] or [""]
    last, before = parts[-1], frozenset(parts[:-1])
    if last == "id":
        return bool(before & {"session", "sess", "pair"})  # a key pair's is that of a signed cookie
    if last == "key":
        return not before & _KEYS_OF_OTHERS
    if last == "code":
        return not before or bool(before & _CODES)
    if last not in _SECRETS:
        return last.endswith(("token", "secret", "sessionid"))
    is_about = last in _PASSWORDS and bool(before & _STATES)  # show_password=0
    return not (is_about or (before and value.lower() in _FLAGS))


def _unwrapped(match: re.Match[str]) -> Span:
    """Leave what ends a sentence, and the bracket around a link, where they are."""
    start, end = match.span("value")
    core = match["value"].rstrip(".,!)]")
    return start, start + len(core) if core else end
