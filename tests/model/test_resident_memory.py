"""What this process holds, as the operating system counts it."""

import subprocess
import sys

from hushkey.model.memory import peak_bytes, resident_bytes

SLACK = 1_000_000  # Linux counts pages a core at a time, and adds up now and then
# In a process of its own: what other tests held would count too.
PROGRAM = """
from hushkey.model import memory
floor = memory.resident_bytes()
block = b"x" * 80_000_000
held, peak = memory.resident_bytes(), memory.peak_bytes()
del block
print(floor, held, peak, memory.resident_bytes(), memory.peak_bytes(), memory.reset_peak(), memory.peak_bytes())
"""


def test_a_peak_is_never_below_what_is_resident():
    held = resident_bytes()
    assert 1_000_000 < held <= peak_bytes() + SLACK


def test_a_peak_outlives_what_was_held_until_it_is_reset():
    out = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout.split()
    floor, held, peak, after, still, was_reset, anew = (
        part == "True" if part in {"True", "False"} else int(part) for part in out
    )
    assert held - floor >= 75_000_000
    assert peak >= held - SLACK
    assert still >= held - SLACK
    if was_reset:  # Linux, where the kernel allows it
        assert after < held - 70_000_000
        assert after - SLACK <= anew < held - 70_000_000


def test_where_the_system_says_nothing_the_peak_stands_for_both(monkeypatch, tmp_path):
    monkeypatch.setattr("hushkey.model.memory._STATUS", tmp_path / "none")
    assert resident_bytes() == peak_bytes() > 1_000_000  # both of what getrusage says
