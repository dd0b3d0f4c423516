"""The encrypted database: opened with its key only, shared, and as closed on disk as can be."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from hushkey.keyboard import migrations
from hushkey.keyboard.errors import (
    FileRefused,
    HistoryBusy,
    HistoryClosed,
    HistoryDamaged,
    HistoryError,
    HistoryLocked,
    HistoryTooNew,
)
from hushkey.keyboard.keys import HistoryKey
from hushkey.keyboard.migrations import VERSION, migrate
from hushkey.keyboard.store import Store

KEY = HistoryKey(b"k" * 32)
OTHER = HistoryKey(b"o" * 32)


ADD = "INSERT INTO entries (at, surface, text) VALUES (?, ?, ?)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "history.db"


def add(store: Store, text: str) -> None:
    with store.writing() as database:
        database.execute(ADD, (1.0, "test", text))


def texts(store: Store) -> list[str]:
    with store.reading() as database:
        return [text for (text,) in database.execute("SELECT text FROM entries ORDER BY id")]


def pragma(store: Store, name: str):
    with store.reading() as database:
        return database.execute(f"PRAGMA {name}").fetchone()[0]


def test_what_was_written_is_there_when_opened_again(path):
    with Store.open(path, KEY) as store:
        add(store, "first line")
    with Store.open(path, KEY) as store:
        assert texts(store) == ["first line"]


def test_sqlite_utils_runs_on_sqlcipher_and_pysqlite3_is_given_back():
    code = """if True:
        import sys
        from hushkey.keyboard import cipher
        cipher.tables_of(cipher.connect_memory())
        import sqlcipher3, sqlite_utils.db, sqlite_utils.utils
        assert sqlite_utils.db.sqlite3 is sqlcipher3, sqlite_utils.db.sqlite3
        assert sqlite_utils.utils.OperationalError is sqlcipher3.OperationalError
        assert "pysqlite3" not in sys.modules and "pysqlite3.dbapi2" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_suggesting_from_a_history_and_adding_to_it_needs_no_sqlite_utils(path):
    code = f"""if True:
        import sys
        from pathlib import Path
        from hushkey.keyboard.history import History
        from hushkey.keyboard.keys import HistoryKey
        from hushkey.keyboard.store import Store
        with Store.open(Path({str(path)!r}), HistoryKey(b"k" * 32)) as store:
            history = History(store)
            history.append("one two", surface="test")
            assert history.entries()
            assert "sqlite_utils" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_embedder_who_imported_sqlite_utils_first_is_served_too(path):
    code = f"""if True:
        import sqlite_utils.db, sqlite3
        from pathlib import Path
        from hushkey.keyboard.history import History
        from hushkey.keyboard.keys import HistoryKey
        from hushkey.keyboard.store import Store
        assert sqlite_utils.db.sqlite3 is sqlite3
        with Store.open(Path({str(path)!r}), HistoryKey(b"k" * 32)) as store:
            history = History(store)
            history.append("one two", surface="test")
            assert history.forget("two") == 1 and history.count() == 1
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_connection_is_as_closed_as_intended(path):
    with Store.open(path, KEY) as store:
        assert pragma(store, "cipher_status") == "1"
        assert pragma(store, "journal_mode") == "wal"
        assert pragma(store, "synchronous") == 2  # FULL
        assert pragma(store, "secure_delete") == 1
        assert pragma(store, "temp_store") == 2  # MEMORY
        assert pragma(store, "cipher_memory_security") == "1"
        assert pragma(store, "cipher_use_hmac") == "1"


def test_every_file_and_the_folder_are_the_owners_alone(path):
    with Store.open(path, KEY) as store:
        add(store, "line")
        files = list(path.parent.iterdir())
        assert {file.name for file in files} == {"history.db", "history.db-wal", "history.db-shm"}
        assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_another_key_is_refused_and_the_file_stays_as_it_was(path, capfd):
    with Store.open(path, KEY) as store:
        add(store, "line")
    before = path.read_bytes()
    with pytest.raises(HistoryLocked, match="nothing was changed"):
        Store.open(path, OTHER)
    assert path.read_bytes() == before
    assert capfd.readouterr() == ("", "")  # SQLCipher would speak here


def test_a_file_that_is_no_database_is_refused_and_kept(path):
    path.parent.mkdir()
    path.write_bytes(b"some other file of the owner" * 400)
    with pytest.raises(HistoryError):
        Store.open(path, KEY)
    assert path.read_bytes() == b"some other file of the owner" * 400


def test_a_plain_sqlite_database_is_refused_and_kept(path):
    path.parent.mkdir()
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    before = path.read_bytes()
    with pytest.raises(HistoryLocked):
        Store.open(path, KEY)
    assert path.read_bytes() == before


@pytest.mark.parametrize("left", [0, 1, 511])
def test_an_emptied_file_is_damage_and_not_a_first_start(path, left):
    Store.open(path, KEY).close()
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(HistoryDamaged, match="cut short"):
        Store.open(path, KEY)
    assert path.stat().st_size == left


def test_a_history_of_a_later_version_is_refused_before_any_change(path):
    with Store.open(path, KEY) as store, store.writing() as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(HistoryTooNew, match="update hushkey"):
        Store.open(path, KEY)
    assert path.read_bytes() == before


def test_a_migration_is_taken_once_and_keeps_what_is_there(path):
    more = (*migrations.MIGRATIONS, ("ALTER TABLE entries ADD COLUMN mood TEXT",))
    with Store.open(path, KEY) as store:
        add(store, "old line")
        for _ in range(2):
            migrate(store._connection, more)
        assert texts(store) == ["old line"]
        assert pragma(store, "user_version") == len(more)


def test_a_migration_that_fails_leaves_nothing_of_itself():
    broken = (*migrations.MIGRATIONS, ("CREATE TABLE half (x)", "CREATE TABLE half (x)"))
    store = Store.memory()
    with pytest.raises(Exception, match="half"):
        migrate(store._connection, broken)
    with store.reading() as database:
        tables = database.execute("SELECT name FROM sqlite_schema").fetchall()
    assert ("half",) not in tables
    assert pragma(store, "user_version") == VERSION


def test_a_failed_transaction_leaves_nothing_and_the_store_goes_on():
    store = Store.memory()

    def fail_halfway() -> None:
        with store.writing() as database:
            database.execute(ADD, (1.0, "s", "lost"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    add(store, "kept")
    assert texts(store) == ["kept"]


def test_an_error_of_the_database_quotes_no_value():
    store = Store.memory()
    with pytest.raises(HistoryError) as caught, store.writing() as database:
        database.execute("INSERT INTO entries VALUES (1, 'sesame open', 's', 't')")
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_closed_store_says_so():
    store = Store.memory()
    store.close()
    store.close()
    with pytest.raises(HistoryClosed), store.reading():
        pass
    with pytest.raises(HistoryClosed), store.writing():
        pass


def test_threads_take_turns(path):
    with Store.open(path, KEY) as store:
        threads = [
            threading.Thread(target=lambda n=n: [add(store, f"{n}-{i}") for i in range(20)])
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(texts(store)) == sorted(f"{n}-{i}" for n in range(4) for i in range(20))


def test_a_second_opening_sees_what_the_first_writes(path):
    with Store.open(path, KEY) as one, Store.open(path, KEY) as two:
        add(one, "from one")
        add(two, "from two")
        assert texts(one) == texts(two) == ["from one", "from two"]


def test_a_writer_waits_for_another_and_then_says_who_is_in_the_way(path):
    with Store.open(path, KEY) as one, Store.open(path, KEY, busy_s=0.1) as two:
        with one.writing(), pytest.raises(HistoryBusy, match="try again"):
            add(two, "too early")
        add(two, "in time")
        assert texts(one) == ["in time"]


def test_a_reader_does_not_wait_for_a_writer(path):
    with Store.open(path, KEY) as one, Store.open(path, KEY, busy_s=0.1) as two:
        with one.writing() as database:
            database.execute(ADD, (1.0, "s", "unfinished"))
            assert texts(two) == []
        assert texts(two) == ["unfinished"]


def test_compacting_gives_way_to_another_writer(path):
    with Store.open(path, KEY) as one, Store.open(path, KEY, busy_s=0.1) as two:
        with one.writing():
            assert not two.compact()
        assert two.compact()


def test_two_first_starts_at_once_make_one_history(path):
    stores: list[Store] = []
    threads = [
        threading.Thread(target=lambda: stores.append(Store.open(path, KEY))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, store in enumerate(stores):
        add(store, f"line {number}")
    assert all(len(texts(store)) == 4 for store in stores)
    for store in stores:
        store.close()
    assert [file.name for file in path.parent.iterdir()] == ["history.db"]


def test_the_leavings_of_a_crash_at_the_first_start_are_cleared(path):
    path.parent.mkdir()
    draft = path.with_name(".history.db.new")
    draft.write_bytes(b"half a database")
    draft.with_name(".history.db.new-wal").write_bytes(b"half a log")
    Store.open(path, KEY).close()
    assert [file.name for file in path.parent.iterdir()] == ["history.db"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(FileRefused, match="unchanged"):
        Store.open(tmp_path / "home" / "history.db", KEY)


def test_a_store_in_memory_makes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Store.memory() as store:
        add(store, "line")
        assert store.compact()
        assert texts(store) == ["line"]
    assert list(tmp_path.iterdir()) == []
