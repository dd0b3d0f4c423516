"""The values that pass between the engine, its experts and whoever shows suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["prediction", "completion", "correction", "typed", "phrase", "emoji"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One word offered; of kind "phrase", two or three.

    `text` is the whole of it; `replaces` says how many characters before the cursor it takes the place of.
    `score` is its chance under the mixture, `experts` each expert's own chance of it: that is "why this word?".
    `new` marks a word that nobody but the user knows and that was seen too seldom to be trusted.
    """

    text: str
    kind: Kind
    score: float
    experts: Mapping[str, float]
    replaces: int
    new: bool = False
