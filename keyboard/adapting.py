"""A profile's learning runs: what is trained on, how long, from where, what is taken up, what is noted.

An interrupted run leaves a sealed checkpoint, and the next goes on from there if the history did nothing but grow
since: on the lines that were there then, so that it comes to the same adapter, to the byte, as if it had not been
interrupted. Whoever forgets something drops the checkpoint too.
"""

import contextlib
import io
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.errors import FileRefused, HistoryBusy, HistoryClosed
from hushkey.keyboard.history import History
from hushkey.keyboard.learner import (
    FullReport,
    Learned,
    LearningCancelled,
    LearningFailed,
    LearnProgress,
    LearnReport,
    Trainer,
)
from hushkey.keyboard.learning.checkpoint import Checkpoint
from hushkey.keyboard.profile_files import ProfileFiles
from hushkey.keyboard.snapshot import Cursor
from hushkey.model.adapter import Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.frames import read_frame, write_frame
from hushkey.model.plans import Plan

SEED = 1  # of the fixed factors and of the order of lines: the same history gives the same adapter
SAVE_EVERY_S = 10.0  # a megabyte or two each time; a stop of ours saves the last step besides


@dataclass(frozen=True, slots=True)
class _Kept:
    """A checkpoint and what it belongs to."""

    cursor: Cursor
    plan: str
    checkpoint: Checkpoint

    def to_bytes(self) -> bytes:
        out = io.BytesIO()
        write_frame(
            out, "run", [self.checkpoint.to_bytes()], cursor=asdict(self.cursor), plan=self.plan
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "_Kept | None":
        try:
            frame = read_frame(io.BytesIO(data))
            if frame is None:
                return None
            cursor = Cursor(**frame.header["cursor"])
            return cls(cursor, str(frame.header["plan"]), Checkpoint.from_bytes(frame.blobs[0]))
        except (TrainingFailed, KeyError, TypeError, IndexError):
            return None


@dataclass(slots=True)
class _Saver:
    """Writes the newest checkpoint now and then, but never one of lines that were forgotten meanwhile."""

    files: ProfileFiles
    history: History
    lock: threading.RLock
    cursor: Cursor
    plan: str
    latest: Checkpoint | None = None
    saved_at: float = field(default_factory=time.monotonic)

    def hear(self, checkpoint: Checkpoint) -> None:
        self.latest = checkpoint
        if time.monotonic() - self.saved_at > SAVE_EVERY_S:
            self.save()

    def save(self) -> None:
        self.saved_at = time.monotonic()
        # A full disk costs a resumption; meanwhile no process forgets. Whoever closed has saved before.
        refusals = FileRefused, HistoryBusy, HistoryClosed
        with self.lock, contextlib.suppress(*refusals), self.history.held():
            if self.latest is not None and self.history.only_grew_since(self.cursor):
                kept = _Kept(self.cursor, self.plan, self.latest)
                self.files.write_checkpoint(kept.to_bytes())


class Adapting:
    """The runs of one profile, which holds `lock` whenever it changes what they read."""

    def __init__(
        self,
        engine: SuggestionEngine,
        history: History,
        files: ProfileFiles,
        lock: threading.RLock,
    ) -> None:
        self._engine, self._history, self._files, self._lock = engine, history, files, lock
        self._trainer: Trainer | None = None
        self._saver: _Saver | None = None

    def close(self) -> None:
        """End the trainer, and with it a run that is under way: the next goes on there."""
        with self._lock:
            trainer, self._trainer = self._trainer, None
            saver, self._saver = self._saver, None
            if saver is not None:
                saver.save()
        if trainer is not None:
            trainer.close()

    def run(
        self,
        plan: Plan,
        on_progress: Callable[[LearnProgress], None],
        cancelled: Callable[[], bool],
        limit_s: float | None = None,
    ) -> LearnReport:
        """Train, judge, and take up what is better. Raises the learner's errors; then all is as before.

        After `limit_s` it stops where it is, says so in its report, and goes on there the next time.
        """
        plan.require(self._engine.zero_adapter().shape)
        with self._lock:
            trainer = self._trainer = self._trainer or Trainer(self._engine.base.folder)
            kept, end, lines = self._material(plan)
            beneath = self._engine.shared
        began, ends = time.monotonic(), time.monotonic() + (limit_s or float("inf"))
        saver = self._saver = _Saver(self._files, self._history, self._lock, end, plan.name)
        try:
            learned = trainer.train(
                lines,
                self._start(plan, beneath),
                on_progress,
                lambda: cancelled() or time.monotonic() > ends,
                settings=plan.settings,
                checkpoint=kept,
                on_checkpoint=saver.hear,
            )
            self._saver = None  # there is nothing to go on from
        except (LearningCancelled, LearningFailed):
            self.close()
            if cancelled() or time.monotonic() <= ends:
                raise
            words = sum(len(line.split()) for line in lines)
            shape = self._engine.zero_adapter().shape
            report = LearnReport(
                words,
                time.monotonic() - began,
                update_bytes=4 * shape.parameters(plan.ranks),
                full_bytes=4 * shape.all_parameters,
                plan=plan.name,
                finished=False,
            )
            self._history.learn_runs.append(asdict(report))
            return report
        finally:
            self.close()  # hundreds of megabytes that nobody needs until the next run
        if (
            beneath is not None and learned.adapter is not None
        ):  # what is kept is the person's own part
            own = learned.adapter.plus(beneath.scaled(-1.0))
            learned = replace(learned, adapter=own)
        return self._take_up(learned, plan, end)

    def compare(self, cancelled: Callable[[], bool]) -> FullReport:
        """Fine-tune the whole model on the same lines, in a process of its own, and keep nothing of it."""
        with self._lock:
            lines = self._lines(self._history.cursor())
        with Trainer(self._engine.base.folder, "compare") as trainer:
            return trainer.compare(lines, cancelled)

    def _material(self, plan: Plan) -> tuple[Checkpoint | None, Cursor, list[str]]:
        """(checkpoint to go on from, where the history ends for this run, its lines)."""
        data = self._files.read_checkpoint()
        kept = None if data is None else _Kept.from_bytes(data)
        if (
            kept is not None
            and kept.plan == plan.name
            and self._history.only_grew_since(kept.cursor)
        ):
            return kept.checkpoint, kept.cursor, self._lines(kept.cursor)
        end = self._history.cursor()
        return None, end, self._lines(end)

    def _lines(self, end: Cursor) -> list[str]:
        return [line for lines in self._history.texts(until=end.id) for line in lines]

    def _start(self, plan: Plan, beneath: Adapter | None) -> Adapter:
        zero = self._engine.zero_adapter()
        room = Adapter.zero(zero.shape, base=zero.base, seed=SEED, ranks=plan.ranks)
        return room if beneath is None else beneath.plus(room)

    def _take_up(self, learned: Learned, plan: Plan, end: Cursor) -> LearnReport:
        report, adapter = replace(learned.report, plan=plan.name), learned.adapter
        with self._lock:
            with self._history.held():  # no process forgets between the look and the writing
                self._files.drop_checkpoint()
                if adapter is not None and not self._history.only_grew_since(end):
                    adapter, report = None, replace(report, kept=False)  # something was forgotten
                if adapter is not None:
                    self._files.write_adapter(adapter)
                    self._engine.use_adapter(adapter)
                    # The gates fitted beside the new adapter, on lines that did not train it.
                    self._engine.trust_as(learned.trust)
                    self._files.write_trust(learned.trust)
            self._history.learn_runs.append(asdict(report))
        return report
