"""Sample devices: throwaway profiles in memory with real sharing, which learn in one trainer's process in turn."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from hushkey.keyboard.learner import LearningFailed, LearnProgress, Trainer
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.device.status import SharingStatus
from hushkey.sync.device.training import SETTINGS, Train, require_shareable
from hushkey.sync.privacy.accounting import Budget

INTERVAL_S: Final = (
    1  # between a device's reports: a look for the record does not begin the next one
)
WEAK: Final = Budget(1e6)  # nobody's: the noise of a demonstration promises nothing


class OneTrainer:
    """Trains as `train_delta` does, and keeps the process: torch is loaded once for all devices."""

    def __init__(self, base: Base) -> None:
        self._trainer = Trainer(base.folder)

    def __call__(
        self,
        base: Base,  # noqa: ARG002  a Train's shape; it is the trainer's own
        start: Adapter,
        lines: Sequence[str],
        *,
        cancelled: Callable[[], bool],
        on_progress: Callable[[LearnProgress], None],
    ) -> Adapter:
        """Return the delta. Raises TaskRefused and the learner's errors."""
        require_shareable(start)
        settings: dict[str, Any] = {**SETTINGS, "seed": 1}
        learned = self._trainer.train(
            lines, start, on_progress, cancelled, settings=settings, guarded=False
        )
        if learned.adapter is None:
            raise LearningFailed("the trainer gave no adapter; nothing was changed; try again")
        return learned.adapter.plus(start.scaled(-1.0))

    def close(self) -> None:
        """End the process."""
        self._trainer.close()


@dataclass(slots=True)
class Device:
    """One sample device. Its lines are nobody's, and lie in memory alone."""

    number: int
    profile: Profile
    sharing: Sharing

    @classmethod
    def of(cls, number: int, lines: Sequence[str], base: Base, train: Train) -> Self:
        """Make a device that has typed some lines."""
        profile = Profile(Store.memory(), None, None, base)
        profile.import_lines(lines, "app")
        # Nothing of a person is in it, so that nobody's DO_NOT_TRACK is meant.
        return cls(number, profile, Sharing.open(profile, sample=True, train=train, environ={}))

    def join(self, code: str) -> None:
        """Take part, as an owner would who was shown the terms. Raises SyncError."""
        self.sharing.consent(self.sharing.invite(code, budget=WEAK, interval_s=INTERVAL_S))

    def wait(self) -> None:
        """Wait until the next report may begin: a second at the most."""
        time.sleep(max(0.0, min(INTERVAL_S, self.sharing.status().next_at - time.time())))

    def status(self) -> SharingStatus:
        """Return where it stands."""
        return self.sharing.status()

    def verified(self, sequence: int) -> bool:
        """Whether it holds a receipt of a record, checked anew and offline. Raises ReceiptRefused, RecordRefused."""
        return any(receipt.sequence == sequence for receipt in self.sharing.receipts())

    def close(self) -> None:
        """Forget it all."""
        self.sharing.close()
        self.profile.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
