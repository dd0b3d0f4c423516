"""Within one process those who write to SQLite take turns; its own way to wait sleeps and is not fair."""

import threading
from pathlib import Path

import pytest
from coordinator_stand_ins import Clock
from sqlalchemy import select

from hushkey.sync.coordinator import store as stores
from hushkey.sync.coordinator.schema import AUDIT
from hushkey.sync.coordinator.store import Store
from hushkey.sync.errors import StoreRefused


@pytest.fixture
def store(tmp_path: Path):
    opened = Store.open(f"sqlite:///{tmp_path}/one.db", clock=Clock())
    yield opened
    opened.close()


def in_thread(act) -> list:
    """Run it beside this thread; what it raised or returned."""
    found: list = []

    def work() -> None:
        try:
            found.append(act())
        except StoreRefused as refused:
            found.append(refused)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return found


def write(store: Store) -> str:
    with store.write("test"):
        return "written"


def test_who_waits_for_its_turn_too_long_is_refused_and_readers_never_wait(store, monkeypatch):
    monkeypatch.setattr(stores, "BUSY_S", 0.05)
    with store.write("test"):
        (refused,) = in_thread(lambda: write(store))
        with store.read() as connection:
            assert connection.execute(select(AUDIT)).all() == []
    assert isinstance(refused, StoreRefused)
    assert "nothing was changed" in str(refused)


def test_a_turn_ends_with_its_block_also_where_that_failed(store):
    with pytest.raises(KeyError), store.write("test"):
        raise KeyError
    assert in_thread(lambda: write(store)) == ["written"]


def test_who_waits_holds_no_connection(store):
    """Else as many writers as the pool has connections would shut readers out."""
    with store.write("test"):
        waiting = [threading.Thread(target=write, args=(store,)) for _ in range(4)]
        for each in waiting:
            each.start()
        held = store._engine.pool.checkedout()
    for each in waiting:
        each.join(20)
    assert held == 1
