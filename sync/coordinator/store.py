"""The database of one operator: opened, brought up to date, read and written in transactions. Knows no message.

SQLite where a URL names a file (one machine; writers take turns), PostgreSQL by `postgresql+psycopg://` (any number of
processes). A write is durable once its block has ended, and nothing of it is where the block was left by an error.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from hushkey.sync.coordinator.faults import Faults, NoFaults
from hushkey.sync.coordinator.schema import ROLE, TASK
from hushkey.sync.errors import NotFound, StoreRefused
from hushkey.sync.messages import Role

BUSY_S = 30.0  # the longest write sums no shares: it stores what was summed
POOLED = 8  # connections that a process keeps; twice as many at the most
_UPGRADE_LOCK = 0x6875736B  # of PostgreSQL's advisory locks
AUDIT_LOCK = _UPGRADE_LOCK + 1
_MIGRATIONS = Path(__file__).parent / "migrations"

Clock = Callable[[], int]  # seconds since 1970


class Store:
    """One open database. Any thread may use it, and any number of processes beside this one."""

    def __init__(self, engine: Engine, clock: Clock, faults: Faults) -> None:
        self._engine = engine
        self._writer = engine.execution_options(hushkey_writes=True)
        self._reader = (
            engine.execution_options(isolation_level="REPEATABLE READ")
            if self.has_row_locks
            else engine
        )
        self._turn = threading.Lock()
        self.clock = clock
        self.faults = faults

    @classmethod
    def open(cls, url: str, *, clock: Clock, faults: Faults | None = None) -> Self:
        """Open the database and bring it up to date. Raises StoreRefused; it is then as it was."""
        store = cls(_engine(url), clock, faults or NoFaults())
        try:
            with _said():
                _upgrade(store._writer)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @property
    def has_row_locks(self) -> bool:
        """Whether rows are locked one by one; else one writer has the whole database."""
        return self._engine.dialect.name == "postgresql"

    def claim_role(self, role: Role) -> None:
        """Note whose database this is. Raises StoreRefused where it is the other role's."""
        with self.write("role") as connection:
            self.insert_new(connection, ROLE, one=1, role=role)
            held = connection.scalar(select(ROLE.c.role))
        if held != role:
            raise StoreRefused(
                f"the database is that of a {held}; nothing was changed; give each role a database of its own"
            )

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Look at one state of the database. Raises StoreRefused."""
        with _said(), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self, label: str) -> Iterator[Connection]:
        """Change the database, all at once or not at all. Raises StoreRefused; IntegrityError is the caller's."""
        with _said(), self._turn_to_write(), self._writer.connect() as connection:
            with connection.begin():
                yield connection
                self.faults.reach(f"{label}.uncommitted")
            self.faults.reach(f"{label}.committed")

    @contextlib.contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Take turns within this process where there is one writer: SQLite's own waiting sleeps, up to 0.1 s a look."""
        if self.has_row_locks:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_S):
            raise StoreRefused(
                "the database was busy for too long; nothing was changed; send it again"
            )
        try:
            yield
        finally:
            self._turn.release()

    def insert_new(self, connection: Connection, table: Table, **values: object) -> bool:
        """Insert a row unless one with its key is there; whether it was."""
        make = postgresql.insert if self.has_row_locks else sqlite.insert
        key = next(
            iter(table.primary_key)
        )  # returned by a new row alone; drivers do not all count rows
        inserting = make(table).values(**values).on_conflict_do_nothing().returning(key)
        return connection.execute(inserting).first() is not None

    def put(self, connection: Connection, table: Table, **values: object) -> None:
        """Insert a row, or write over the one with its key."""
        make = postgresql.insert if self.has_row_locks else sqlite.insert
        keys = [column.name for column in table.primary_key]
        others = {name: value for name, value in values.items() if name not in keys}
        connection.execute(
            make(table)
            .values(**values)
            .on_conflict_do_update(index_elements=keys, set_=others or {keys[0]: values[keys[0]]})
        )

    def lock_task(self, connection: Connection, task: bytes, *, wait: bool = True) -> bool:
        """Be the only one to change a task until the transaction ends; False where another is and `wait` is off.

        Raises NotFound. SQLite's writer is the only one anyhow.
        """
        query = select(TASK.c.task).where(TASK.c.task == task)
        if connection.scalar(self.locked(query, wait=wait)) is not None:
            return True
        if connection.scalar(query) is None:
            raise NotFound("there is no such task here; nothing was changed")
        return False

    def locked(self, query: Select[Any], *, wait: bool = False) -> Select[Any]:
        """Return the query with its rows locked; those that others hold are skipped unless we wait."""
        if not self.has_row_locks:
            return query
        # Not against the foreign keys of new reports, which only ask that the row is there.
        return query.with_for_update(skip_locked=not wait, key_share=True)

    def lock_audit(self, connection: Connection) -> None:
        """Be the only one to append to the audit log until the transaction ends."""
        if self.has_row_locks:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({AUDIT_LOCK})"))


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Say what a driver raises without its statement, whose values are nobody's business."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        raise StoreRefused(
            f"the database did not take part ({kind}); nothing was changed; try again, and look whether it runs and "
            "has room"
        ) from None


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreRefused(
            "the database's URL is none; nothing was opened; sqlite:///FILE or postgresql+psycopg://HOST/NAME"
        ) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return _sqlite(url)
    if kind == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=POOLED,
            max_overflow=POOLED,
            isolation_level="READ COMMITTED",
            connect_args={"options": f"-c lock_timeout={int(BUSY_S)}s", "connect_timeout": 10},
        )
    raise StoreRefused(
        f"a database of the kind {kind} is not taken; nothing was opened; sqlite:///FILE or "
        "postgresql+psycopg://HOST/NAME"
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOLED,
        max_overflow=POOLED,
        connect_args={"timeout": BUSY_S, "check_same_thread": False},
    )

    def connected(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions are begun below, and nowhere else
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("hushkey_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _upgrade(engine: Engine) -> None:
    """Take the steps that are missing, in one transaction that nobody else takes at the same time."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
        held = MigrationContext.configure(connection).get_current_revision()
        if held is not None and held not in known:
            raise StoreRefused(
                "the database was written by a later version of hushkey; nothing was changed; update hushkey"
            )
        if held != scripts.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def insert_all(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    """Insert many rows, if there are any."""
    if rows:
        connection.execute(insert(table), rows)
