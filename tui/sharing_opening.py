"""Opens the owner's sharing. Without the extra [share] it says what to install; until it is needed it loads nothing."""

# ruff: noqa: PLC0415 - imported when used: what sharing needs takes a fifth of a second to load

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile
    from hushkey.tui.ports import Keeper, Shares

_NEEDED: Final = ("msgspec", "httpx")  # of [share]
_DEMONSTRATION_NEEDED: Final = ("torch", "onnx", "starlette", "uvicorn", "sqlalchemy")


class OwnerSharing:
    """Opens the sharing of a profile that the app has open."""

    def missing(self) -> str:
        """Name what is not installed."""
        return _lacks(_NEEDED, "sharing", "share")

    def was_begun(self, profile: Keeper) -> bool:
        """Whether there is a sharing database; nothing is opened."""
        places = cast("Profile", profile).places
        return places is not None and places.sharing.exists()

    def open(self, profile: Keeper) -> Shares:
        """Open it. Raises StoreRefused."""
        from hushkey.sync.device.sharing import Sharing

        return Sharing.open(cast("Profile", profile))


def demonstration_lacks() -> str:
    """Name what the demonstration needs and is not installed; empty where nothing is missing."""
    return _lacks(_NEEDED + _DEMONSTRATION_NEEDED, "the demonstration", "app,coordinator")


def _lacks(names: tuple[str, ...], what: str, extra: str) -> str:
    for name in names:
        if find_spec(name) is None:
            return f"{what} needs the package {name}: pip install 'hushkey[{extra}]'"
    return ""
