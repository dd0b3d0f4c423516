"""Everything that this folder refuses, under one root. No message quotes typed text or a key."""


class KeyboardError(Exception):
    """What failed, what now holds and what to do. Callers catch this one."""


class SettingRefused(KeyboardError):
    """No such setting, or a value that it cannot have."""


# The history ------------------------------------------------------------------------------------


class HistoryError(KeyboardError):
    """The typing history cannot do what was asked."""


class HistoryLocked(HistoryError):
    """There is a history and the key at hand does not open it."""


class HistoryDamaged(HistoryError):
    """The file is not what was written: a page fails its seal, or some of it is missing."""


class HistoryBusy(HistoryError):
    """Another process held the write lock for longer than we wait."""


class HistoryFull(HistoryError):
    """No room left on the disk. What was being written is not there; the rest is."""


class HistoryUnwritable(HistoryError):
    """The operating system refused a read or a write."""


class HistoryTooNew(HistoryError):
    """A later version of hushkey wrote this file."""


class HistoryClosed(HistoryError):
    """The store was closed before it was asked."""


# The key ----------------------------------------------------------------------------------------


class KeystoreError(KeyboardError):
    """The master key cannot be stored or read as asked."""


class NoKeyPlace(KeystoreError):
    """No keyring, no passphrase, and a bare key file was not asked for."""


class KeystoreDamaged(KeystoreError):
    """The record of the key is not what was written."""


class KeystoreTooNew(KeystoreError):
    """A later version of hushkey wrote the record of the key."""


class KeyExposed(KeystoreError):
    """Others can read or replace the file that holds the key."""


class KeyUnavailable(HistoryLocked, KeystoreError):
    """The place that is on record for the key does not give it now."""


class WrongPassphrase(KeyUnavailable):
    """The passphrase does not unwrap the key."""


class BadPassphraseSource(KeystoreError):
    """The environment names a source of the passphrase that gives none."""


class BadRecoveryCode(KeystoreError):
    """Not a recovery code, mistyped, or the code of another history."""


# Files and sealed bytes -------------------------------------------------------------------------


class FileRefused(KeyboardError):
    """The operating system refused a file: no room, no permission, a link in the way."""


class SealBroken(KeyboardError):
    """Sealed bytes were changed, cut, bound to something else, or sealed with another key."""


class SnapshotUnusable(KeyboardError):
    """Kept counts that this version, this base or this history cannot use; they are made anew."""


class SealTooNew(KeyboardError):
    """A later version of hushkey sealed these bytes."""
