"""A full disk loses the change in hand, says so, and nothing else."""

import subprocess
import sys

import pytest

from hushkey.keyboard.errors import FileRefused, HistoryError, HistoryFull
from hushkey.keyboard.history import History
from hushkey.keyboard.keys import AdapterKey, HistoryKey
from hushkey.keyboard.sealed import read_sealed, write_sealed
from hushkey.keyboard.store import Store

KEY = HistoryKey(b"k" * 32)
SEAL = AdapterKey(b"a" * 32)
LONG = "a long line of ordinary words, again and again; " * 40


def append_until_full(history: History) -> int:
    """Append until the refusal; give the number of lines that were taken."""
    for taken in range(10_000):
        try:
            history.append(LONG, surface="test")
        except HistoryFull as error:
            assert "all before it holds" in str(error)  # noqa: PT017
            return taken
    raise AssertionError("never full")


def test_a_history_at_its_largest_says_so_and_keeps_what_it_has(tmp_path):
    with Store.open(tmp_path / "history.db", KEY) as store:
        history = History(store)
        with store.reading() as database:
            pages = database.execute("PRAGMA page_count").fetchone()[0]
            database.execute(f"PRAGMA max_page_count = {pages + 5}")
        kept = append_until_full(history)
        assert kept > 0
        assert history.count() == kept
        history.delete([1])
        assert history.append(LONG, surface="test")
    with Store.open(tmp_path / "history.db", KEY) as store:
        assert History(store).count() == kept


@pytest.fixture
def small_disk(tmp_path):
    """A file system of half a megabyte, where this machine lets us have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_loses_only_the_line_in_hand(small_disk):
    path, filler = small_disk / "home" / "history.db", small_disk / "filler"
    filler.write_bytes(bytes(150_000))
    with Store.open(path, KEY) as store:
        history = History(store)
        kept = append_until_full(history)
        assert kept > 10
        assert history.count() == kept
    with pytest.raises(HistoryFull, match="free some"):
        Store.open(path, KEY)  # reading, too, needs a little room for the index of the log
    filler.unlink()
    with Store.open(path, KEY) as store:
        history = History(store)
        assert history.count() == kept
        assert history.append("room again", surface="test")


def test_a_full_disk_makes_no_history_and_leaves_no_leavings(small_disk):
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises((HistoryError, FileRefused)):
        Store.open(small_disk / "home" / "history.db", KEY)
    filler.unlink()
    assert list((small_disk / "home").glob("*")) == []
    Store.open(small_disk / "home" / "history.db", KEY).close()


def fill(path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def test_a_full_disk_leaves_the_old_sealed_file(small_disk):
    path = small_disk / "adapter.sealed"
    write_sealed(path, SEAL, b"old", context=b"")
    with pytest.raises(FileRefused, match="unchanged"):
        write_sealed(path, SEAL, bytes(600_000), context=b"")
    assert read_sealed(path, SEAL, context=b"") == b"old"
    assert [file.name for file in small_disk.iterdir()] == ["adapter.sealed"]


LIMITED = """if True:
    import resource, signal, sys
    from pathlib import Path
    from hushkey.keyboard.errors import HistoryFull, HistoryUnwritable
    from hushkey.keyboard.history import History
    from hushkey.keyboard.keys import HistoryKey
    from hushkey.keyboard.store import Store

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    history = History(Store.open(Path(sys.argv[1]), HistoryKey(b"k" * 32)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    kept = 0
    try:
        while True:
            history.append("a long line of ordinary words " * 40, surface="test")
            kept += 1
    except (HistoryFull, HistoryUnwritable) as error:
        assert "this change was not made" in str(error)
        print(kept)
"""


def test_a_file_that_may_not_grow_loses_only_the_line_in_hand(tmp_path):
    path = tmp_path / "history.db"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    with Store.open(path, KEY) as store:
        assert History(store).count() == int(done.stdout) > 0
