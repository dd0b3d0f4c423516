"""What SQLite's refusals mean to the owner of the history."""

import contextlib
from collections.abc import Iterator

from hushkey.keyboard.cipher import CipherError
from hushkey.keyboard.errors import (
    HistoryBusy,
    HistoryDamaged,
    HistoryError,
    HistoryFull,
    HistoryLocked,
    HistoryUnwritable,
)

# SQLite's primary result codes: https://www.sqlite.org/rescode.html
_BUSY = (
    "another process is writing to the history; this change was not made, all before it holds; "
    "try again"
)
_LOCKED = (
    "the key does not open this history, or its first page was damaged; nothing was changed; use "
    "the key that wrote it (its recovery code), or put back a copy of history.db"
)
_READ_ONLY = "the history may not be written here; nothing was changed; see the mode of its folder"
_DISK = "the disk refused to read or write the history; this change was not made; see the disk"
_DAMAGED = "the history file is damaged; this change was not made; put back a copy of history.db"
_FULL = "the disk is full; this change was not made, all before it holds; free some space"
_SHUT = "the history could not be opened; nothing was changed; see who may read its folder"

_REFUSALS: dict[int, tuple[type[HistoryError], str]] = {
    5: (HistoryBusy, _BUSY),
    6: (HistoryBusy, _BUSY),
    8: (HistoryUnwritable, _READ_ONLY),
    10: (HistoryUnwritable, _DISK),
    11: (HistoryDamaged, _DAMAGED),
    13: (HistoryFull, _FULL),
    14: (HistoryUnwritable, _SHUT),
    26: (HistoryLocked, _LOCKED),
}


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn the database's errors into ours. Its message is dropped: it may quote a value."""
    try:
        yield
    except CipherError as error:
        code = getattr(error, "sqlite_errorcode", 1) & 0xFF
        kind, message = _REFUSALS.get(
            code,
            (HistoryError, f"the database refused (SQLite code {code}); this change was not made"),
        )
        raise kind(message) from None
