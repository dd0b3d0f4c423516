"""A line with its time and surface, before it has a place in the history. Knows no store."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dated:
    """One line, as it was typed once. Its `repr` does not hold the text."""

    at: float
    """Unix time, seconds; a finite number."""
    surface: str
    text: str = field(repr=False)
