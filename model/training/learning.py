"""Learn from a person's lines, with a verdict on lines that did not train. Pure: no clock, no pipe.

An adapter trained without the end of the history is measured on that end, against the starting point,
which has seen none of it. Only if it is better beyond noise is there an adapter to take up, and that one
was trained on all lines, the end included, by the same settings: the last lines are the nearest to what
is typed next, and to hold them back for ever would cost more than a second training.

The adapter in force is not what the new one is compared with: it was trained on most of the tail that
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
from hushkey.model.training.guard import Score, is_better, score, tail_of
from hushkey.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Teacher:
    """What a training needs of the base: one network in the precision that trains fast, one to judge."""

    training: FrozenNetwork
    judging: FrozenNetwork  # float32: differences of a hundredth of a nat must be told
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a training came to on the held-out tail: nats of a predicted piece, share of words.

    Where there is too little text for a tail, both figures are those of the starting point.
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
    cut = tail_of(lines, vocabulary)
    if cut == len(lines):
        as_it_is = score(teacher.judging, start, lines, vocabulary)
        return _outcome(words, as_it_is, as_it_is, None)
    guard_steps = steps_of(lines[:cut], settings)
    steps = guard_steps + steps_of(lines, settings)

    def train(part: Sequence[Pieces], done: int) -> Adapter:
        def say(step: int, _: int, loss: float) -> None:
            on_progress(done + step, steps, loss)

        return finetune(
            teacher.training,
            start,
            part,
            settings,
            vocabulary=vocabulary,
            on_progress=say,
            cancelled=cancelled,
        )

    before = score(teacher.judging, start, lines[cut:], vocabulary)
    after = score(teacher.judging, train(lines[:cut], 0), lines[cut:], vocabulary)
    adapter = train(lines, guard_steps) if is_better(before, after) else None
    return _outcome(words, before, after, adapter)


def _outcome(words: int, before: Score, after: Score, adapter: Adapter | None) -> Outcome:
    nats = before.nats_per_piece, after.nats_per_piece
    recall = before.recall_at_3, after.recall_at_3
    return Outcome(words, *nats, *recall, adapter)
