"""Whether what is typed into a terminal may be looked at: the rule, whole. Pure.

Looked at is only what the terminal itself edits line by line and shows as it is typed (ICANON and ECHO both on).
Where the echo is off somebody is asked for a secret; where lines are not edited there the program does its own
editing and is left alone, as is one that has taken the whole screen.
"""

import re
import termios
from dataclasses import dataclass
from typing import Any, Final

_LOCAL_FLAGS: Final = 3  # of what termios.tcgetattr gives
_SPECIAL: Final = 6
_INPUT_FLAGS: Final = 0

Attributes = list[Any]
"""What termios.tcgetattr gives."""


def may_look(attributes: Attributes) -> bool:
    """Whether a byte that is typed while a terminal is so may be looked at."""
    wanted = termios.ICANON | termios.ECHO
    return bool(attributes[_LOCAL_FLAGS] & wanted == wanted)


@dataclass(frozen=True, slots=True)
class EditingKeys:
    """The bytes by which a terminal edits a line. -1 stands for one that is turned off."""

    erase: int
    erase_word: int
    kill: int
    literal: int
    ends: frozenset[int]
    """Bytes that end a line or throw it away."""
    utf8: bool

    @classmethod
    def of(cls, attributes: Attributes) -> "EditingKeys":
        """Return those of a terminal."""
        special = attributes[_SPECIAL]
        extended = attributes[_LOCAL_FLAGS] & termios.IEXTEN
        ends = (termios.VEOF, termios.VEOL, termios.VINTR, termios.VQUIT, termios.VSUSP)
        return cls(
            erase=_byte(special[termios.VERASE]),
            erase_word=_byte(special[termios.VWERASE]) if extended else -1,
            kill=_byte(special[termios.VKILL]),
            literal=_byte(special[termios.VLNEXT]) if extended else -1,
            ends=frozenset({*b"\r\n", *(_byte(special[which]) for which in ends)} - {-1}),
            utf8=bool(attributes[_INPUT_FLAGS] & getattr(termios, "IUTF8", 0x4000)),
        )


def _byte(special: object) -> int:
    """A byte, or -1 for none; a terminal writes none as zero."""
    number = special[0] if isinstance(special, bytes) and special else special
    return number if isinstance(number, int) and number else -1


_SCREEN: Final = re.compile(rb"\x1b\[\?(?:\d+;)*(?:1049|1047|47)(?:;\d+)*([hl])")
_LONGEST: Final = 32  # bytes of one such sequence


class WholeScreen:
    """Follows in a program's output whether it has taken the whole screen (the alternate screen)."""

    def __init__(self) -> None:
        self.taken = False
        self._tail = b""

    def read(self, output: bytes) -> None:
        """Take the next output."""
        seen = self._tail + output
        for found in _SCREEN.finditer(seen):
            self.taken = found[1] == b"h"
        self._tail = seen[-_LONGEST:]  # read once more, a sequence says the same
