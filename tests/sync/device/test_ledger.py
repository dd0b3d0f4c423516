"""What was paid is never less than what left, and the budget ends where its owner said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.keys import MasterKey
from hushkey.sync.device.ledger import charge, spent, spent_rho
from hushkey.sync.device.store import SharingStore, get_fact, set_fact
from hushkey.sync.errors import BudgetSpent, StoreRefused
from hushkey.sync.privacy.accounting import Budget

KEY = MasterKey(b"l" * 32).sharing_key()
BUDGET = Budget(8.0)


@given(st.lists(st.floats(1e-6, 1.0), max_size=30))
def test_the_sum_is_never_below_what_was_charged_and_never_above_the_budget(costs):
    store = SharingStore.memory()
    paid = []
    for number, rho in enumerate(costs):
        try:
            with store.writing() as database:
                charge(database, BUDGET.rho, number.to_bytes(16, "big"), b"terms", rho, 0)
            paid.append(rho)
        except BudgetSpent:
            pass
    with store.reading() as database:
        total = spent_rho(database)
    assert sum(paid) * (1 - 1e-12) <= total <= BUDGET.rho
    assert len(paid) == len(costs) or sum(paid) + min(set(costs), default=0) > 0
    store.close()


def test_what_is_spent_is_told_in_epsilon():
    store = SharingStore.memory()
    with store.writing() as database:
        charge(database, BUDGET.rho, b"1" * 16, b"terms", BUDGET.rho / 10, 0)
        charge(database, BUDGET.rho, b"2" * 16, b"terms", BUDGET.rho / 10, 0)
    with store.reading() as database:
        told = spent(database, BUDGET)
    assert told.reports == 2
    assert 0 < told.epsilon < 8.0
    assert told.reports_left(BUDGET.rho / 10) in {7, 8}
    assert told.epsilon_left == pytest.approx(8.0 - told.epsilon)


def test_a_refused_charge_undoes_its_transaction():
    store = SharingStore.memory()
    with pytest.raises(BudgetSpent):
        _send_beyond_the_budget(store)
    with store.reading() as database:
        assert get_fact(database, "state") is None


def _send_beyond_the_budget(store: SharingStore) -> None:
    with store.writing() as database:
        set_fact(database, "state", b"sent")
        charge(database, BUDGET.rho, b"1" * 16, b"terms", BUDGET.rho * 1.01, 0)


def test_a_report_without_noise_costs_more_than_any_budget():
    store = SharingStore.memory()
    with pytest.raises(BudgetSpent), store.writing() as database:
        charge(database, BUDGET.rho, b"1" * 16, b"terms", float("inf"), 0)
    with pytest.raises(BudgetSpent), store.writing() as database:
        charge(database, BUDGET.rho, b"1" * 16, b"terms", float("nan"), 0)


def test_a_report_is_charged_once():
    store = SharingStore.memory()
    with store.writing() as database:
        charge(database, BUDGET.rho, b"1" * 16, b"terms", 0.01, 0)
    with pytest.raises(StoreRefused), store.writing() as database:
        charge(database, BUDGET.rho, b"1" * 16, b"terms", 0.01, 0)


def test_a_changed_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "sharing.db"
    SharingStore.open(path, KEY).close()
    damaged = bytearray(path.read_bytes())
    damaged[5000] ^= 1
    path.write_bytes(bytes(damaged))
    with pytest.raises(StoreRefused, match="never an older one"):
        SharingStore.open(path, KEY)
    assert path.read_bytes() == bytes(damaged)


def test_every_commit_is_on_the_disk_before_it_returns(tmp_path):
    store = SharingStore.open(tmp_path / "sharing.db", KEY)
    with store.reading() as database:
        assert database.execute("PRAGMA synchronous").fetchone()[0] == 2
    store.close()
