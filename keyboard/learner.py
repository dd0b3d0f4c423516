"""Start the trainer, hand it lines, bring back its verdict. It imports no torch and keeps no file.

The trainer is a child process (hushkey.model.training.worker) that lives as long as the `Trainer`, so
that torch is imported once; what was typed goes to it through a pipe and nowhere else. Each answer
carries the number of its request. Whatever goes wrong, nothing changes but that there is no result.
"""

import importlib.util
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
from typing import Self

import numpy as np

from hushkey.keyboard.errors import KeyboardError
from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelError
from hushkey.model.frames import Frame, read_frame, write_frame

_SECRETS = "HUSHKEY_PASSPHRASE"  # and HUSHKEY_PASSPHRASE_FD
_WORKER = "hushkey.model.training.worker"
# Lines of every length make torch keep a compiled product for each; a seventh less memory, no slower.
_LEAN = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32"}
_POLL_S = 0.05  # how often a waiting request asks whether it was cancelled
_GRACE_S = 0.8  # a child that has not stopped by then is ended


class LearningError(KeyboardError):
    """Nothing was learned; the adapter in force stays."""


class LearningUnavailable(LearningError):
    """This installation cannot train."""


class LearningFailed(LearningError):
    """The trainer ended or refused without a result."""


class LearningCancelled(LearningError):
    """It was stopped as asked."""


@dataclass(frozen=True, slots=True)
class LearnProgress:
    """How far a training is."""

    step: int
    steps: int
    loss_nats: float  # of the step's batch, a predicted piece


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What a training came to, measured on the end of the history, which did not train it."""

    words: int  # of the whole history
    seconds: float
    before_nats: float  # a predicted piece
    after_nats: float
    before_recall_at_3: float  # share of words whose first piece is among the three likeliest
    after_recall_at_3: float
    kept: bool  # better beyond noise


OnProgress = Callable[[LearnProgress], None]


class Trainer:
    """The trainer's process, started when it is first needed. One training at a time; thread-safe.

    `folder` is the base's. Raises LearningUnavailable where torch is not installed.
    """

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("torch") is None:
            raise LearningUnavailable(
                "torch is not installed, so nothing can be learned by the network (words are still "
                "remembered); to add it: pip install 'hushkey[learn]'"
            )
        self._folder = folder
        self._child: _Child | None = None
        self._turn = threading.Lock()
        self._requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. A training that runs in another thread fails."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def train(
        self,
        lines: Sequence[Sequence[int]],
        adapter: Adapter,
        on_progress: OnProgress = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[LearnReport, Adapter | None]:
        """Train on lines of pieces, oldest first, from a starting point; None if it is not better.

        The starting point is the adapter of zeros, or one shared by everybody, and never the personal
        adapter in force: see hushkey.model.training.learning. `cancelled` is asked many times a second.
        Raises LearningCancelled, within a second, and LearningFailed.
        """
        with self._turn:
            self._requests += 1
            child = self._child = self._child or _Child(self._folder)
            child.post("train", _blobs(lines, adapter), request=self._requests, settings={})
            try:
                answer = _Waiting(child, self._requests, on_progress, cancelled).answer()
                return _report(answer), _adapter(answer, adapter)
            except _Stopped:
                raise LearningCancelled("learning was stopped; nothing was changed") from None
            except BaseException:
                self.close()  # its state is not known: the next request starts another
                raise


class _Stopped(Exception):
    """The child has put the request down and is ready for the next."""


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what opens the history: the trainer has no use for it."""
    return {name: value for name, value in environ.items() if not name.startswith(_SECRETS)}


class _Child:
    """The process and the two threads that keep its pipes from blocking anybody."""

    def __init__(self, folder: Path) -> None:
        self.answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        # A session of its own: the terminal's interrupt is for us, and we pass on what it means.
        self._process = subprocess.Popen(
            [sys.executable, "-m", _WORKER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**_without_secrets(os.environ), **_LEAN},
        )
        self._writing = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
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
class _Waiting:
    """One request that waits for its answer."""

    child: _Child
    request: int
    on_progress: OnProgress
    cancelled: Callable[[], bool]
    give_up_at: float | None = None

    def answer(self) -> Frame:
        """Return the result. Raises _Stopped, LearningCancelled or LearningFailed."""
        while True:
            self._look_for_cancellation()
            with suppress(queue.Empty):
                frame = self.child.answers.get(timeout=_POLL_S)
                if frame is None:
                    raise LearningFailed(
                        "the trainer ended without a result; nothing was changed; learn again, and run "
                        "'hushkey doctor' if it happens twice"
                    )
                if frame.header.get("request") == self.request and self._concludes(frame):
                    return frame

    def _look_for_cancellation(self) -> None:
        if self.give_up_at is None and self.cancelled():
            self.child.post("cancel", request=self.request)
            self.give_up_at = time.monotonic() + _GRACE_S
        elif self.give_up_at is not None and time.monotonic() > self.give_up_at:
            raise LearningCancelled("learning was stopped; nothing was changed")

    def _concludes(self, frame: Frame) -> bool:
        if frame.kind == "cancelled" or (frame.kind == "result" and self.give_up_at is not None):
            raise _Stopped
        if frame.kind == "failed":
            raise LearningFailed(
                f"the trainer refused ({frame.header.get('error')}); nothing was changed; "
                "if the base was just replaced, learn again"
            )
        if frame.kind == "progress" and self.give_up_at is None:
            header = frame.header
            self.on_progress(LearnProgress(header["step"], header["steps"], header["loss_nats"]))
        return frame.kind == "result"


def _blobs(lines: Sequence[Sequence[int]], adapter: Adapter) -> list[bytes]:
    lengths = np.array([len(line) for line in lines], dtype="<u4")
    flat = np.concatenate([np.asarray(line, dtype="<u2") for line in lines]) if lines else lengths
    return [flat.astype("<u2").tobytes(), lengths.tobytes(), adapter.to_bytes()]


def _report(answer: Frame) -> LearnReport:
    return LearnReport(**{name: answer.header[name] for name in LearnReport.__slots__})


def _adapter(answer: Frame, start: Adapter) -> Adapter | None:
    if not answer.header["kept"]:
        return None
    return Adapter.from_bytes(answer.blobs[0], start.shape, base=start.base)
