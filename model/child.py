"""What every child process of ours does first: hear its parent, leave no trace, keep its output for frames.

A child serves one request after another until its input ends. It knows no meaning of what it reads.
"""

import ctypes
import os
import queue
import resource
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from hushkey.model.errors import ModelError
from hushkey.model.frames import Frame, read_frame

NICENESS = 10  # typing comes first
_SESSION = Path("/proc/self/autogroup")  # sched(7)
_LAST = "19"  # a session of nobody else's has nobody else to be just to
_PR_SET_DUMPABLE = 4  # linux/prctl.h


class Inbox:
    """Reads frames on a thread of its own, so that a cancellation is heard in the midst of work."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._requests: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._unwanted: set[int] = set()
        self._closed = False  # a plain flag: a signal handler must not wait for a lock
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Frame | None:
        """Wait for the next request; None when there will be no more."""
        return None if self._closed else self._requests.get()

    def close(self) -> None:
        """Take no more and let what runs be cancelled. Safe in a signal handler."""
        self._closed = True
        self._requests.put(None)

    def is_unwanted(self, request: int) -> bool:
        """Whether nobody waits for this request's answer any more."""
        return self._closed or request in self._unwanted

    def _read(self) -> None:
        with suppress(ModelError, OSError, ValueError):
            while (frame := read_frame(self._stream)) is not None:
                if frame.kind == "cancel":
                    self._unwanted.add(int(frame.header.get("request", -1)))
                else:
                    self._requests.put(frame)
        self.close()


def give_way() -> None:
    """Let whoever types go first.

    Where Linux groups processes by session, niceness counts within a session alone, and one of ours would have as
    much of a core as all of its owner's terminal: there the session, if it is of this process, gives way too.
    """
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such groups here, or not ours to change
            _SESSION.write_text(_LAST, encoding="ascii")


def leave_no_trace() -> None:
    """No core, no traceback: a dump of this process would hold what its owner typed.

    The twin of hushkey.keyboard.hardening, which is a layer above.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(
        OSError, AttributeError
    ):  # the limit alone does not bind a core piped to a program
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    threading.excepthook = lambda args: say_type(args.exc_type)


def say_type(kind: type[BaseException]) -> None:
    """Tell what went wrong by the name of its type alone."""
    sys.stderr.write(f"{kind.__name__}\n")
    sys.stderr.flush()


def private_output() -> BinaryIO:
    """Return standard output for frames alone; what a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def leave(status: int) -> NoReturn:
    """End without ceremony: the reading thread may wait for input, and an orderly end would wait for it."""
    os._exit(status)
