"""Keystrokes saved while typing. Pure arithmetic: it is told numbers, never the characters."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tally:
    """`keys` pressed to enter `characters`, and how many suggestions were taken.

    The share saved is 1 - keys/characters, the measure of `hushkey eval`, over what was typed here.
    """

    keys: int = 0
    characters: int = 0
    accepted: int = 0

    def typed(self, characters: int = 1) -> Tally:
        """Count one key that entered `characters` (0 where a mark took the place of a space)."""
        return replace(self, keys=self.keys + 1, characters=self.characters + characters)

    def took(self, characters: int) -> Tally:
        """Count one key that took a suggestion and made the line `characters` longer."""
        return replace(self.typed(characters), accepted=self.accepted + 1)

    @property
    def saved(self) -> int:
        """Keys that were not pressed; below zero if corrections cost more than they gave."""
        return self.characters - self.keys

    @property
    def share(self) -> float:
        """The share of keys saved, 0..1; 0 before anything was typed."""
        return max(0.0, self.saved / self.characters) if self.characters > 0 else 0.0
