"""The line that a terminal is editing, followed byte by byte. Pure; it is fed only what may be looked at.

Where a byte's effect is not certain (an escape sequence, a literal character, what was pasted behind a line's end)
the line is unknown until the next one begins. Unknown is what it says, and never a guess.
"""

from typing import Final

from hushkey.keyboard.shellside.echo_guard import EditingKeys

_LONGEST: Final = 4095  # bytes: what a terminal edits at most (N_TTY_BUF_SIZE)


class TypedLine:
    """One line at a time."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._known = True
        self._literal = (
            False  # whether the next byte is taken as it is, whatever it means elsewhere
        )

    @property
    def text(self) -> str | None:
        """The line up to the cursor, which stands at its end; None where it is unknown."""
        return self._bytes.decode("utf-8", "ignore") if self._known else None

    def feed(self, byte: int, keys: EditingKeys) -> None:
        """Take one byte."""
        if self._literal:
            self._literal = False
        elif byte in keys.ends:
            self.begin()
        elif byte == keys.erase:
            self._erase(keys)
        elif byte == keys.erase_word:
            self._erase_word()
        elif byte == keys.kill:
            self._bytes.clear()
        elif byte == keys.literal:
            self._literal = True
            self.lose()
        elif (byte < 0x20 and byte != ord("\t")) or len(self._bytes) >= _LONGEST:
            self.lose()
        elif self._known:
            self._bytes.append(byte)

    def begin(self) -> None:
        """Begin a line."""
        self._bytes.clear()
        self._known = True

    def lose(self) -> None:
        """Know nothing of the line until the next one begins."""
        self._bytes.clear()
        self._known = False

    def _erase(self, keys: EditingKeys) -> None:
        while self._bytes:
            last = self._bytes.pop()
            if not keys.utf8 or last & 0xC0 != 0x80:
                return

    def _erase_word(self) -> None:
        """Lose the line unless it is plain: terminals differ in what they take for a word."""
        if all(byte == 0x20 or (chr(byte).isalnum() and byte < 0x80) for byte in self._bytes):
            words = self._bytes.rstrip(b" ")
            self._bytes = words[: words.rfind(b" ") + 1]
        else:
            self.lose()
