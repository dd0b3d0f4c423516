"""Find keys, recovery codes and tokens by what they are called in a sentence: `the api key is x7…`. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import Span

_NAMES = (
    r"(?:(?:api|access|secret|private|signing|encryption|licen[cs]e|product|activation|account|consumer|master|webhook"
    r"|shared|client|deploy|serial|service|session|auth|bearer|personal|refresh|security|ssh|gpg|recovery|backup|game"
    r"|rescue|restore|windows|office|steam|restic|bot|app)[ _-]{1,2}){1,3}"
    r"(?:keys?|tokens?|codes?|secrets?|id)|token|api ?keys?|secret"
)
_LINK = (
    r"(?:'?s|(?: (?:is|was|are|ist|es|est))?(?: now)?)?(?: ?(?:[:=#,]|->|=>|-(?= )))?[ ]{1,2}|[:=]"
)
_NAMED = re.compile(
    rf"(?i:\b(?P<name>{_NAMES})(?P<link>{_LINK}))[\"']?(?=(?P<value>[^\s█\"',;]{{4,200}}))"
)
_FURTHER = re.compile(r"[\"'.]?(?:,| and| or|\s)\s{0,2}(?P<value>[^\s█\"',;]{4,200})")
_MOST = 12  # backup codes that come together
_VALUE = re.compile(r"[A-Za-z0-9][\w.~+/=-]*[\w=+/]")
_RECOVERED = (
    "recovery",
    "backup",
    "rescue",
    "restore",
    "licen",
    "product",
    "activation",
    "serial",
    "game",
)


def named_keys(text: str) -> Iterator[Span]:
    """Find what a key, a token or a recovery code is said to be, if it looks like nothing else."""
    lowered = text.lower()
    if not any(word in lowered for word in ("key", "token", "code", "secret", " id")):
        return
    for match in _NAMED.finditer(text):
        name = match["name"].lower()
        short = name.startswith(_RECOVERED)
        if name in {"token", "secret"} and not match["link"].strip():
            continue  # "a token of gratitude"; keys and headers know `token x7…`
        start, found = match.start("value"), match["value"]
        for _ in range(_MOST):
            value = _VALUE.match(found)
            if not value or not _is_made(value[0], short=short):
                break
            yield start, start + value.end()
            further = _FURTHER.match(text, start + value.end()) if short else None
            if not further:
                break
            start, found = further.start("value"), further["value"]


def _is_made(value: str, *, short: bool) -> bool:
    """Whether letters and digits are mixed as in no word, name of a file or version."""
    digits = sum(map(str.isdecimal, value))
    letters = sum(map(str.isalpha, value))
    if not digits or not letters or "://" in value or value.startswith("/"):
        return False
    if re.fullmatch(
        r"v?\d+(?:\.\d+)+\w{0,4}|[\w-]+\.(?:md|py|js|txt|html|json|ya?ml|toml|env)", value
    ):
        return False
    return len(value) >= (6 if short else 8) and digits >= 2
