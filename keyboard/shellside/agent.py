r"""What the resident process answers a shell: one line asks, one line answers. No I/O.

    suggest TAB number TAB line before the cursor    ->   number TAB ghost TAB replaces:text TAB replaces:text ...
    learn TAB line that ran                          ->   learned TAB lines
    hello                                            ->   hushkey TAB 1

Within a field \\ stands for a backslash, \n and \t for what they name. `ghost` is what would go on from the cursor.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from hushkey.keyboard.shellside.prose import UnderWay, fitting, said_in, under_way
from hushkey.keyboard.types import Suggestion

SURFACE: Final = "shell"
VERSION: Final = "1"
SLOTS: Final = 3
LONGEST_REQUEST: Final = 1 << 16  # bytes

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\n"}
_MEANT: Final = {"\\": "\\", "n": "\n", "t": "\t"}


class Typist(Protocol):
    """The part of a session that is asked."""

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return suggestions."""

    def phrase(self) -> Suggestion | None:
        """Return the first of the last answer with what is likely to follow it."""


class Conversation:
    """One shell's questions. `learn` keeps lines and says how many; nothing else here keeps anything."""

    def __init__(self, typist: Typist, learn: Callable[[Sequence[str]], int]) -> None:
        self._typist = typist
        self._learn = learn

    def answer(self, request: str) -> str:
        """Answer one line."""
        match request.split("\t"):
            case ["hello"]:
                return f"hushkey\t{VERSION}"
            case ["suggest", number, line] if number.isdigit():
                return "\t".join([number, *self._suggest(unescaped(line))])
            case ["learn", line]:
                said = said_in(unescaped(line))
                return f"learned\t{self._learn(said) if said else 0}"
            case _:
                return "not understood"

    def _suggest(self, before: str) -> list[str]:
        prose = under_way(before)
        if prose is None:
            return [""]
        found = [
            one
            for one in self._typist.suggest(prose.text, SLOTS)
            if one.kind != "typed" and fitting(one, prose, before)
        ]
        ghost = self._ghost(found, prose, before) if found else ""
        return [escaped(ghost), *(f"{one.replaces}:{escaped(one.text)}" for one in found)]

    def _ghost(self, found: Sequence[Suggestion], prose: UnderWay, before: str) -> str:
        """Return how the likeliest goes on from what was typed; nothing where it would change that."""
        phrase = self._typist.phrase()
        for one in (phrase, found[0]):
            if one is not None and fitting(one, prose, before):
                typed = before[len(before) - one.replaces :] if one.replaces else ""
                if one.text.startswith(typed):
                    return one.text[len(typed) :]
        return ""


def escaped(text: str) -> str:
    """Write a field."""
    return "".join(_ESCAPES.get(one, one) for one in text)


def unescaped(field: str) -> str:
    """Read a field; what escapes nothing stands for itself."""
    pieces: list[str] = []
    letters = iter(field)
    for one in letters:
        if one == "\\":
            following = next(letters, "")
            pieces.append(_MEANT.get(following, one + following))
        else:
            pieces.append(one)
    return "".join(pieces)
