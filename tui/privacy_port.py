"""What the privacy screen needs of a profile: a small Protocol, and the owner's own behind it. Knows no widget.

Reading may happen on any thread; what changes the profile goes through the engine's thread (`Desk.run`).
"""

# ruff: noqa: PLC0415 - imported when used: none of it is needed before it is asked for

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from hushkey.keyboard.key_record import read_record
from hushkey.keyboard.recovery import code_made_at, note_code_made, recovery_code
from hushkey.keyboard.surface_use import surface_use
from hushkey.tui.sharing_opening import OwnerSharing
from hushkey.tui.stored import look

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hushkey.keyboard.exports import Export
    from hushkey.keyboard.key_record import Place
    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.redaction_log import Redacted
    from hushkey.keyboard.retention import Expiring
    from hushkey.keyboard.settings import Settings
    from hushkey.keyboard.surface_use import SurfaceUse
    from hushkey.tui.stored import Seen

_DAY_S: Final = 86_400.0
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was seen of a profile at one time."""

    now: float
    """Unix time, seconds."""
    settings: Settings
    files: tuple[Seen, ...] = ()
    surfaces: tuple[SurfaceUse, ...] = ()
    redacted: tuple[Redacted, ...] = ()
    exports: tuple[Export, ...] = ()
    place: Place | None = None
    """Where the key is; None of a throwaway profile."""
    code_made_at: float | None = None
    """When a recovery code was last shown, Unix seconds."""
    shares: bool = False
    """Whether anything of sharing was ever agreed to here."""
    do_not_track: bool = False
    cannot_share: str = ""
    """What sharing lacks to be installed."""


class Privacy(Protocol):
    """What the screen asks of a profile. Each raises KeyboardError."""

    def look(self) -> Snapshot:
        """Read what is stored; seconds for a history of millions of words."""

    def expiring(self, days: int, megabytes: int) -> Expiring:
        """Tell what those bounds would let go."""

    def keep(self, days: int, megabytes: int) -> Settings:
        """Set the bounds; what they let go goes at the next start."""

    def switch(
        self, surface: str, *, learns: bool | None = None, suggests: bool | None = None
    ) -> Settings:
        """Turn one of a surface's two switches."""

    def export(self, path: Path, passphrase: Passphrase | None) -> int:
        """Write a whole copy to a new file, encrypted where there is a passphrase; give its lines."""

    def recovery_code(self, passphrase: Passphrase | None) -> str:
        """Return the code on paper of the key, and note that it was made."""

    def wipe(self) -> None:
        """Destroy the key first, then every file."""


class OwnerPrivacy:
    """The owner's own profile."""

    def __init__(self, profile: Profile, environ: Mapping[str, str] = os.environ) -> None:
        self._profile, self._environ = profile, environ

    def look(self) -> Snapshot:
        """Read what is stored."""
        profile, here = self._profile, self._profile.places
        record = None if here is None else read_record(here.data)
        place = None if record is None else record.place
        missing = OwnerSharing().missing()
        return Snapshot(
            now=time.time(),
            settings=profile.settings,
            files=() if here is None else look(here, place),
            surfaces=tuple(surface_use(profile.history)),
            redacted=tuple(profile.history.redactions.by_kind()),
            exports=tuple(profile.history.exports.holding()),
            place=place,
            code_made_at=code_made_at(profile.history),
            shares=here is not None and here.sharing.exists(),
            do_not_track=not missing and _tracking_forbidden(self._environ),
            cannot_share=missing,
        )

    def expiring(self, days: int, megabytes: int) -> Expiring:
        """Tell what those bounds would let go."""
        age_s = days * _DAY_S if days else None
        return self._profile.history.expiring(older_than_s=age_s, max_bytes=megabytes * _MEGABYTE)

    def keep(self, days: int, megabytes: int) -> Settings:
        """Set the bounds."""
        self._profile.set(keep_days=days, keep_megabytes=megabytes)
        return self._profile.settings

    def switch(
        self, surface: str, *, learns: bool | None = None, suggests: bool | None = None
    ) -> Settings:
        """Turn a switch, from what another process may have set meanwhile."""
        self._profile.catch_up()
        self._profile.set(
            **self._profile.settings.switched(surface, learns=learns, suggests=suggests)
        )
        return self._profile.settings

    def export(self, path: Path, passphrase: Passphrase | None) -> int:
        """Write a whole copy. Raises FileExistsError too."""
        from hushkey.keyboard.portability.files import write_encrypted, write_open

        if passphrase is None:
            contents = write_open(self._profile, path)
        else:
            contents = write_encrypted(self._profile, path, passphrase)
        return sum(line.count for line in contents.lines)

    def recovery_code(self, passphrase: Passphrase | None) -> str:
        """Read the key from its place again, as `hushkey recovery export` does. Raises KeyUnavailable."""
        from hushkey.keyboard.errors import KeyUnavailable
        from hushkey.keyboard.keystore import open_keystore

        here = self._profile.places
        if here is None:
            raise KeyUnavailable("a throwaway profile has no key; nothing was made")
        code = recovery_code(open_keystore(here.data, passphrase=passphrase))
        note_code_made(self._profile.history)
        return code

    def wipe(self) -> None:
        """Destroy the key first, then every file."""
        self._profile.wipe()


def _tracking_forbidden(environ: Mapping[str, str]) -> bool:
    from hushkey.sync.device.policy import tracking_forbidden

    return tracking_forbidden(environ)
