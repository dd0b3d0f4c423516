"""How much was typed on each surface, read from the history a piece at a time so that nobody waits for it."""

from dataclasses import dataclass
from typing import Final

from hushkey.keyboard.history import Entry, History
from hushkey.keyboard.redaction import REDACTED

_READ: Final = 10_000  # ids looked at together: about a megabyte


@dataclass(frozen=True, slots=True)
class SurfaceUse:
    """What is kept of one surface."""

    name: str
    lines: int
    words: int
    """Between blanks; a mark in the place of a secret is none."""
    first: float
    """Unix time of its oldest line, seconds."""
    last: float
    """Unix time of its newest line, seconds."""

    def with_line(self, entry: Entry) -> "SurfaceUse":
        """Return it with one more line."""
        words = sum(token != REDACTED for token in entry.text.split())
        return SurfaceUse(
            self.name,
            self.lines + 1,
            self.words + words,
            min(self.first, entry.at),
            max(self.last, entry.at),
        )


def surface_use(history: History) -> list[SurfaceUse]:
    """List the surfaces of which lines are kept, the one with the most lines first."""
    found: dict[str, SurfaceUse] = {}
    end = history.cursor().id
    for after in range(0, end, _READ):
        for entry in history.between(after, min(after + _READ, end)):
            known = found.get(entry.surface) or SurfaceUse(entry.surface, 0, 0, entry.at, entry.at)
            found[entry.surface] = known.with_line(entry)
    return sorted(found.values(), key=lambda use: (-use.lines, use.name))
