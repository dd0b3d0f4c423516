"""The conformance suite of the store, against a real SQLite and a real PostgreSQL."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from coordinator_stand_ins import NOW, Clock
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from hushkey.sync.coordinator.schema import AUDIT, METADATA, OPTIMIZER, RECORD, ROLE, TASK
from hushkey.sync.coordinator.store import Store
from hushkey.sync.errors import NotFound, StoreRefused

NewUrl = Callable[[], str]


@pytest.fixture
def url(new_url: NewUrl) -> str:
    return new_url()


def opened(url: str) -> Store:
    return Store.open(url, clock=Clock())


def add_task(connection: Connection, name: bytes = b"t") -> bytes:
    task = name * 32
    connection.execute(
        insert(TASK).values(
            task=task,
            signed=b"s",
            initial=bytes(32),
            version=0,
            listed=False,
            created_at=NOW,
            wait_until=0,
            swept_until=0,
        )
    )
    return task


def test_the_steps_make_the_tables_that_the_code_knows(url: str):
    store = opened(url)
    with store.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    store.close()
    assert found == []


def test_opening_again_changes_nothing(url: str):
    store = opened(url)
    with store.write("test") as connection:
        add_task(connection)
    store.close()
    store = opened(url)
    with store.read() as connection:
        assert len(connection.execute(select(TASK)).all()) == 1
    store.close()


def test_many_that_open_an_empty_database_at_once_upgrade_it_once(url: str):
    begin, failures = threading.Barrier(4), []

    def work() -> None:
        begin.wait()
        try:
            opened(url).close()
        except BaseException as error:  # noqa: BLE001  told by the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_later_version_is_refused_and_stays_as_it_was(url: str):
    store = opened(url)
    with store.write("test") as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreRefused, match="later version"):
        opened(url)


def test_a_database_has_one_role(url: str):
    store = opened(url)
    store.claim_role("leader")
    store.claim_role("leader")
    with pytest.raises(StoreRefused, match="that of a leader"):
        store.claim_role("helper")
    with store.read() as connection:
        assert connection.scalar(select(ROLE.c.role)) == "leader"
    store.close()


def test_what_is_left_by_an_error_is_not_there(url: str):
    store = opened(url)

    def twice() -> None:
        with store.write("test") as connection:
            add_task(connection)
            add_task(connection)

    with pytest.raises(IntegrityError):
        twice()
    with store.read() as connection:
        assert connection.execute(select(TASK)).all() == []
    store.close()


def test_a_key_is_inserted_once_and_put_over(url: str):
    store = opened(url)
    with store.write("test") as connection:
        task = add_task(connection)
        assert store.insert_new(connection, OPTIMIZER, task=task, state=b"1")
        assert not store.insert_new(connection, OPTIMIZER, task=task, state=b"2")
        store.put(connection, OPTIMIZER, task=task, state=b"3")
        assert connection.scalar(select(OPTIMIZER.c.state)) == b"3"
    store.close()


def test_a_row_of_no_task_is_refused(url: str):
    store = opened(url)
    with pytest.raises(IntegrityError), store.write("test") as connection:
        connection.execute(
            insert(RECORD).values(task=bytes(32), sequence=0, signed=b"", batch=b"", version=0)
        )
    store.close()


def test_a_task_is_locked_until_its_writer_has_ended(url: str):
    one, other = opened(url), opened(url)
    with one.write("test") as connection:
        task = add_task(connection)
    order: list[str] = []
    holding = threading.Event()

    def second() -> None:
        holding.wait()
        with other.write("test") as connection:
            other.lock_task(connection, task)
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with one.write("test") as connection:
        assert one.lock_task(connection, task)
        holding.set()
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    one.close()
    other.close()


def test_no_unknown_task_is_locked(url: str):
    store = opened(url)
    with pytest.raises(NotFound), store.write("test") as connection:
        store.lock_task(connection, bytes(32))
    store.close()


def test_a_reader_sees_what_was_written_before_and_nothing_half_done(url: str):
    one, other = opened(url), opened(url)
    with one.write("test") as connection:
        add_task(connection)
        with other.read() as looking:
            assert looking.execute(select(TASK)).all() == []
    with other.read() as looking:
        assert len(looking.execute(select(TASK)).all()) == 1
    one.close()
    other.close()


def test_what_a_driver_says_never_holds_the_values(url: str):
    store = opened(url)
    with pytest.raises(StoreRefused) as refused, store.write("test") as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hunter2"})
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    store.close()


def test_numbers_beyond_32_bits_are_held(url: str):
    store = opened(url)
    with store.write("test") as connection:
        connection.execute(
            insert(AUDIT).values(
                number=1, at=2**40, act="", subject="", detail="", previous=b"", digest=b""
            )
        )
    with store.read() as connection:
        assert connection.scalar(select(AUDIT.c.at)) == 2**40
    store.close()


@pytest.mark.parametrize(
    "url", ["", "no url", "mysql://host/name", "sqlite://", "sqlite:///:memory:"]
)
def test_other_databases_are_refused(url: str):
    with pytest.raises(StoreRefused, match="nothing was opened"):
        opened(url)


def test_a_database_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path):
    with pytest.raises(StoreRefused, match="did not take part"):
        opened(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    with pytest.raises(StoreRefused, match="did not take part"):
        opened(f"postgresql+psycopg://nobody@/x?host={tmp_path}")


def test_sqlite_syncs_in_full_writes_ahead_and_keeps_foreign_keys(sqlite_url: NewUrl):
    store = opened(sqlite_url())
    with store.read() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]
    store.close()


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(url: str):
    """Else a helper asked twice at once saw no answer, then its reports counted: too few; and the batch dissolved."""
    one, other = opened(url), opened(url)
    with one.read() as connection:
        before = connection.execute(select(TASK)).all()
        with other.write("test") as writing:
            add_task(writing)
        assert connection.execute(select(TASK)).all() == before == []
    with one.read() as connection:
        assert len(connection.execute(select(TASK)).all()) == 1
    one.close()
    other.close()
