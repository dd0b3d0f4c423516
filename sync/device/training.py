"""One person's part of a version: train the shared adapter on their own lines, and take what that changed.

It runs in the trainer's process (hushkey.keyboard.learner), to which the lines go through a pipe and nowhere else.
The same lines, version and seed give the same delta, to the byte.
"""

from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol

from hushkey.keyboard.learner import LearningFailed, LearnProgress, Trainer
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.groups import SHAREABLE
from hushkey.sync.errors import TaskRefused

WORDS_MAX: Final = 20_000  # the newest: a minute's training, and nobody's update is of ten years
SETTINGS: Final = MappingProxyType({"epochs": 1, "share": 1.0})
"""What suits averaging. One pass: with more, devices drift apart to where each alone would end, and their mean is of
little use to anybody (McMahan et al. 2017 §3; Karimireddy et al. 2020, arXiv 1910.06378). All of the way: the half of
it that personal learning takes up is what the mean over a batch and the server's rate do here, and a delta that is
longer than the clip norm is cut to it anyway."""


class Train(Protocol):
    """Gives what training changes of a shared adapter: `train_delta`, or a script."""

    def __call__(
        self,
        base: Base,
        start: Adapter,
        lines: Sequence[str],
        *,
        cancelled: Callable[[], bool],
        on_progress: Callable[[LearnProgress], None],
    ) -> Adapter:
        """Return the delta."""


def newest(lines: Iterable[str], words_max: int = WORDS_MAX) -> list[str]:
    """Return the last lines, oldest first, that hold at most so many words together."""
    held = list(lines)
    total, first = 0, len(held)
    while first and (total := total + len(held[first - 1].split())) <= words_max:
        first -= 1
    return held[first:]


def train_delta(  # noqa: PLR0913
    base: Base,
    start: Adapter,
    lines: Sequence[str],
    *,
    seed: int = 1,
    cancelled: Callable[[], bool] = lambda: False,
    on_progress: Callable[[LearnProgress], None] = lambda _: None,
) -> Adapter:
    """Return what training changes of the shared adapter `start`: in its own groups alone.

    Raises TaskRefused for a task with a group that is never shared, and the learner's errors.
    """
    require_shareable(start)
    settings: dict[str, Any] = {**SETTINGS, "seed": seed}
    with Trainer(base.folder) as trainer:
        learned = trainer.train(
            lines, start, on_progress, cancelled, settings=settings, guarded=False
        )
    if learned.adapter is None:
        raise LearningFailed("the trainer gave no adapter; nothing was changed; try again")
    return learned.adapter.plus(start.scaled(-1.0))


def require_shareable(adapter: Adapter) -> None:
    """Return if only groups that may be shared are in it: no embedding, no output bias. Raises TaskRefused."""
    if not adapter.tensors or set(adapter.tensors) - set(SHAREABLE):
        raise TaskRefused(
            "the task trains a group that says outright which words a person uses, or none; nothing was trained"
        )
