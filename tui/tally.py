"""Keys counted while one types. Pure arithmetic; what the sums mean and what is left out: `keyboard/benefit.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushkey.keyboard.benefit import Benefit, taken_back

if TYPE_CHECKING:
    from hushkey.keyboard.benefit import Acceptance


@dataclass(frozen=True, slots=True)
class Tally:
    """`today` as it is kept, and what came since: it is kept with the next line, or never where no line is kept.

    `takings` are the suggestions taken since, to be credited once their line is kept.
    """

    today: Benefit = field(default_factory=Benefit)
    line: Benefit = field(default_factory=Benefit)
    takings: tuple[Acceptance, ...] = ()

    def typed(self, characters: int = 1) -> Tally:
        """Count one key that entered a character, or none where it took the place of a suggestion's blank."""
        spent = 1 - characters
        return replace(self, line=self.line + Benefit(keys=1, characters=characters, spent=spent))

    def took(self, acceptance: Acceptance) -> Tally:
        """Count the one key that took a suggestion."""
        line = self.line + Benefit(keys=1, characters=acceptance.net, accepted=1)
        return replace(self, line=line, takings=(*self.takings, acceptance))

    def took_back(self, characters: int, keys: int = 1) -> Tally:
        """Count one key, or none of its own, that took back `characters` which a suggestion had given."""
        return replace(self, line=self.line + taken_back(characters, keys))

    def kept(self) -> Tally:
        """Begin another line: the last one is on its way to the history."""
        return Tally(self.today + self.line)

    def dropped(self) -> Tally:
        """Begin another line: the last one is not kept, and so its keys are not."""
        return Tally(self.today)

    @property
    def shown(self) -> Benefit:
        """Today, with the line under way."""
        return self.today + self.line
