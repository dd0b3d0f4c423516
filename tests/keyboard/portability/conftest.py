"""Profiles on the stand-in base: in files where a copy has to survive, in memory elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from portable import OpenProfile

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store
from hushkey.model.base import Base


@pytest.fixture
def new_profile(tmp_path: Path, tiny_base: Base) -> Iterator[OpenProfile]:
    """Open profiles by name; the same name is the same profile again."""
    opened: list[Profile] = []

    def open_one(name: str = "mine") -> Profile:
        places = places_in(tmp_path / name)
        key = MasterKey(name.encode().ljust(32, b"."))
        profile = Profile(Store.open(places.history, key.history_key()), places, key, tiny_base)
        opened.append(profile)
        return profile

    yield open_one
    for profile in opened:
        profile.close()


@pytest.fixture
def profile(new_profile: OpenProfile) -> Profile:
    """One profile with some lines, one of them typed twice at one moment, and a word on each list."""
    mine = new_profile()
    mine.merge_lines(
        [
            Dated(100.5, "app", "Zorblax can see the cat."),
            Dated(100.5, "app", "Zorblax can see the cat."),
            Dated(200.0, "shell", "how are you today, Zorblax?"),
            Dated(50.0, "app", "to the theatre together"),
        ]
    )
    mine.block("moist")
    mine.vouch_for("Zorblax")
    mine.keep_as_typed("colour")
    return mine
