"""A demonstration from beginning to end: devices learn, report, and receive what the operators release.

It never opens a profile of whoever runs it. Everything lies in one temporary folder and in memory, and goes with it.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from hushkey.keyboard.learner import LearningCancelled, LearnProgress
from hushkey.model.base import Base
from hushkey.model.groups import Ranks
from hushkey.sync.demonstration.devices import Device, OneTrainer
from hushkey.sync.demonstration.moments import BatchSeen, DeviceSeen, Moment
from hushkey.sync.demonstration.operators import POLL_S, Operators, operators
from hushkey.sync.demonstration.samples import Samples
from hushkey.sync.device.training import Train
from hushkey.sync.errors import Unreachable
from hushkey.sync.messages import Record

RECORD_S: Final = (
    180.0  # for a batch to be summed, judged, signed and recorded; a busy machine takes its time
)
LOOKS: Final = 5  # of a device for its receipt


@dataclass(frozen=True, slots=True)
class Plan:
    """What is demonstrated."""

    samples: Samples
    versions: int  # after the base
    rejected_most: int  # batches; then it gives up
    ranks: Ranks | None = None  # instead of the shipped plan's


OnMoment = Callable[[Moment], None]
OnBatch = Callable[[BatchSeen], None]


def _unseen(_: object) -> None:
    """See and do nothing."""


class Demonstration:
    """One run. `train` is for tests; without it, devices share a trainer's process."""

    def __init__(  # noqa: PLR0913  what can be watched of it, each by itself
        self,
        plan: Plan,
        base: Base,
        *,
        on_moment: OnMoment = _unseen,
        on_batch: OnBatch = _unseen,
        cancelled: Callable[[], bool] = lambda: False,
        train: Train | None = None,
    ) -> None:
        self._plan, self._base = plan, base
        self._on_moment, self._on_batch, self._cancelled = on_moment, on_batch, cancelled
        self._train = train
        self._moment = Moment("starting both operators", versions=plan.versions)
        self._devices: list[Device] = []
        self._words: list[int] = []
        self._sequence = 0

    @property
    def moment(self) -> Moment:
        """How it stands."""
        return self._moment

    def run(self, stays: Callable[[], None] = lambda: None) -> Moment:
        """Release the versions, or give up; `stays` may wait at the end, while the operators still serve.

        Raises SyncError, the learner's errors; LearningCancelled where it was cancelled.
        """
        self._on_moment(self._moment)
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hushkey-demo-"))
            samples = self._plan.samples
            held = stack.enter_context(
                operators(
                    Path(folder),
                    self._base,
                    samples.held_out,
                    len(samples.devices),
                    self._plan.ranks,
                )
            )
            self._open(stack, held, samples.devices)
            while self._goes_on():
                self._round(held)
            self._show("done" if self._is_done() else "given up", over=True)
            stays()
        return self._moment

    def _is_done(self) -> bool:
        return self._moment.version >= self._plan.versions

    def _goes_on(self) -> bool:
        return not self._is_done() and self._moment.rejected < self._plan.rejected_most

    def _open(self, stack: ExitStack, held: Operators, lines: Sequence[Sequence[str]]) -> None:
        """Make the devices, and let each take part."""
        train = self._train
        if train is None:
            trainer = OneTrainer(self._base)
            stack.callback(trainer.close)
            train = trainer
        config = held.held.config
        self._show(
            "devices enrol",
            batch_min=len(lines),
            leader=config.url,
            helper=config.other().url,
        )
        for number, (code, typed) in enumerate(zip(held.codes(len(lines)), lines, strict=True), 1):
            self._require_wanted()
            device = stack.enter_context(Device.of(number, typed, self._base, train))
            device.join(code)
            self._devices.append(device)
            self._words.append(sum(len(line.split()) for line in typed))
            self._show()

    # A round ------------------------------------------------------------------------------------

    def _round(self, held: Operators) -> None:
        """Have each device report, wait for the record of their batch, and have each look for its receipt."""
        for device in self._devices:
            self._report(device)
            self._show(pending=held.feed().pending or 0)
        self._show("the operators sum, judge and sign")
        record = self._recorded(held)
        self._show("devices look for the record", pending=0, version=record.version)
        verified = sum(self._received(device, record) for device in self._devices)
        self._tell(held, record, verified)

    def _report(self, device: Device) -> None:
        name = f"device {device.number}"

        def advanced(step: LearnProgress) -> None:
            self._say(f"{name} learns: step {step.step} of {step.steps}")

        self._say(f"{name} learns")
        device.wait()
        self._require_wanted()
        status = device.sharing.now(self._cancelled, advanced)
        if status.live is None or status.live.stage != "acknowledged":
            why = "; ".join(status.notes) or status.reason or "it has nothing to send"
            raise Unreachable(f"{name} did not report: {why}")

    def _recorded(self, held: Operators) -> Record:
        """Wait for the next record. Raises Unreachable where none comes."""
        until = time.monotonic() + RECORD_S
        while time.monotonic() < until:
            self._require_wanted()
            found = held.records(self._sequence)
            if found:
                self._sequence = found[0].sequence
                return found[0]
            time.sleep(POLL_S)
        raise Unreachable("the operators recorded no batch in time; the demonstration was ended")

    def _received(self, device: Device, record: Record) -> bool:
        """Have a device follow the records; whether it then holds a receipt of this one that checks out."""
        for _ in range(LOOKS):
            self._require_wanted()
            device.sharing.now(self._cancelled)
            self._show()
            if device.verified(record.sequence):
                return True
            time.sleep(POLL_S)
        return False

    def _tell(self, held: Operators, record: Record, verified: int) -> None:
        judged = held.gate.last
        batch = BatchSeen(
            version=record.version,
            outcome=record.outcome,
            accepted=record.accepted,
            epsilon_per_report=record.epsilon,
            receipts_verified=verified,
            reason=record.reason,
            before_nats=None if judged is None else judged.before_nats,
            after_nats=None if judged is None else judged.after_nats,
        )
        held.gate.last = None
        self._show(batches=(*self._moment.batches, batch))
        self._on_batch(batch)

    # What is seen -------------------------------------------------------------------------------

    def _say(self, doing: str, **changes: Any) -> None:
        """Show something new, the devices as they were last looked at."""
        self._moment = replace(self._moment, doing=doing, **changes)
        self._on_moment(self._moment)

    def _show(self, doing: str | None = None, **changes: Any) -> None:
        """Look at every device, and show them."""
        both = zip(self._devices, self._words, strict=True)
        seen = tuple(_seen(device, words) for device, words in both)
        self._say(self._moment.doing if doing is None else doing, devices=seen, **changes)

    def _require_wanted(self) -> None:
        if self._cancelled():
            raise LearningCancelled("the demonstration was stopped; nothing of it is kept")


def _seen(device: Device, words: int) -> DeviceSeen:
    status = device.status()
    return DeviceSeen(
        number=device.number,
        words=words,
        phase=status.phase,
        version=status.version,
        reports=status.spent.reports,
        epsilon=status.spent.epsilon,
        receipts=status.receipts,
    )
