"""What the tests of copies share beside fixtures."""

from collections.abc import Callable

from hushkey.keyboard.profile import Profile

OpenProfile = Callable[..., Profile]


def held(profile: Profile) -> list[tuple[float, str, str]]:
    """Every line with time and surface, sorted."""
    return sorted((entry.at, entry.surface, entry.text) for entry in profile.history.entries())
