"""Which characters of a line a suggestion gave, so that taking them back can be counted. It holds places, no text."""

from __future__ import annotations


class Given:
    """One line's characters, marked where a suggestion put them. Another line begins unmarked."""

    def __init__(self) -> None:
        self._marks = bytearray()

    def begin(self, length: int) -> None:
        """Begin another line, of which nothing was given."""
        self._marks = bytearray(length)

    def replaced(self, start: int, end: int, length: int, *, given: bool = False) -> int:
        """Note that `length` characters took the place of those from start to end; return how many given ones went."""
        gone = sum(self._marks[start:end])
        self._marks[start:end] = bytes([given]) * length
        return gone

    def became(self, old: str, new: str) -> int:
        """Note that the line is another; return how many given characters are not in what both have at their ends."""
        start = _common(old, new)
        behind = _common(old[start:][::-1], new[start:][::-1])
        return self.replaced(start, len(old) - behind, len(new) - behind - start)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their start."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    return same
