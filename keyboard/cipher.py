"""One SQLCipher connection, as closed as it can be made. Knows no table.

sqlite-utils takes its SQLite from `pysqlite3` where that can be imported, and catches the errors
of that module only. So for the time of its import SQLCipher stands under that name, and the name
is given back afterwards: an embedder's own pysqlite3 is not disturbed. It is imported when a table
is first edited: it weighs ten megabytes, which suggesting does without.
"""

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3
import sqlcipher3.dbapi2

from hushkey.keyboard.keys import HistoryKey, SharingKey

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sqlite_utils import Database
else:
    from sqlcipher3 import Connection

CipherError = sqlcipher3.Error

_PRAGMAS = (
    "temp_store = MEMORY",  # sorts and VACUUM never spill into a temporary file
    "cipher_memory_security = ON",  # freed pages are wiped
    "secure_delete = ON",  # a deleted row's bytes are overwritten in its page
    "journal_mode = WAL",  # readers and one writer; SQLCipher encrypts its frames as it does pages
    "synchronous = FULL",  # a commit is on the disk when it returns, also after a power cut
    "foreign_keys = ON",
    "trusted_schema = OFF",
)


def connect(path: Path, key: HistoryKey | SharingKey, *, busy_s: float) -> Connection:
    """Open a database file that exists, or an empty file to become one.

    No page is read until the first pragma that needs one, so a wrong key shows in here: raises
    CipherError. `busy_s` is how long each statement waits for another process.
    """
    # `rw`: never make a file. Statements in autocommit: transactions are begun by hand.
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw", busy_s)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # else a wrong key talks on stderr
        # A raw key: no passphrase hashing, which the keystore does where there is a passphrase.
        connection.execute(f"PRAGMA key = \"x'{key.reveal().hex()}'\"")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_memory() -> Connection:
    """Open a database that never touches a disk and needs no key."""
    connection = _connect(":memory:", busy_s=0)
    _prepare(connection)
    return connection


def tables_of(connection: Connection) -> "Database":
    """Give the sqlite-utils view of a connection, without its plugins: they would see all text."""
    return _database_class()(connection, execute_plugins=False)


@cache
def _database_class() -> "type[Database]":
    lent = {"pysqlite3": sqlcipher3, "pysqlite3.dbapi2": sqlcipher3.dbapi2}
    owners = {name: sys.modules.get(name) for name in lent}
    sys.modules.update(lent)
    try:
        from sqlite_utils import Database  # noqa: PLC0415  see the top of the file
    finally:
        for name, module in owners.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return Database


def broken_pages(connection: Connection) -> int:
    """Count the pages of the file whose HMAC-SHA512 fails, including a cut last page."""
    return len(connection.execute("PRAGMA cipher_integrity_check").fetchall())


def _connect(target: str, busy_s: float) -> Connection:
    opened: Any = sqlcipher3.connect(
        target, uri=True, isolation_level=None, check_same_thread=False, timeout=busy_s
    )
    connection: Connection = opened
    return connection


def _prepare(connection: Connection) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
