"""One run of learning: train without some lines, judge on them, and if that was better train on all. Resumable.

The judged training never saw the lines that it is judged on; the one that is taken up saw all, the end of the
history included: the last lines are the nearest to what is typed next, and to hold them back for ever would cost
more than another training. Everything starts from the same point and never from the adapter in force, so the same
history gives the same adapter to the byte, whatever was learned, interrupted or forgotten before.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hushkey.keyboard.learning.folds import folds_of
from hushkey.keyboard.learning.judge import Figures, Judge, JudgingStopped, Score
from hushkey.keyboard.mixer import GateState
from hushkey.keyboard.spare_memory import give_back_memory
from hushkey.model.adapter import Adapter
from hushkey.model.memory import peak_bytes, resident_bytes
from hushkey.model.training.batches import Schedule
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Course, Settings, State
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.vocabulary import Vocabulary

NOTHING = Figures(0.0, 0.0)


_UNJUDGED: tuple[Score, Score, GateState] = (Score.empty(), Score.empty(), ())


class Cancelled(Exception):
    """The run was told to stop."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learned, oldest line first, and how."""

    lines: Sequence[str]
    start: Adapter  # with room for what is trained
    settings: Settings
    guarded: bool = True
    """Whether it is judged first; else the adapter comes back whatever it is worth."""

    @property
    def beneath(self) -> Adapter | None:
        """What the keyboard has without this training: what many devices learned together, or nothing."""
        return self.start if self.start.norm() else None

    def digest(self) -> str:
        """Name the task: another one's checkpoint is none of this one's."""
        named = hashlib.sha256(self.start.to_bytes())
        named.update(f"{self.settings.description()}/{self.guarded}".encode())
        for line in self.lines:
            named.update(line.encode("utf-8", "surrogatepass") + b"\n")
        return named.hexdigest()


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a run came: the adapters of the trainings that ended, and the state of the one under way."""

    trained: tuple[Adapter, ...] = ()
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. Figures are of lines that did not train; where there are too few, they are zero."""

    words: int
    peak_training_bytes: int
    before: Figures  # the network alone
    after: Figures
    keyboard_before: Figures  # all experts together: the verdict rests on these
    keyboard_after: Figures
    adapter: Adapter | None  # None: not better, or too little text to tell
    trust: GateState = ()  # how far each expert is to be trusted beside the new adapter


@dataclass(frozen=True, slots=True)
class Step:
    """A step was taken."""

    step: int
    steps: int
    loss_nats: float
    left_s: float  # at the pace so far
    course: Course


class Lesson:
    """Runs a task. `on_step` hears of every step, `on_trained` of every training that ended but the last."""

    def __init__(  # noqa: PLR0913
        self,
        network: Callable[[], FrozenNetwork],
        vocabulary: Vocabulary,
        judge: Callable[[], Judge],
        *,
        on_step: Callable[[Step], None],
        on_trained: Callable[[Adapter], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._load, self._vocabulary, self._judge = network, vocabulary, judge
        self._network: FrozenNetwork | None = None
        self._on_step, self._on_trained, self._cancelled = on_step, on_trained, cancelled
        self._steps = self._done = self._taken = 0
        self._began = time.monotonic()
        self._peak = 0

    def run(self, task: Task, reached: Reached = Reached()) -> Outcome:
        """Learn. Raises Cancelled within a step, and TrainingFailed where `reached` is of another task."""
        words = sum(len(line.split()) for line in task.lines)
        folds = folds_of(task.lines) if task.guarded else []
        if task.guarded and not folds:
            return Outcome(words, 0, NOTHING, NOTHING, NOTHING, NOTHING, None)
        parts = [without(task.lines, fold) for fold in folds]
        steps = [self._steps_of(task, part) for part in parts]
        self._steps = sum(steps) + self._steps_of(task, task.lines)
        trained = list(reached.trained)
        state = reached.state
        for number, part in enumerate(parts):
            if number < len(reached.trained):
                self._done += steps[number]
                continue
            trained.append(self._train(task, part, state))
            state = None
            self._on_trained(trained[-1])
        before, after, trust = self._judged(task, folds, trained) if folds else _UNJUDGED
        adapter = None
        if not folds or is_better(before, after):
            adapter = self._train(task, task.lines, state)
        return Outcome(
            words, self._peak, before.network, after.network, before.keyboard, after.keyboard, adapter,
            trust if adapter is not None else (),
        )  # fmt: skip

    def _steps_of(self, task: Task, lines: Sequence[str]) -> int:
        settings = task.settings
        pieces = pieces_of(lines, self._vocabulary)
        return len(Schedule(pieces, settings.epochs, settings.pieces, settings.seed))

    def _course(
        self, network: FrozenNetwork, task: Task, lines: Sequence[str], state: State | None
    ) -> Course:
        return Course(
            network,
            task.start,
            pieces_of(lines, self._vocabulary),
            task.settings,
            vocabulary=self._vocabulary,
            state=state,
        )

    def _train(self, task: Task, lines: Sequence[str], state: State | None) -> Adapter:
        network = self._network = self._network or self._load()
        floor = resident_bytes()
        course = self._course(network, task, lines, state)
        self._done += course.step
        while not course.done:
            if self._cancelled():
                raise Cancelled
            loss = course.advance()
            self._done, self._taken = self._done + 1, self._taken + 1
            pace_s = (time.monotonic() - self._began) / self._taken
            left_s = pace_s * (self._steps - self._done)
            self._on_step(Step(self._done, self._steps, loss, left_s, course))
        # Of the first training alone: what judging holds afterwards is no part of it.
        self._peak = self._peak or max(1, peak_bytes() - floor)
        return course.adapter()

    def _judged(
        self, task: Task, folds: Sequence[slice], trained: Sequence[Adapter]
    ) -> tuple[Score, Score, GateState]:
        before, after = [Score.empty()], [Score.empty()]
        trust: GateState = ()
        self._network = None  # the engine that judges takes its place
        give_back_memory()
        try:
            for fold, adapter in zip(folds, trained, strict=False):
                judge = self._judge()
                judge.teach(without(task.lines, fold), self._cancelled, task.beneath)
                before.append(judge.score(task.lines[fold], task.beneath, self._cancelled))
                after.append(judge.score(task.lines[fold], adapter, self._cancelled))
                trust = judge.trust
                del judge  # an engine of its own, which the next training has no use for
                give_back_memory()
        except JudgingStopped:
            raise Cancelled from None
        return Score.joined(before), Score.joined(after), trust


def is_better(before: Score, after: Score) -> bool:
    """Whether `after` saves nats beyond noise: the mean saving of a line exceeds its standard error.

    The lines are paired; one standard error is a one-sided test at about one in six.
    """
    saved = before.nats - after.nats
    if len(saved) < 2:
        return False
    error = saved.std(ddof=1) / np.sqrt(len(saved))
    return bool(saved.mean() > error)


def without(lines: Sequence[str], fold: slice) -> list[str]:
    """Return the lines but those of a fold."""
    return [*lines[: fold.start], *lines[fold.stop :]]


def pieces_of(lines: Sequence[str], vocabulary: Vocabulary) -> list[Pieces]:
    """Cut lines into pieces; those of which nothing is left are left out."""
    return [
        np.array(pieces, dtype=np.uint16) for line in lines if (pieces := vocabulary.encode(line))
    ]
