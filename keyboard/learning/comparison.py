"""Full fine-tuning on the same lines, judged on the same held-out lines: what an adapter is compared with."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hushkey.keyboard.learning.folds import folds_of
from hushkey.keyboard.learning.judge import Figures, Judge, JudgingStopped, Score
from hushkey.keyboard.learning.lesson import NOTHING, Cancelled, pieces_of, without
from hushkey.model.base import GRAPH, WEIGHTS, Base
from hushkey.model.memory import peak_bytes, resident_bytes
from hushkey.model.training.export import to_onnx
from hushkey.model.training.finetune import Settings
from hushkey.model.training.full import finetune_fully, interpolated
from hushkey.model.training.network import Network
from hushkey.model.training.weights import load_weights


@dataclass(frozen=True, slots=True)
class Comparison:
    """What full fine-tuning came to; figures are of the lines that an adapter is judged on too."""

    full_training_bytes: int  # most that was held beyond torch and the base
    full_bytes: int  # of an update: every weight in float32
    seconds: float
    full_after: Figures  # the network alone
    keyboard_full_after: Figures


@dataclass(frozen=True)
class _Retrained(Base):
    """The base with another graph in the place of its own."""

    graph: bytes = b""

    def read(self, name: str) -> bytes:
        return self.graph if name == GRAPH else super().read(name)


class Comparer:
    """Fine-tunes every weight, a fold at a time."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._network = self._fresh()

    def _fresh(self) -> Network:
        return load_weights(self._base.folder / WEIGHTS)

    def warm_up(self, line: str) -> None:
        """Train once on next to nothing and begin anew from the base."""
        self._train([line], Settings(epochs=1), lambda: False)
        del self._network
        self._network = self._fresh()

    def compare(
        self, lines: Sequence[str], settings: Settings, cancelled: Callable[[], bool]
    ) -> Comparison:
        """Train without some lines and judge on them. Raises lesson.Cancelled."""
        began = time.monotonic()
        peak, scores = 0, [Score.empty()]
        for fold in folds_of(lines):
            rest, floor = without(lines, fold), resident_bytes()
            self._train(rest, settings, cancelled)
            peak = peak or peak_bytes() - floor  # of the first: what judging holds is no part of it
            scores.append(self._judged(settings, rest, lines[fold], cancelled))
            self._network = self._fresh()
        joined = Score.joined(scores)
        told = bool(len(joined.words))
        return Comparison(
            peak,
            4 * sum(held.numel() for held in self._network.parameters()),
            time.monotonic() - began,
            joined.network if told else NOTHING,
            joined.keyboard if told else NOTHING,
        )

    def score(
        self,
        lines: Sequence[str],
        held: Sequence[str],
        settings: Settings,
        cancelled: Callable[[], bool],
    ) -> Score:
        """Train on lines and judge on others. Raises lesson.Cancelled."""
        self._train(lines, settings, cancelled)
        score = self._judged(settings, lines, held, cancelled)
        self._network = self._fresh()
        return score

    def _train(
        self, lines: Sequence[str], settings: Settings, cancelled: Callable[[], bool]
    ) -> None:
        vocabulary = self._base.vocabulary
        if not finetune_fully(
            self._network,
            pieces_of(lines, vocabulary),
            settings,
            vocabulary=vocabulary,
            cancelled=cancelled,
        ):
            raise Cancelled

    def _judged(
        self,
        settings: Settings,
        rest: Sequence[str],
        held: Sequence[str],
        cancelled: Callable[[], bool],
    ) -> Score:
        interpolated(self._network, self._fresh(), settings.share)
        judge = Judge(_Retrained(self._base.folder, self._base.hashes, to_onnx(self._network)))
        try:
            judge.teach(rest, cancelled)
            return judge.score(held, None, cancelled)
        except JudgingStopped:
            raise Cancelled from None
