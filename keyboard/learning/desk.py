"""What the trainer's process does with one request: read it, train, answer. Knows no process.

request   learn {request, settings, guarded}   lines (UTF-8), starting adapter, checkpoint or nothing
          compare {request, settings}          lines: full fine-tuning, to compare with
answers   step {request, step, steps, loss_nats, left_s, task, names}   the training's state
          anew {request, task}                 nothing was kept that is of use: it begins
          trained {request, task}              the adapter of a training that ended, but for the last
          result {request, ...}                the adapter and how far to trust each expert, if kept
          cancelled {request}
          failed {request, error}                       error is a type's name, never what was read
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.learning.checkpoint import Checkpoint
from hushkey.keyboard.learning.judge import Judge
from hushkey.keyboard.learning.lesson import Cancelled, Lesson, Outcome, Reached, Step, Task
from hushkey.keyboard.spare_memory import give_back_memory
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base
from hushkey.model.errors import ModelError, ModelMismatch, TrainingFailed
from hushkey.model.frames import Frame, write_frame
from hushkey.model.groups import AdapterShape
from hushkey.model.memory import peak_bytes
from hushkey.model.training.finetune import Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.weights import open_weights

if TYPE_CHECKING:
    from hushkey.keyboard.learning.comparison import Comparer

_REFUSALS = (ModelError, KeyboardError, TypeError, ValueError, RuntimeError, MemoryError)


class Desk:
    """The base, loaded once, and the way to answer."""

    def __init__(self, base: Base, out: BinaryIO) -> None:
        self._base, self._out = base, out
        self._ready: FrozenNetwork | None = None  # from warming up, for the first training

    def _network(self) -> FrozenNetwork:
        network, self._ready = self._ready, None
        if network is None:
            network = FrozenNetwork.load(self._base.folder / WEIGHTS)
            give_back_memory()
        return network

    @cached_property
    def _shape(self) -> AdapterShape:
        with open_weights(self._base.folder / WEIGHTS) as held:
            return AdapterShape.of_sizes(held.shape.as_dict())

    @cached_property
    def _comparer(self) -> "Comparer":
        from hushkey.keyboard.learning.comparison import Comparer  # noqa: PLC0415  30 MB of its own

        return Comparer(self._base)

    def warm_up(self, kind: str) -> None:
        """Load the base and take a step on nothing, so that what follows is the training's own cost."""
        words = self._base.lexicon.words
        line = " ".join(words[:: max(1, len(words) // 16)])
        if kind == "compare":
            self._comparer.warm_up(line)
        else:
            ranks = {"output": 1, "input": 1}
            start = Adapter.zero(self._shape, base=self._base.identity, seed=1, ranks=ranks)
            network = self._network()
            Lesson(
                lambda: network,
                self._base.vocabulary,
                lambda: Judge(self._base),
                on_step=_unheard,
                on_trained=_unheard,
                cancelled=lambda: False,
            ).run(Task([line], start, Settings(epochs=1), guarded=False))
            self._ready = network
        give_back_memory()

    def answer(self, frame: Frame, is_unwanted: Callable[[int], bool]) -> None:
        """Do as the request says and write the result, or why there is none."""
        request = frame.header.get("request")
        if not isinstance(request, int):
            request = -1
        try:
            if frame.kind == "compare":
                self._compare(frame, request, lambda: is_unwanted(request))
            else:
                self._learn(frame, request, lambda: is_unwanted(request))
        except Cancelled:
            write_frame(self._out, "cancelled", request=request)
        except _REFUSALS as error:
            write_frame(self._out, "failed", request=request, error=type(error).__name__)

    def _learn(self, frame: Frame, request: int, cancelled: Callable[[], bool]) -> None:
        task, checkpoint = self._read(frame)
        named = task.digest()
        began = time.monotonic()

        def say(step: Step) -> None:
            state = step.course.state()
            write_frame(
                self._out,
                "step",
                [held.data for held in state.values()],
                request=request,
                step=step.step,
                steps=step.steps,
                loss_nats=step.loss_nats,
                left_s=step.left_s,
                task=named,
                names=list(state),
            )

        def keep(adapter: Adapter) -> None:
            write_frame(self._out, "trained", [adapter.to_bytes()], request=request, task=named)

        def run(reached: Reached) -> Outcome:
            return Lesson(
                self._network,
                self._base.vocabulary,
                lambda: Judge(self._base),
                on_step=say,
                on_trained=keep,
                cancelled=cancelled,
            ).run(task, reached)

        outcome = None
        reached = self._reached(checkpoint, named)
        if reached is not None:
            with suppress(TrainingFailed):  # of another history or plan after all
                outcome = run(reached)
        if outcome is None:
            write_frame(self._out, "anew", request=request, task=named)
            outcome = run(Reached())
        self._say(outcome, request, time.monotonic() - began)

    def _say(self, outcome: Outcome, request: int, seconds: float) -> None:
        adapter = outcome.adapter
        kept = () if adapter is None else (adapter.to_bytes(), json.dumps(outcome.trust).encode())
        figures = asdict(replace(outcome, adapter=None, trust=()))
        del figures["adapter"], figures["trust"]
        write_frame(
            self._out,
            "result",
            kept,
            request=request,
            seconds=seconds,
            process_bytes=peak_bytes(),
            kept=adapter is not None,
            **figures,
        )

    def _compare(self, frame: Frame, request: int, cancelled: Callable[[], bool]) -> None:
        lines, settings = _lines(frame.blobs[0]), _settings(frame)
        found = self._comparer.compare(lines, settings, cancelled)
        write_frame(self._out, "result", request=request, **asdict(found))

    def _read(self, frame: Frame) -> tuple[Task, Checkpoint | None]:
        """(task, checkpoint) of a request. Raises ModelMismatch on what does not fit the base."""
        if frame.kind != "learn" or len(frame.blobs) != 3:
            raise ModelMismatch("not a request to learn; nothing was done")
        start = Adapter.from_bytes(frame.blobs[1], self._shape, base=self._base.identity)
        guarded = bool(frame.header.get("guarded", True))
        task = Task(_lines(frame.blobs[0]), start, _settings(frame), guarded)
        return task, Checkpoint.from_bytes(frame.blobs[2]) if frame.blobs[2] else None

    def _reached(self, checkpoint: Checkpoint | None, task: str) -> Reached | None:
        """Return where to go on; None where the checkpoint is of no use."""
        if checkpoint is None or checkpoint.task != task:
            return None
        try:
            adapters = [
                Adapter.from_bytes(data, self._shape, base=self._base.identity)
                for data in checkpoint.trained
            ]
            arrays = (np.frombuffer(held, dtype="<f4") for held in checkpoint.state)
            state = dict(zip(checkpoint.names, arrays, strict=True))
        except (ModelError, ValueError):
            return None
        return Reached(tuple(adapters), state or None)


def _unheard(_: Any) -> None:
    """Tell nobody."""


def _lines(blob: bytes) -> list[str]:
    return blob.decode("utf-8", "surrogatepass").split("\n") if blob else []


def _settings(frame: Frame) -> Settings:
    return Settings(**frame.header.get("settings", {}))
