"""Learn from a person's lines, with a verdict on lines that did not train. Pure: no clock, no pipe.

An adapter trained without the end of the history is measured on that end (of a short history, on each
third in turn), against the starting point, which has seen none of it. Only if it is better beyond noise
is there an adapter to take up, and that one was trained on all lines, the end included: the last lines
are the nearest to what is typed next, and to hold them back for ever would cost more than another
training. Of a long history the judged training is an epoch shorter; a verdict needs no more.

The adapter in force is not what the new one is compared with: it was trained on most of the lines that
would judge it. As everything is trained from the same starting point, the same history gives the same
adapter to the byte, whatever was learned or forgotten before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import OnProgress, Settings, finetune, steps_of
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.guard import Score, folds_of, is_better, score
from hushkey.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Teacher:
    """What a training needs of the base: one network in the precision that trains fast, one to judge."""

    training: FrozenNetwork
    judging: FrozenNetwork  # float32: differences of a hundredth of a nat must be told
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a training came to on the held-out lines: nats of a predicted piece, share of words.

    Where there is too little text to tell, both figures are those of the starting point.
    """

    words: int
    before_nats: float
    after_nats: float
    before_recall_at_3: float
    after_recall_at_3: float
    adapter: Adapter | None  # None: not better, or too little text to tell


def learn(  # noqa: PLR0913  a training depends on no less
    teacher: Teacher,
    start: Adapter,
    lines: Sequence[Pieces],
    settings: Settings,
    *,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
) -> Outcome:
    """Train from `start` on `lines`, oldest first. Raises Cancelled within a step of being told."""
    vocabulary = teacher.vocabulary
    words = sum(int(np.count_nonzero(vocabulary.starts_word[line])) for line in lines)
    folds = folds_of(lines, vocabulary)
    if not folds:
        as_it_is = score(teacher.judging, start, lines, vocabulary)
        return _outcome(words, as_it_is, as_it_is, None)
    parts = [_without(lines, fold) for fold in folds]
    course = _Course(teacher, on_progress, cancelled, steps=0)
    judged = settings if len(folds) > 1 else replace(settings, epochs=max(1, settings.epochs - 1))
    course.steps = sum(steps_of(part, judged) for part in parts) + steps_of(lines, settings)
    before, after = [], []
    for fold, part in zip(folds, parts, strict=True):
        before.append(score(teacher.judging, start, lines[fold], vocabulary))
        trained = course.train(start, part, judged)
        after.append(score(teacher.judging, trained, lines[fold], vocabulary))
    outcome = Score.joined(before), Score.joined(after)
    adapter = course.train(start, lines, settings) if is_better(*outcome) else None
    return _outcome(words, *outcome, adapter)


@dataclass(slots=True)
class _Course:
    """Trainings one after another, told as one."""

    teacher: Teacher
    on_progress: OnProgress
    cancelled: Callable[[], bool]
    steps: int
    done: int = 0

    def train(self, start: Adapter, part: Sequence[Pieces], settings: Settings) -> Adapter:
        """Train from `start`; progress counts on from the trainings before."""
        before = self.done

        def say(step: int, _: int, loss: float) -> None:
            self.on_progress(before + step, self.steps, loss)

        adapter = finetune(
            self.teacher.training,
            start,
            part,
            settings,
            vocabulary=self.teacher.vocabulary,
            on_progress=say,
            cancelled=self.cancelled,
        )
        self.done += steps_of(part, settings)
        return adapter


def _without(lines: Sequence[Pieces], fold: slice) -> list[Pieces]:
    return [*lines[: fold.start], *lines[fold.stop :]]


def _outcome(words: int, before: Score, after: Score, adapter: Adapter | None) -> Outcome:
    nats = before.nats_per_piece, after.nats_per_piece
    recall = before.recall_at_3, after.recall_at_3
    return Outcome(words, *nats, *recall, adapter)
