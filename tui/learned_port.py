"""How the app comes by the words of a profile. A profile that is none of ours has none to show."""

# ruff: noqa: PLC0415 - imported when used: the app starts before it loads an engine

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hushkey.keyboard.own_words import OwnWords
    from hushkey.tui.ports import Keeper


def words_of(profile: Keeper | None) -> OwnWords | None:
    """Return what lists a profile's words and decides on them."""
    from hushkey.keyboard.own_words import OwnWords
    from hushkey.keyboard.profile import Profile

    return OwnWords(profile) if isinstance(profile, Profile) else None
