"""The owner's own profile: where its key is, how it is opened, whether it is well.

Of the files here only this one and `cli/recovery.py` know how `hushkey.keyboard` keeps a key.
"""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hushkey.keyboard.errors import KeystoreDamaged
from hushkey.keyboard.key_record import read_record
from hushkey.keyboard.keystore import destroy_key
from hushkey.keyboard.passphrase import passphrase_from
from hushkey.keyboard.paths import Places, places
from hushkey.keyboard.private_files import drop_files_in
from hushkey.keyboard.system_keyring import system_keyring
from hushkey.tui.opening import KeyChoice, Survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.profile import Profile


class OwnerOpener:
    """Opens the profile that the environment names.

    A passphrase in the environment is read once, here: a descriptor cannot be read twice. Raises
    BadPassphraseSource.
    """

    def __init__(self, environ: Mapping[str, str], *, bare: bool = False) -> None:
        self.places: Places = places(environ)
        self.passphrase: Passphrase | None = passphrase_from(environ)
        self._bare = bare

    def survey(self) -> Survey:
        """Look at the record of the key without changing anything. Raises KeystoreError."""
        record = read_record(self.places.data)
        if record is not None:
            asks = record.place == "passphrase" and self.passphrase is None
            return Survey(self.places.data, False, record.place, asks_passphrase=asks)
        if system_keyring() is not None:
            return Survey(self.places.data, True, "keyring")
        if self.passphrase is not None:
            return Survey(self.places.data, True, "passphrase")
        return Survey(self.places.data, True, "file" if self._bare else None)

    def open(self, choice: KeyChoice) -> Profile:
        """Open the profile; what the owner has just answered comes before the environment."""
        from hushkey.keyboard.profile import open_profile

        return open_profile(
            passphrase=choice.passphrase or self.passphrase,
            allow_bare_file=choice.bare or self._bare,
        )


def from_environment(*, bare: bool = False) -> OwnerOpener:
    """Return the opener for this process, and take the passphrase out of what children inherit."""
    opener = OwnerOpener(os.environ, bare=bare)
    os.environ.pop("HUSHKEY_PASSPHRASE", None)
    os.environ.pop("HUSHKEY_PASSPHRASE_FD", None)
    return opener


def wipe_all(here: Places) -> None:
    """Destroy the key first, then every file; neither key nor passphrase is needed.

    Raises KeyUnavailable if the keyring keeps the key; then nothing was removed. OSError or FileRefused
    where the system refuses to remove a file: what is left cannot be read without the key.
    """
    try:
        destroy_key(here.data)
    except KeystoreDamaged:
        here.keystore.unlink(missing_ok=True)
    for held in (*here.databases, *here.sealed):
        for path in (held, *held.parent.glob(held.name + "-*")):
            path.unlink(missing_ok=True)
    drop_files_in(here.reports)
