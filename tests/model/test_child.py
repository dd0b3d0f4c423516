"""What a child process of ours does before it works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hushkey.model.child import NICENESS

TELLS = """
import os
from pathlib import Path
from hushkey.model.child import give_way
give_way()
group = Path("/proc/self/autogroup")
told = group.read_text().split() if group.exists() else []
print(os.nice(0), told[-1] if told else "-")
"""
GROUPS = Path("/proc/self/autogroup")


def groups_by_session() -> bool:
    """Where the kernel can but does not group, the file is there and says nothing."""
    return GROUPS.exists() and bool(GROUPS.read_text(encoding="ascii").strip())


def told(*, own_session: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", TELLS],
        check=True,
        capture_output=True,
        text=True,
        start_new_session=own_session,
    )
    return done.stdout.split()


def test_it_is_nicer_than_whoever_started_it():
    assert int(told(own_session=False)[0]) == min(19, os.nice(0) + NICENESS)
    assert int(told(own_session=True)[0]) == min(19, os.nice(0) + NICENESS)


@pytest.mark.skipif(not groups_by_session(), reason="this system does not group by session")
def test_its_own_session_gives_way_and_that_of_its_owner_stays_as_it_is():
    before = GROUPS.read_text(encoding="ascii")
    assert told(own_session=False)[1] == before.split()[-1]
    assert told(own_session=True)[1] == "19"
    assert GROUPS.read_text(encoding="ascii") == before
