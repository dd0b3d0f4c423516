"""Learn from a person's lines, with a verdict on lines that did not train. Pure: no clock, no pipe.

An adapter trained without the end of the history is measured on that end (of a short history, on each
third in turn), against the starting point, which has seen none of it. Only if it is better beyond noise
is there an adapter to take up, and that one was trained on all lines, the end included, by the same
settings: the last lines are the nearest to what is typed next, and to hold them back for ever would cost
more than another training.

The adapter in force is not what the new one is compared with: it was trained on most of the lines that
would judge it. As everything is trained from the same starting point, the same history gives the same
adapter to the byte, whatever was learned or forgotten before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    parts = [*(_without(lines, fold) for fold in folds), lines]
    steps = sum(steps_of(part, settings) for part in parts)
    done = 0

    def say(step: int, _: int, loss: float) -> None:
        on_progress(done + step, steps, loss)

    def train(part: Sequence[Pieces]) -> Adapter:
        nonlocal done
        adapter = finetune(
            teacher.training,
            start,
            part,
            settings,
            vocabulary=vocabulary,
            on_progress=say,
            cancelled=cancelled,
        )
        done += steps_of(part, settings)
        return adapter

    before, after = [], []
    for fold, part in zip(folds, parts, strict=False):
        before.append(score(teacher.judging, start, lines[fold], vocabulary))
        after.append(score(teacher.judging, train(part), lines[fold], vocabulary))
    outcome = Score.joined(before), Score.joined(after)
    return _outcome(words, *outcome, train(lines) if is_better(*outcome) else None)


def _without(lines: Sequence[Pieces], fold: slice) -> list[Pieces]:
    return [*lines[: fold.start], *lines[fold.stop :]]


def _outcome(words: int, before: Score, after: Score, adapter: Adapter | None) -> Outcome:
    nats = before.nats_per_piece, after.nats_per_piece
    recall = before.recall_at_3, after.recall_at_3
    return Outcome(words, *nats, *recall, adapter)
