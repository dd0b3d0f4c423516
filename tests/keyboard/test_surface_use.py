"""What is counted of each surface."""

import pytest

from hushkey.keyboard import surface_use as counting
from hushkey.keyboard.history import History
from hushkey.keyboard.store import Store
from hushkey.keyboard.surface_use import SurfaceUse, surface_use


@pytest.fixture
def history():
    with Store.memory() as store:
        yield History(store)


def test_nothing_typed_is_no_surface(history):
    assert surface_use(history) == []


@pytest.mark.parametrize("read", [1, 2, 10_000])
def test_lines_words_and_times_are_counted_for_each_surface(history, monkeypatch, read):
    monkeypatch.setattr(counting, "_READ", read)
    history.append("see you  at noon", surface="app", at=5.0)
    history.append("git commit", surface="shell", at=9.0)
    history.append("my card is 4111 1111 1111 1111", surface="app", at=3.0)
    assert surface_use(history) == [
        SurfaceUse("app", 2, 7, 3.0, 5.0),
        SurfaceUse("shell", 1, 2, 9.0, 9.0),
    ]


def test_lines_that_are_gone_count_no_more(history):
    first = history.append("see you", surface="app", at=1.0)
    history.append("at noon", surface="app", at=2.0)
    history.delete([first.id])
    assert surface_use(history) == [SurfaceUse("app", 1, 2, 2.0, 2.0)]
