"""Keep what a process holds in memory from reaching a disk. For processes that hold plaintext."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def disable_core_dumps() -> bool:
    """Have a crash leave no image of memory; on Linux also keep other processes from reading it.

    Tells whether all of that took. Children that are started, not forked, must call it themselves:
    the limit is inherited, but being undumpable ends with exec.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return True
    # A limit of 0 does not stop a core that is piped to a program (core(5)); being undumpable does.
    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
