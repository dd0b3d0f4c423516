"""The trainer as a child process: examples in, progress and an adapter out, by frames on its pipes.

    python -m hushkey.model.training.worker FOLDER     the base's folder, with its weights and pieces

It serves one request after another until its input ends, so that torch is imported once. It opens no
file but the base's two, leaves no core, and says nothing of what it reads: an error is a type's name. It
stops within a step when it is told to, when whoever started it is gone, or on a signal.
"""

import ctypes
import os
import queue
import resource
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import BinaryIO, NoReturn

import torch

from hushkey.model.errors import ModelError
from hushkey.model.frames import Frame, read_frame
from hushkey.model.training.desk import Desk

NICENESS = 10  # typing comes first
_PR_SET_DUMPABLE = 4  # linux/prctl.h


class Inbox:
    """Reads frames on a thread of its own, so that a cancellation is heard in the midst of a training."""

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


def leave_no_trace() -> None:
    """No core, no traceback: a dump of this process would hold what its owner typed.

    The twin of hushkey.keyboard.hardening, which is a layer above.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(
        OSError, AttributeError
    ):  # the limit alone does not bind a core piped to a program
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    threading.excepthook = lambda args: _say_type(args.exc_type)


def _say_type(kind: type[BaseException]) -> None:
    sys.stderr.write(f"{kind.__name__}\n")
    sys.stderr.flush()


def private_output() -> BinaryIO:
    """Return standard output for frames alone; what a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def main(arguments: list[str]) -> None:
    """Serve until the input ends."""
    leave_no_trace()
    os.nice(NICENESS)
    torch.set_num_threads(1)  # the other cores are for whoever types
    torch.set_flush_denormal(True)  # denormal gradients make a step five times slower
    out = private_output()
    inbox = Inbox(sys.stdin.buffer)

    def stop(_number: int, _frame: FrameType | None) -> None:
        inbox.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key in the terminal is for whoever started us
    desk = Desk.open(Path(arguments[0]), out)
    with suppress(BrokenPipeError):
        while (frame := inbox.next()) is not None:
            desk.answer(frame, inbox.is_unwanted)


def run(arguments: list[str]) -> NoReturn:
    """Serve, then end without ceremony.

    The reading thread may still wait for input, and an orderly shutdown would wait for it.
    """
    try:
        main(arguments)
    except BaseException as error:  # noqa: BLE001  the last frame: what escapes is told by type alone
        _say_type(type(error))
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    run(sys.argv[1:])
