"""What the detectors of passwords share: how a value is written, and what is no value. Pure."""

import re

from hushkey.keyboard.redaction_spared import Span

QUOTED = r"\"[^\"\n█]{1,200}\"|'[^'\n█]{1,200}'"
VALUE = rf"(?![\"'`]█)(?P<value>{QUOTED}|[^\s█]++)"

_REFERENCE = re.compile(
    r"[$%<{(\[].*|[\"'](?:\{\{|\$\{).*|[bruf]?(?:\"\"|'')|[|>]-?|!(?:vault|ref|env|secret|include)"
    r"|\*{2,}[^\w].*|\*+|.*\(.*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+[,;)]?|[A-Za-z_][\w.]*\[.*|[A-Z]\w*<.*"
    r"|(?i:none|null|nil|true|false|undefined)\W*|(?i:password|passphrase|token|secret)\W*"
    r"|[•*·●.-]+|[xX]{3,}|n/a|[.]{2,}.*|[-?+=].*\}",
    re.DOTALL,
)
_NO_VALUES_LISTED = """
any bool boolean char default empty expired hidden incorrect int integer invalid missing no none number ok option
optional redacted required same see str string tbd text unknown unset varchar wrong yes
"""
NO_VALUES = frozenset(_NO_VALUES_LISTED.split())  # what is said of a password behind a colon
_EMPHASIS = re.compile(r"\*{1,2}[^*\s]{3,}\*{1,2}[.,]?")


def is_reference(value: str) -> bool:
    """Whether a value stands for another: a variable, a call, a mask, an empty word of code."""
    return bool(_REFERENCE.fullmatch(value)) and not _EMPHASIS.fullmatch(value)


def unwrapped(match: re.Match[str]) -> Span:
    """Leave quotes, brackets, and the mark that ends a sentence, where they are."""
    start, end = match.span("value")
    value = match["value"]
    if value[0] in "\"'`" and value[-1] == value[0] and len(value) > 1:
        return start + 1, end - 1
    bold = len(value) - len(value.lstrip("*"))
    if bold and _EMPHASIS.fullmatch(value):
        return start + bold, end - (len(value) - len(value.rstrip("*.,")))
    marks = ".,;)]\"'`" if not value.rstrip("!?.,;").isdigit() else ".,;!?)"
    trailing = len(value) - len(value.rstrip(marks))
    return start, end - (trailing if trailing < len(value) else 0)
