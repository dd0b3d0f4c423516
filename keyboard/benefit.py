"""What suggestions saved: keys, by who brought them. Pure arithmetic over numbers; it knows no words and no clock.

Two counts say what was saved: `characters` that stand on a line, and the `keys` that put them there. A letter costs a
key and a suggestion taken costs one for all that it gives, as in `hushkey eval`. Each taking's gain goes to whoever
brought it:

    base    what the shipped base would have saved by itself: asked again for the same word from the letter on at which
            it was taken, with the same slots and settings, but without anything learned here
            (keyboard/counterfactual.py)
    shared  what it would have saved beyond that with the adapter of many devices, where one is in use
    mine    the rest: n-grams, recent words, trust and the personal adapter

Keys that a taking cost go to `spent`: letters of it that were taken back, the keys that took them back, a mark that
took the place of its blank, a correction that saves no key. So saved = base + shared + mine - spent, always.

What it does not say. It counts what was taken, on the base's side as well: a word that the base would have
offered, and that was typed because something learned here stood in its slot, is nobody's; and nobody knows whether
a word that came up was seen. One's own slips, typed and deleted, cost the same without any suggestions: they change
nothing here. Text that was pasted is not counted, nor what a redo brings back. The base is asked first and then the
base with the shared adapter, so what either would have brought goes to the one that needs to know less.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from hushkey.keyboard.types import Kind


@dataclass(frozen=True, slots=True)
class Benefit:
    """Sums over some typing; add them to pool lines or days."""

    keys: int = 0
    characters: int = 0
    accepted: int = 0  # suggestions taken
    base: int = 0
    shared: int = 0
    mine: int = 0
    spent: int = 0

    def __add__(self, other: "Benefit") -> "Benefit":
        return Benefit(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def saved(self) -> int:
        """Keys that were not pressed; below zero if taking back cost more than was given."""
        return self.characters - self.keys

    @property
    def share(self) -> float:
        """The share of keys saved, 0..1; 0 before anything was typed."""
        return max(0.0, self.saved / self.characters) if self.characters > 0 else 0.0

    def as_dict(self) -> dict[str, int]:
        """Return the sums by name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the sums that `as_dict` gave; names of other versions are passed over."""
        return cls(**{f.name: int(values[f.name]) for f in fields(cls) if f.name in values})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One suggestion that was taken: what stood before the cursor, what it put there. Its `repr` holds neither."""

    before: str = field(repr=False)
    text: str = field(repr=False)  # without the blank behind it
    replaces: int  # characters before the cursor whose place it took
    kind: Kind

    @property
    def net(self) -> int:
        """By how many characters the line grew, the blank behind it included."""
        return len(self.text) + 1 - self.replaces

    @property
    def gain(self) -> int:
        """Keys that it saved: what it gave, without the key that took it. Below zero for some corrections."""
        return self.net - 1


@dataclass(frozen=True, slots=True)
class Credit:
    """Who would have brought one acceptance's gain: keys that the base saves by itself, and with the shared adapter."""

    base: int
    with_shared: int


def credited(acceptance: Acceptance, credit: Credit) -> Benefit:
    """Return who brought what of an acceptance; its keys and characters were counted where they were pressed."""
    gain = acceptance.gain
    if gain <= 0:
        return Benefit(spent=-gain)
    base = max(0, min(gain, credit.base))
    shared = max(0, min(gain, credit.with_shared) - base)
    return Benefit(base=base, shared=shared, mine=gain - base - shared)


def taken_back(characters: int, keys: int = 1) -> Benefit:
    """Return what it costs to take back `characters` that a suggestion gave, with so many keys."""
    return Benefit(keys=keys, characters=-characters, spent=characters + keys)
