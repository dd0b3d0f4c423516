"""How a profile is opened: what the owner is told and asked first. Knows no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hushkey.keyboard.key_record import Place
    from hushkey.keyboard.keys import Passphrase
    from hushkey.tui.ports import Keeper

KEY_PLACE_NOTES: Final[Mapping[Place, str]] = {
    "keyring": "in your system's keyring",
    "passphrase": "in a file that only your passphrase opens",
    "file": "in a file that only your account may read, with no passphrase",
}

_KEPT: Final = (
    "Each line you finish, so that suggestions learn how you write. Card and phone numbers, e-mail "
    "addresses, passwords, keys and one-time codes are cut out first."
)
_SAY: Final = (
    "F8 keeps nothing while on. Shift+Delete forgets a word. "
    "“hushkey wipe” destroys the key and all data."
)


@dataclass(frozen=True, slots=True)
class Survey:
    """What is there before anything is opened.

    `key_place` is where the key is or will be, None where that is for the owner to choose;
    `asks_passphrase` says that the key cannot be had without one.
    """

    data: Path
    first_run: bool
    key_place: Place | None
    asks_passphrase: bool = False


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """What the owner answered: a passphrase, a bare key file, or neither."""

    passphrase: Passphrase | None = None
    bare: bool = False


class Opener(Protocol):
    """Opens the owner's profile; the tests have one that opens a scripted profile."""

    def survey(self) -> Survey:
        """Look without changing anything."""

    def open(self, choice: KeyChoice) -> Keeper:
        """Open the profile. Raises KeyboardError."""


def kept_text(survey: Survey) -> tuple[tuple[str, str], ...]:
    """Return the first-run notice: pairs of a short head and a plain sentence."""
    place = "where its key lies you choose next"
    if survey.key_place is not None:
        place = f"its key lies {KEY_PLACE_NOTES[survey.key_place]}"
    return (
        ("Kept", _KEPT),
        ("Where", f"{survey.data}"),
        ("Sealed", f"In one database, encrypted as a whole (SQLCipher, AES-256); {place}."),
        ("Sharing", "Off. Nothing leaves this machine."),
        ("Yours", _SAY),
    )
