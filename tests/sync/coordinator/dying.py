"""A leader's worker as a real process that kills itself at a label, so that no clean-up runs: for test_killed.py.

python dying.py LEADER_URL HELPER_URL LABEL NOW
"""

import os
import signal
import sys

from coordinator_stand_ins import World, is_helpers


class KillAt:
    """SIGKILL, as the kernel gives it where memory is short."""

    def __init__(self, label: str) -> None:
        self.label = label

    def reach(self, label: str) -> None:
        if label == self.label:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    leader_url, helper_url, label, now = sys.argv[1:]
    world = World(leader_url, helper_url, entropy=os.urandom)
    world.clock.now = int(now)
    fault = KillAt(label)
    world.reopen(*((None, fault) if is_helpers(label) else (fault, None)))
    world.settle()


if __name__ == "__main__":
    main()
