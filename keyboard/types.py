"""The values that pass between the engine, its experts and whoever shows suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["prediction", "completion", "correction", "typed", "phrase"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One word offered.

    `text` is the whole word; `replaces` says how many characters before the cursor it takes the place of.
    `score` is its chance under the mixture, `experts` each expert's own chance of it: that is "why this word?".
    """

    text: str
    kind: Kind
    score: float
    experts: Mapping[str, float]
    replaces: int
