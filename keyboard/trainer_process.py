"""The trainer's process as its parent sees it: started, asked, heard, ended. It knows no meaning of answers."""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hushkey.model.errors import ModelError
from hushkey.model.frames import Frame, read_frame, write_frame

_SECRETS = "HUSHKEY_PASSPHRASE"  # and HUSHKEY_PASSPHRASE_FD
_WORKER = "hushkey.keyboard.learning.worker"
# Lines of every length make torch keep a compiled product for each; one heap for all threads, given back soon.
_LEAN = {
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
}
_POLL_S = 0.05  # how often a waiting request asks whether it was cancelled
_GRACE_S = 0.8  # a child that has not stopped by then is ended


class Stopped(Exception):
    """The request was put down as asked; `in_good_order` if the child is ready for the next."""

    def __init__(self, *, in_good_order: bool) -> None:
        super().__init__()
        self.in_good_order = in_good_order


class TrainerDied(Exception):
    """The process ended without an answer."""


class TrainerRefused(Exception):
    """The process answered with the name of an error's type."""


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what opens the history: the trainer has no use for it."""
    return {name: value for name, value in environ.items() if not name.startswith(_SECRETS)}


class Child:
    """The process and the two threads that keep its pipes from blocking anybody."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        # A session of its own: the terminal's interrupt is for us, and we pass on what it means.
        self._process = subprocess.Popen(
            [sys.executable, "-m", _WORKER, kind, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**without_secrets(os.environ), **_LEAN},
        )
        self._writing = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process' number."""
        return self._process.pid

    def post(self, kind: str, blobs: Sequence[bytes] = (), **fields: object) -> None:
        """Write a frame without waiting for the child to read it."""

        def write() -> None:
            with self._writing, suppress(OSError, ValueError):  # the reader will tell that it died
                write_frame(self._process.stdin, kind, blobs, **fields)  # type: ignore[arg-type]

        threading.Thread(target=write, daemon=True).start()

    def _read(self) -> None:
        with suppress(ModelError, OSError, ValueError):
            while (frame := read_frame(self._process.stdout)) is not None:  # type: ignore[arg-type]
                self.answers.put(frame)
        self.answers.put(None)

    def end(self) -> None:
        """End it now; it holds nothing that would be lost."""
        self._process.kill()
        self._process.wait()
        with self._writing, suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]


@dataclass(slots=True)
class Answers:
    """One request that waits for its result, and passes on what is said until then."""

    child: Child
    request: int
    hear: Callable[[Frame], None]
    cancelled: Callable[[], bool]
    give_up_at: float | None = None

    def result(self) -> Frame:
        """Return the result. Raises Stopped, TrainerDied, TrainerRefused."""
        while True:
            self._look_for_cancellation()
            with suppress(queue.Empty):
                frame = self.child.answers.get(timeout=_POLL_S)
                if frame is None:
                    raise TrainerDied
                if frame.header.get("request") == self.request and self._concludes(frame):
                    return frame

    def _look_for_cancellation(self) -> None:
        if self.give_up_at is None and self.cancelled():
            self.child.post("cancel", request=self.request)
            self.give_up_at = time.monotonic() + _GRACE_S
        elif self.give_up_at is not None and time.monotonic() > self.give_up_at:
            raise Stopped(in_good_order=False)

    def _concludes(self, frame: Frame) -> bool:
        if frame.kind == "cancelled" or (frame.kind == "result" and self.give_up_at is not None):
            raise Stopped(in_good_order=True)
        if frame.kind == "failed":
            raise TrainerRefused(str(frame.header.get("error")))
        if frame.kind != "result" and self.give_up_at is None:
            self.hear(frame)
        return frame.kind == "result"
