"""Where the audit gets its adapters from: the trainer that the keyboard learns with. The one place to plug another in.

The adapter is wanted as it was trained, also where the owner's guard would refuse it: what is asked is what it
holds, not whether it helps. What would be shared is trained by a plan of its own where there is one, and is else
what hushkey.model.audit.sharing calls shareable of the personal adapter.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.learner import LearnProgress, Trainer
from hushkey.keyboard.settings import Settings
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.plans import preset

Train = Callable[[Sequence[str]], Adapter | None]  # lines, oldest first -> the adapter they teach


@dataclass(frozen=True, slots=True)
class Trains:
    """How the two things are trained that an audit looks into."""

    personal: Train
    shared: Train | None = (
        None  # by a plan of its own; None: what is shareable of the personal adapter
    )


OnTraining = Callable[[LearnProgress], None]


@contextmanager
def training(
    base: Base,
    on_progress: OnTraining = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    plan: str | None = None,
) -> Iterator[Trains]:
    """Give the ways to train adapters for a base, in one child process for all of them.

    `plan` is that of the personal adapter, the usual one unless given; what would be shared has its own.
    Raises LearningUnavailable without torch, and LearningCancelled from the training when it is told to stop.
    """
    with Trainer(base.folder) as trainer:

        def by(plan: str) -> Train:
            ranks, shape = preset(plan).ranks, base.runtime().shape
            start = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=ranks)

            def train(lines: Sequence[str]) -> Adapter | None:
                return trainer.train(lines, start, on_progress, cancelled, guarded=False).adapter

            return train

        yield Trains(by(plan or Settings().learn_plan), by("shared"))
