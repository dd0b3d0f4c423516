"""What the trainer's process does with one request: read it, train, answer. Knows no process.

request   train {request, settings}   pieces uint16, lengths of lines uint32, starting adapter
answers   progress {request, step, steps, loss_nats}, then one of
          result {request, words, seconds, before_nats, ..., kept}   the adapter, if kept
          cancelled {request}
          failed {request, error}   error is a type's name, never what was read
"""

import dataclasses
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch

from hushkey.model.adapter import Adapter, AdapterShape
from hushkey.model.errors import ModelError, ModelMismatch
from hushkey.model.frames import Frame, write_frame
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Cancelled, Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.learning import Teacher, learn
from hushkey.model.training.pretrain import has_fast_bfloat16
from hushkey.model.training.weights import load_weights
from hushkey.model.vocabulary import Vocabulary

WEIGHTS, PIECES = "base.safetensors", "pieces.model"


@dataclass(frozen=True, slots=True)
class Desk:
    """The base, loaded once, and the way to answer."""

    teacher: Teacher
    shape: AdapterShape
    base: str  # SHA-256 of the weights, as the base's manifest names it
    out: BinaryIO

    @classmethod
    def open(cls, folder: Path, out: BinaryIO) -> "Desk":
        """Load the base in a folder."""
        network = load_weights(folder / WEIGHTS)
        judging = FrozenNetwork(network)
        low = has_fast_bfloat16(torch.device("cpu"))
        training = FrozenNetwork(network, torch.bfloat16) if low else judging
        vocabulary = Vocabulary.load(folder / PIECES)
        sizes = AdapterShape(**network.shape.as_dict())
        identity = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
        return cls(Teacher(training, judging, vocabulary), sizes, identity, out)

    def answer(self, frame: Frame, is_unwanted: Callable[[int], bool]) -> None:
        """Train as the request says and write the result, or why there is none."""
        request = frame.header.get("request")
        if not isinstance(request, int):
            request = -1
        try:
            self._train(frame, request, lambda: is_unwanted(request))
        except Cancelled:
            write_frame(self.out, "cancelled", request=request)
        except (ModelError, TypeError, ValueError, RuntimeError, MemoryError) as error:
            write_frame(self.out, "failed", request=request, error=type(error).__name__)

    def _train(self, frame: Frame, request: int, cancelled: Callable[[], bool]) -> None:
        lines, start = self._read(frame)
        settings = Settings(**frame.header.get("settings", {}))
        began = time.monotonic()

        def progress(step: int, steps: int, loss: float) -> None:
            write_frame(
                self.out, "progress", request=request, step=step, steps=steps, loss_nats=loss
            )

        outcome = learn(
            self.teacher, start, lines, settings, on_progress=progress, cancelled=cancelled
        )
        figures = {
            field.name: getattr(outcome, field.name)
            for field in dataclasses.fields(outcome)
            if field.name != "adapter"
        }
        adapter = outcome.adapter
        write_frame(
            self.out,
            "result",
            [] if adapter is None else [adapter.to_bytes()],
            request=request,
            seconds=time.monotonic() - began,
            kept=adapter is not None,
            **figures,
        )

    def _read(self, frame: Frame) -> tuple[list[Pieces], Adapter]:
        """(lines, starting point) of a request. Raises ModelMismatch on what does not fit the base."""
        if frame.kind != "train" or len(frame.blobs) != 3:
            raise ModelMismatch("not a request to train; nothing was done")
        start = Adapter.from_bytes(frame.blobs[2], self.shape, base=self.base)
        return lines_of_blobs(frame.blobs[0], frame.blobs[1], self.shape.vocabulary), start


def lines_of_blobs(pieces: bytes, lengths: bytes, vocabulary: int) -> list[Pieces]:
    """Cut pieces (uint16) laid end to end into lines of the given lengths (uint32)."""
    flat = np.frombuffer(pieces, dtype="<u2").astype(np.uint16)
    ends = np.frombuffer(lengths, dtype="<u4").astype(np.int64).cumsum()
    if (int(ends[-1]) if len(ends) else 0) != len(flat) or (flat >= vocabulary).any():
        raise ModelMismatch("the lines are not pieces of this base; nothing was done")
    return [line for line in np.split(flat, ends[:-1]) if len(line)]
