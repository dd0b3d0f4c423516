"""What became of many lines, or of a word, that a profile was handed. Values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of imported lines: kept lines and words, secrets cut out by kind."""

    lines: int
    words: int
    redacted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What a forgotten word was part of."""

    entries: int  # lines it was cut out of
    adapter_dropped: bool  # trained on a line that held it, so dropped until the next learning
