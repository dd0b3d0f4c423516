"""Whether this profile shares a folder with the owner's other devices, and under which key.

The key is drawn by the first device, wrapped by a passphrase at the head of every device's file, and kept in each
profile's encrypted database, so the passphrase is asked for once a device. It is not the profile's own key.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hushkey.keyboard.errors import WrongPassphrase
from hushkey.keyboard.key_record import key_from_text, key_to_text
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.portability.contents import CopyRefused
from hushkey.keyboard.portability.device_file import Head
from hushkey.keyboard.portability.tombstones import FORGOTTEN, MEMBERSHIP
from hushkey.keyboard.recovery import key_from_code
from hushkey.keyboard.wrapping import WrappedKey, unwrap, wrap

if TYPE_CHECKING:
    from hushkey.keyboard.history import History

TAKEN_OFF: Final = "sync_taken_off"  # setting: words that were taken off lists, by name
_DEVICE_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Membership:
    """A device among its owner's others."""

    key: MasterKey
    device: str
    wrapped: WrappedKey

    def as_json(self) -> dict[str, Any]:
        """Give what is kept of it, in the encrypted database."""
        fields = {"key": key_to_text(self.key), "device": self.device}
        return fields | {"identity": self.wrapped.identity, "wrapped": self.wrapped.to_json()}


def membership_of(history: "History") -> Membership | None:
    """Return what a profile belongs to; None where it shares nothing. Raises KeystoreDamaged."""
    kept = history.settings.get(MEMBERSHIP)
    if kept is None:
        return None
    wrapped = WrappedKey.from_json(str(kept["identity"]), kept["wrapped"])
    return Membership(key_from_text(kept["key"]), str(kept["device"]), wrapped)


def join(history: "History", heads: Iterable[Head], secret: Passphrase | str) -> Membership:
    """Make a profile one of the devices that share a folder: by their passphrase, or by their recovery code.

    In a folder without any, a passphrase makes this the first. Raises WrongPassphrase, BadRecoveryCode and
    CopyRefused; then the profile shares nothing, and the folder is as it was.
    """
    there = {head.wrapped.identity: head.wrapped for head in heads}
    if isinstance(secret, str):
        key = key_from_code(secret)
        if key.identity() not in there:
            raise CopyRefused(
                "no device in this folder has that recovery code; nothing was shared; see the folder"
            )
        wrapped = there[key.identity()]
    elif there:
        key, wrapped = _opened(there.values(), secret)
    else:
        key = MasterKey.generate()
        wrapped = wrap(key, secret)
    member = Membership(key, secrets.token_hex(_DEVICE_BYTES), wrapped)
    history.settings.set(MEMBERSHIP, member.as_json())
    return member


def leave(history: "History") -> None:
    """Share nothing from now on. Lines stay, on every device; names of what was forgotten go."""
    for name in (MEMBERSHIP, FORGOTTEN, TAKEN_OFF):
        history.settings.remove(name)


def _opened(there: Iterable[WrappedKey], secret: Passphrase) -> tuple[MasterKey, WrappedKey]:
    for wrapped in there:
        try:
            key = unwrap(wrapped, secret)
        except WrongPassphrase:
            continue
        if key.identity() == wrapped.identity:
            return key, wrapped
    raise WrongPassphrase(
        "the passphrase opens no device's file in this folder; nothing was shared; give the one that "
        "the first device chose"
    )
