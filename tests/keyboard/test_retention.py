"""What would go by the owner's bounds is what goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.history import History
from hushkey.keyboard.retention import Expiring
from hushkey.keyboard.store import Store

LINES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["a", "bb cc", "a longer line", "ü"])), max_size=9
)


@given(LINES, st.none() | st.integers(0, 10), st.none() | st.integers(0, 40))
def test_what_is_told_beforehand_is_what_goes(lines, older_than_s, max_bytes):
    with Store.memory() as store:
        history = History(store)
        for at, text in lines:
            history.append(text, surface="app", at=float(at))
        before = history.entries()
        bounds = {"older_than_s": older_than_s, "max_bytes": max_bytes, "now": 10.0}
        told = history.expiring(**bounds)
        assert history.entries() == before
        gone = history.expire(**bounds)
        times = sorted(
            entry.at for entry in before if entry.id not in {e.id for e in history.entries()}
        )
        assert told == Expiring(gone, *((times[0], times[-1]) if times else (None, None)))


@pytest.mark.parametrize("bound", [{}, {"older_than_s": 100.0}, {"max_bytes": 10**9}])
def test_bounds_that_reach_nothing_let_nothing_go(bound):
    with Store.memory() as store:
        history = History(store)
        history.append("see you at noon", surface="app", at=5.0)
        assert history.expiring(**bound, now=10.0) == Expiring()
