"""What the exit codes say, and which error has which. Knows no command."""

from __future__ import annotations

import enum

from hushkey.keyboard import errors


class Exit(enum.IntEnum):
    """The exit codes of `hushkey`, documented in `hushkey --help`."""

    OK = 0
    FAILED = 1  # refused, with the reason on standard error; nothing was changed
    USAGE = 2  # click's own: the command line was not understood
    LOCKED = 3  # the key is not to be had: passphrase wrong or missing, keyring locked
    BUSY = 4  # another process holds the history
    DAMAGED = 5  # a file is not what was written
    FULL = 6  # no room on the disk
    FAULT = 70  # a fault of ours (EX_SOFTWARE)
    INTERRUPTED = 130  # Ctrl+C


_BY_ERROR: tuple[tuple[type[Exception], Exit], ...] = (
    (errors.HistoryBusy, Exit.BUSY),
    (errors.HistoryDamaged, Exit.DAMAGED),
    (errors.SealBroken, Exit.DAMAGED),
    (errors.HistoryFull, Exit.FULL),
    (errors.HistoryLocked, Exit.LOCKED),
    (errors.KeystoreError, Exit.LOCKED),
)


def exit_for(error: Exception) -> Exit:
    """Return the code of one of our errors; the first class that fits decides."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.FAILED)
