"""Where the audit gets its adapters from: the trainer that the keyboard learns with. The one place to plug another in.

The adapter is wanted as it was trained, also where the owner's guard would refuse it: what is asked is what it
holds, not whether it helps. What would be shared is made of it by hushkey.model.audit.sharing.shareable.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hushkey.keyboard.learner import LearnProgress, Trainer
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base

Train = Callable[[Sequence[str]], Adapter | None]  # lines, oldest first -> the adapter they teach
OnTraining = Callable[[LearnProgress], None]


@contextmanager
def training(
    base: Base,
    on_progress: OnTraining = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Train]:
    """Give a way to train adapters for a base, in one child process for all of them.

    Raises LearningUnavailable without torch, and LearningCancelled from the training when it is told to stop.
    """
    encode = base.vocabulary.encode
    zero = base.runtime().zero_adapter()
    with Trainer(base.folder) as trainer:

        def train(lines: Sequence[str]) -> Adapter | None:
            pieces = [encoded for line in lines if (encoded := encode(line))]
            return trainer.train(pieces, zero, on_progress, cancelled)[1]

        yield train
