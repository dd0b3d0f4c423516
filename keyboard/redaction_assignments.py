"""Find passwords in assignments: `password: x`, `db_password = "x"`, `export FOO_SECRET=x`. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_phrases import end_of_phrase
from hushkey.keyboard.redaction_spared import Span
from hushkey.keyboard.redaction_values import NO_VALUES, VALUE, is_reference, unwrapped

_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[A-Za-z0-9_.-]{1,64}+)[\"'`]?(?P<sign>\s{0,4}(?:=>|:=|[:=])\s{0,4})"
)
_VALUE = re.compile(VALUE)
_LOOKED_INTO = 200  # characters: a longer value that is no secret is passed by as a whole
_ALWAYS = re.compile(
    r"(?i:(?:.*[_.-])?(?:pass(?:word|phrase|wd|code)s?|pwd|pw|passwort))|.*[a-z](?:Password|Passwd|Passphrase|Pwd)"
)
_IN_CAPITALS = re.compile(
    r"(?:[A-Z0-9]+_)*(?:PASS|[A-Z]{0,8}PASSWORD|PASSWD|PWD|SECRET|TOKEN|KEY|CREDENTIALS?|AUTH|PIN)"
)
_JOINED = re.compile(r"[A-Za-z0-9]+(?:[_.][A-Za-z0-9]+){0,6}[_.](?:pass|PASS)")  # ansible_ssh_pass
_SOMETIMES = re.compile(
    r"(?i:(?:.*[_.-])?(?:secret|token|pass|(?:api|access|secret|private|auth|encryption|signing"
    r"|client|licen[cs]e|master|account|storage|deploy)[_-]?key|client[_-]?secret|credentials?))"
    r"|.*[a-z](?:Secret|Token|ApiKey|SecretKey|AccessKey|AccountKey|Key(?=Vault))|SharedAccess(?:Key|Signature)"
)
_SHARED_KEY = re.compile(r"psk|wpa_passphrase|wpa[23]?")
_SETTING = re.compile(r"(?i:(?:show|forgot|reset|has|requires?|is|min|max|use|hide|no|change)[_-])")
_SHORTEST = 4  # characters: "token: 12"
_SETTINGS = frozenset({"0", "1", "yes", "no", "on", "off"})
_LOOKED_AT = ("pass", "pw", "secret", "token", "key", "cred", "auth", "pin", "psk", "wpa")


def assigned_passwords(text: str) -> Iterator[Span]:
    """Find what is assigned to a name that says password, secret, token."""
    if ":" not in text and "=" not in text:
        return
    lowered = text.lower()
    if not any(name in lowered for name in _LOOKED_AT):
        return
    at = 0
    while match := _ASSIGNED.search(text, at):
        at = match.end()  # what is assigned may assign in its turn: `note: password=x`
        value = _VALUE.match(text, at) if _may_hold_secret(match["name"]) else None
        if value and _is_secret(match["name"], match["sign"].strip(), value["value"]):
            start, end = unwrapped(value)
            is_password = bool(_ALWAYS.fullmatch(match["name"]))
            stands_off = is_password and text[value.start() - 1].isspace()
            yield start, (stands_off and end_of_phrase(text, value, "sign")) or end
            at = value.end()
        elif value and len(value["value"]) > _LOOKED_INTO:
            at = value.end()


def _may_hold_secret(name: str) -> bool:
    patterns = (_ALWAYS, _IN_CAPITALS, _SOMETIMES, _JOINED, _SHARED_KEY)
    return any(names.fullmatch(name) for names in patterns)


def _is_secret(name: str, sign: str, value: str) -> bool:
    if is_reference(value) or value.startswith(("=", "/")):
        return False  # a variable, a call, a comparison, a path
    core = value.strip("\"'`.,;!?")
    setting = _SETTING.match(name) and core.lower() in _SETTINGS
    if setting or (":" in sign and core.lower() in NO_VALUES):
        return False  # "password: required", `show_password=0`
    if any(names.fullmatch(name) for names in (_ALWAYS, _JOINED, _SHARED_KEY)):
        return True
    if _IN_CAPITALS.fullmatch(name) and sign == "=":
        return True
    if not _SOMETIMES.fullmatch(name) or (name.lower() == "pass" and ":" in sign):
        return False
    # "The secret: practice" is prose; `secret: x9…` and `secret=practice` are not.
    mixed = len(core) >= _SHORTEST and not core.isalpha()
    return "=" in sign or value[0] in "\"'`" or mixed
