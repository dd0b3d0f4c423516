"""The written corpus that redaction is measured by: one file a kind, each in four sections.

`held` was written before the patterns were measured on anything of this corpus; it is never tuned
against and never edited. `tuned` is there to be read while patterns change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hushkey.keyboard.redaction import REDACTED, redact

KINDS = ("url", "email", "key", "iban", "card", "phone", "code", "password", "digits")
HALVES = ("tuned", "held")

_FOLDER = Path(__file__).parent
_SECTION = re.compile(r"== (tuned|held): (cut|kept) ==")
_MARKED = re.compile("⟦([^⟦⟧]+)⟧")


@dataclass(frozen=True, slots=True)
class Case:
    """One line, and the places in it that must go."""

    kind: str
    half: str
    text: str
    left: str
    """What is left if all that must go is cut, and nothing else."""
    secrets: tuple[tuple[int, int], ...]

    @property
    def is_negative(self) -> bool:
        """Whether the line must stay whole."""
        return not self.secrets

    def is_safe(self) -> bool:
        """Whether no letter or digit of a secret survives; what is cut besides does not matter."""
        cut = _cut_places(self.text, redact(self.text).text)
        return all(
            place in cut or not self.text[place].isalnum()
            for start, end in self.secrets
            for place in range(start, end)
        )

    def is_exact(self) -> bool:
        """Whether just the secrets are cut: for a negative, nothing."""
        return redact(self.text).text == self.left


def cases(kind: str) -> Iterator[Case]:
    """Read one kind's cases in the order of the file."""
    half = sign = ""
    for line in (_FOLDER / f"{kind}.txt").read_text(encoding="utf-8").split("\n"):
        section = _SECTION.fullmatch(line)
        if section:
            half, sign = section.groups()
        elif half and line:
            yield _case(kind, half, sign, line)


def _case(kind: str, half: str, sign: str, line: str) -> Case:
    if bool(_MARKED.search(line)) != (sign == "cut"):
        raise ValueError(f"the {half} half of {kind}.txt has a line in the wrong section")
    text, secrets, at = "", [], 0
    for marked in _MARKED.finditer(line):
        text += line[at : marked.start()]
        start = len(text)
        text += marked[1].replace("~", "") if kind == "key" else marked[1]
        secrets.append((start, len(text)))
        at = marked.end()
    return Case(kind, half, text + line[at:], _MARKED.sub(REDACTED, line), tuple(secrets))


def _cut_places(text: str, left: str) -> frozenset[int]:
    """Return the places of a text that a mark stands for."""
    kept = "(.+?)".join(map(re.escape, left.split(REDACTED)))
    match = re.fullmatch(kept, text, re.DOTALL)
    if match is None:
        raise ValueError("what is left is not what was there with marks in it")
    return frozenset(
        place
        for group in range(1, (match.lastindex or 0) + 1)
        for place in range(*match.span(group))
    )
