"""Start the trainer, hand it lines, bring back its verdict. It imports no torch and keeps no file.

The trainer is a child process (hushkey.keyboard.learning.worker) that lives as long as the `Trainer`, so that torch
is imported once; what was typed goes to it through a pipe and nowhere else. Each answer carries the number of its
request. Whatever goes wrong, nothing changes but that there is no result; how far it came is told step by step.
"""

import importlib.util
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.learning.checkpoint import Checkpoint
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.mixer import GateState
from hushkey.keyboard.trainer_process import Answers, Child, Stopped, TrainerDied, TrainerRefused
from hushkey.model.adapter import Adapter
from hushkey.model.frames import Frame

NOTHING = Figures(0.0, 0.0)


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
    left_s: float = 0.0  # until the last step, at the pace so far


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What a training came to, measured on the end of the history, which did not train it."""

    words: int  # of the whole history
    seconds: float = 0.0
    peak_training_bytes: int = 0  # most that training held beyond torch and the frozen base
    process_bytes: int = 0  # most that the trainer's whole process held
    update_bytes: int = 0  # of what was trained, in float32
    full_bytes: int = 0  # of the whole model, in float32
    before: Figures = NOTHING  # the network alone
    after: Figures = NOTHING
    keyboard_before: Figures = NOTHING  # all experts together: what the verdict rests on
    keyboard_after: Figures = NOTHING
    plan: str = ""
    kept: bool = False  # better beyond noise
    finished: bool = True  # else it goes on from where it was stopped


@dataclass(frozen=True, slots=True)
class FullReport:
    """What full fine-tuning comes to on the same lines."""

    full_training_bytes: int
    full_bytes: int
    seconds: float
    full_after: Figures
    keyboard_full_after: Figures


@dataclass(frozen=True, slots=True)
class Learned:
    """A report, and what is to be taken up where it was kept."""

    report: LearnReport
    adapter: Adapter | None = None
    trust: GateState = ()


OnProgress = Callable[[LearnProgress], None]
OnCheckpoint = Callable[[Checkpoint], None]


def _unseen(_: Any) -> None:
    """Hear and do nothing."""


class Trainer:
    """The trainer's process, started when it is first needed. One training at a time; thread-safe.

    `folder` is the base's. Raises LearningUnavailable where torch is not installed.
    """

    def __init__(self, folder: Path, kind: Literal["learn", "compare"] = "learn") -> None:
        if importlib.util.find_spec("torch") is None:
            raise LearningUnavailable(
                "torch is not installed, so nothing can be learned by the network (words are still "
                "remembered); to add it: pip install 'hushkey[learn]'"
            )
        self._folder, self._kind = folder, kind
        self._child: Child | None = None
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

    def train(  # noqa: PLR0913  a training depends on no less
        self,
        lines: Sequence[str],
        start: Adapter,
        on_progress: OnProgress = _unseen,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        settings: Mapping[str, Any] | None = None,
        guarded: bool = True,
        checkpoint: Checkpoint | None = None,
        on_checkpoint: OnCheckpoint = _unseen,
    ) -> Learned:
        """Train on lines, oldest first, from a starting point with room for what is trained.

        The starting point is one of zeros, or one shared by everybody, and never the personal adapter in force:
        see hushkey.keyboard.learning.lesson. `cancelled` is asked many times a second; `checkpoint` is one
        that `on_checkpoint` was told of. Raises LearningCancelled, within a second, and LearningFailed.
        """
        follower = _Follower(on_progress, on_checkpoint, checkpoint)
        kept = b"" if checkpoint is None else checkpoint.to_bytes()
        answer = self._ask(
            "learn",
            [_text(lines), start.to_bytes(), kept],
            follower.hear,
            cancelled,
            settings=dict(settings or {}),
            guarded=guarded,
        )
        report = replace(
            _report(answer),
            update_bytes=4 * start.parameters,
            full_bytes=4 * start.shape.all_parameters,
        )
        if not report.kept:
            return Learned(report)
        adapter = Adapter.from_bytes(answer.blobs[0], start.shape, base=start.base)
        return Learned(report, adapter, _trust(answer.blobs[1]))

    def compare(
        self,
        lines: Sequence[str],
        cancelled: Callable[[], bool] = lambda: False,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> FullReport:
        """Fine-tune the whole model on the same lines, to see what an adapter forgoes. Raises as `train`."""
        answer = self._ask(
            "compare", [_text(lines)], _unseen, cancelled, settings=dict(settings or {})
        )
        fields = {name: answer.header[name] for name in FullReport.__slots__}
        return FullReport(**_with_figures(fields))

    def _ask(
        self,
        kind: str,
        blobs: Sequence[bytes],
        hear: Callable[[Frame], None],
        cancelled: Callable[[], bool],
        **fields: object,
    ) -> Frame:
        with self._turn:
            self._requests += 1
            child = self._child = self._child or Child(self._kind, self._folder)
            child.post(kind, blobs, request=self._requests, **fields)
            try:
                return Answers(child, self._requests, hear, cancelled).result()
            except Stopped as stopped:
                if not stopped.in_good_order:
                    self.close()
                raise LearningCancelled("learning was stopped; nothing was changed") from None
            except TrainerDied:
                self.close()
                raise LearningFailed(
                    "the trainer ended without a result; nothing was changed; learn again, and run "
                    "'hushkey doctor' if it happens twice"
                ) from None
            except TrainerRefused as refused:
                self.close()
                raise LearningFailed(
                    f"the trainer refused ({refused}); nothing was changed; "
                    "if the base was just replaced, learn again"
                ) from None
            except BaseException:
                self.close()  # its state is not known: the next request starts another
                raise


class _Follower:
    """Turns what the trainer says on the way into progress and checkpoints."""

    def __init__(
        self, on_progress: OnProgress, on_checkpoint: OnCheckpoint, checkpoint: Checkpoint | None
    ) -> None:
        self._on_progress, self._on_checkpoint = on_progress, on_checkpoint
        self._trained: tuple[bytes, ...] = () if checkpoint is None else checkpoint.trained
        self._task = "" if checkpoint is None else checkpoint.task

    def hear(self, frame: Frame) -> None:
        """Pass on a step, or note a training that ended."""
        header = frame.header
        if frame.kind == "anew":
            self._task, self._trained = str(header.get("task")), ()
        elif frame.kind == "trained":
            self._trained += frame.blobs
        elif frame.kind == "step":
            self._on_checkpoint(
                Checkpoint(self._task, self._trained, tuple(header["names"]), frame.blobs)
            )
            self._on_progress(
                LearnProgress(
                    header["step"], header["steps"], header["loss_nats"], header["left_s"]
                )
            )


def _text(lines: Sequence[str]) -> bytes:
    return "\n".join(line.replace("\n", " ") for line in lines).encode("utf-8", "surrogatepass")


def _report(answer: Frame) -> LearnReport:
    header = answer.header
    held = {name: header[name] for name in LearnReport.__slots__ if name in header}
    return LearnReport(**_with_figures(held))


def _with_figures(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Figures(**value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }


def _trust(blob: bytes) -> GateState:
    return [(tuple(name), claimed, seen) for name, claimed, seen in json.loads(blob)]
