"""The shape of the history's database, step by step. Knows no file and no key.

A step, once released, never changes: a new shape is a new step at the end. The number of steps
taken stands in `PRAGMA user_version`, inside the transaction that takes them.
"""

from typing import TYPE_CHECKING

from hushkey.keyboard.errors import HistoryTooNew

if TYPE_CHECKING:
    from sqlite3 import Connection

# Ids are never given twice, so "learned up to id 812" stays true after deletions. The triggers
# count revisions, so that no writer can forget to.
_FIRST = (
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        surface TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX entries_by_time ON entries (at)",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO counters VALUES ('revision', 0)",
    *(
        f"""CREATE TRIGGER entries_after_{event.lower()} AFTER {event} ON entries BEGIN
            UPDATE counters SET value = value + 1 WHERE name = 'revision';
        END"""  # noqa: S608  the three words below
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    "CREATE TABLE blocked (folded TEXT PRIMARY KEY, word TEXT NOT NULL, at REAL NOT NULL) STRICT",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT",
    """CREATE TABLE learn_runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        json TEXT NOT NULL
    ) STRICT""",
)

_WORDS_KEPT_AS_TYPED = (
    """CREATE TABLE kept_as_typed (
        folded TEXT PRIMARY KEY,
        word TEXT NOT NULL,
        at REAL NOT NULL
    ) STRICT""",
)

# Words of one's own that are to be trusted at once; the copies of the history that were written; and how far
# forgetting came: begun, reached every file, and whether lines went that something learned may still know. A
# database older than this step may have let lines go.
_FORGETTING = (
    "CREATE TABLE vouched (folded TEXT PRIMARY KEY, word TEXT NOT NULL, at REAL NOT NULL) STRICT",
    """CREATE TABLE exports (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        destination TEXT NOT NULL,
        lines INTEGER NOT NULL,
        last_entry INTEGER NOT NULL
    ) STRICT""",
    "INSERT INTO counters VALUES ('forgettings', 0), ('forgettings_done', 0)",
    """INSERT INTO counters
        SELECT 'let_go', count(*) > 0 FROM sqlite_sequence
        WHERE name = 'entries' AND seq > (SELECT count(*) FROM entries)""",
)

# How many secrets were cut out, by kind and day: no text, no line, no place.
_REDACTIONS = (
    """CREATE TABLE redactions (
        kind TEXT NOT NULL,
        day INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (kind, day)
    ) STRICT, WITHOUT ROWID""",
)

Migrations = tuple[tuple[str, ...], ...]

MIGRATIONS: Migrations = (_FIRST, _WORDS_KEPT_AS_TYPED, _FORGETTING, _REDACTIONS)
VERSION = len(MIGRATIONS)


def migrate(connection: "Connection", migrations: Migrations = MIGRATIONS) -> None:
    """Take the steps that are missing, all or none. Raises HistoryTooNew before any change."""
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again under the lock: another process may have taken the steps meanwhile.
        version = _version(connection)
        _refuse_newer(version, len(migrations))
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _refuse_newer(version: int, known: int) -> None:
    if version > known:
        raise HistoryTooNew(
            f"the history has format {version}, this hushkey knows {known}; nothing was changed; "
            "update hushkey"
        )


def _version(connection: "Connection") -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
