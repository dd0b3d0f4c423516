"""A process killed in mid-write loses nothing that it had said was kept."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from hushkey.keyboard.history import History
from hushkey.keyboard.keys import AdapterKey, HistoryKey
from hushkey.keyboard.sealed import read_sealed, write_sealed
from hushkey.keyboard.store import Store

KEY = HistoryKey(b"k" * 32)
SEAL = AdapterKey(b"a" * 32)

WRITER = """if True:
    import sys
    from pathlib import Path
    from hushkey.keyboard.history import History
    from hushkey.keyboard.keys import HistoryKey
    from hushkey.keyboard.store import Store

    # No way out through Python: the kill finds it wherever it is.
    history = History(Store.open(Path(sys.argv[1]), HistoryKey(b"k" * 32)))
    number = int(sys.argv[2])
    while True:
        if sys.argv[3] == "erase" and number % 7 == 6:
            history.forget("obsolete")
        entry = history.append(f"line {number} is committed and obsolete", surface="test")
        print(number, flush=True)
        number += 1
"""


def acknowledged_until_killed(path, first: int, mode: str, after_s: float) -> int:
    """Start a writer, kill it some time after its first line; give the last number it confirmed."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), mode],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    heard = [writer.stdout.readline()]
    time.sleep(after_s)
    writer.send_signal(signal.SIGKILL)
    heard += writer.stdout.read().splitlines()
    assert writer.wait() == -signal.SIGKILL
    # The last acknowledgement may be cut; one that was heard whole was given.
    return int([line for line in heard if line.strip()][-1])


@pytest.mark.parametrize("mode", ["append", "erase"])
def test_every_acknowledged_line_is_there_after_a_kill(tmp_path, mode):
    path = tmp_path / "home" / "history.db"
    waits = np.random.default_rng(20240229).uniform(0.0, 0.25, size=6)
    following = 0
    for wait in waits:
        last = acknowledged_until_killed(path, following, mode, wait)
        with Store.open(path, KEY) as store:  # which checks each page
            numbers = [int(entry.text.split()[1]) for entry in History(store).entries()]
        # At most the line in flight is there without having been acknowledged.
        assert numbers in (list(range(last + 1)), list(range(last + 2)))
        following = len(numbers)
    assert following > len(waits)


def test_a_kill_at_the_first_start_leaves_none_or_a_whole_history(tmp_path):
    for number, wait in enumerate(np.linspace(0.0, 0.06, 7)):
        path = tmp_path / str(number) / "history.db"
        code = WRITER.replace("    history =", "    print('go', flush=True)\n    history =", 1)
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(path), "0", "append"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "go\n"
        time.sleep(wait)
        writer.kill()
        lines = writer.stdout.read().splitlines()
        writer.wait()
        with Store.open(path, KEY) as store:
            assert History(store).count() >= len(lines)
        assert [file.name for file in path.parent.iterdir()] == ["history.db"]


SEALER = """if True:
    import sys
    from pathlib import Path
    from hushkey.keyboard.keys import AdapterKey
    from hushkey.keyboard.sealed import write_sealed
    print("go", flush=True)
    while True:
        for letter in (b"a", b"b"):
            write_sealed(Path(sys.argv[1]), AdapterKey(b"a" * 32), letter * 300_000, context=b"")
"""


def test_a_sealed_file_is_whole_after_a_kill_in_mid_write(tmp_path):
    path = tmp_path / "adapter.sealed"
    write_sealed(path, SEAL, b"a" * 300_000, context=b"")
    for wait in np.random.default_rng(7).uniform(0.0, 0.1, size=5):
        sealer = subprocess.Popen(
            [sys.executable, "-c", SEALER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert sealer.stdout is not None
        assert sealer.stdout.readline() == "go\n"
        time.sleep(wait)
        sealer.kill()
        sealer.wait()
        sealer.stdout.close()
        plain = read_sealed(path, SEAL, context=b"")
        assert plain in (b"a" * 300_000, b"b" * 300_000)


def test_two_processes_write_at_once_and_lose_nothing(tmp_path):
    path = tmp_path / "home" / "history.db"
    code = WRITER.replace("while True:", "for _ in range(60):")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(first), "erase"], stdout=subprocess.DEVNULL
        )
        for first in (0, 1000)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Store.open(path, KEY) as store:
        numbers = sorted(int(entry.text.split()[1]) for entry in History(store).entries())
    assert numbers == [*range(60), *range(1000, 1060)]
    assert os.listdir(path.parent) == ["history.db"]  # noqa: PTH208
