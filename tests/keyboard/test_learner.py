"""Learning from the keyboard's side, with the real trainer on a base of a few kilobytes."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hushkey.keyboard.learner import (
    LearningCancelled,
    LearningError,
    LearningFailed,
    LearningUnavailable,
    LearnProgress,
    Trainer,
)
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base

HABITS = ("I can see the cat", "how are you today?", "tea and ice", "to the theatre together")


@pytest.fixture(scope="module")
def folder(tiny_folder: Path) -> Path:
    return tiny_folder


@pytest.fixture(scope="module")
def start(tiny_base: Base) -> Adapter:
    shape, ranks = tiny_base.runtime().shape, {"output": 4, "output_bias": 1}
    return Adapter.zero(shape, base=tiny_base.identity, seed=1, ranks=ranks)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [*HABITS] * 20


@pytest.fixture(scope="module")
def trainer(folder: Path) -> Iterator[Trainer]:
    """One process for the tests that leave it alive."""
    with Trainer(folder) as trainer:
        yield trainer


def pid_of(trainer: Trainer) -> int:
    assert trainer._child is not None
    return trainer._child.pid


def test_habits_are_learned_and_reported(trainer, start, lines):
    told: list[LearnProgress] = []
    learned = trainer.train(lines, start, told.append)
    report, adapter = learned.report, learned.adapter
    assert report.kept
    assert adapter is not None
    assert (adapter.base, adapter.shape, adapter.seed) == (start.base, start.shape, start.seed)
    assert adapter.ranks == start.ranks
    assert learned.trust  # how far each expert is to be trusted beside it
    assert report.after.nats < report.before.nats
    assert report.keyboard_after.nats < report.keyboard_before.nats
    assert report.words == 20 * sum(len(line.split()) for line in HABITS)
    assert report.update_bytes == 4 * adapter.parameters
    assert report.full_bytes == 4 * start.shape.all_parameters
    assert 0 < report.peak_training_bytes < report.process_bytes
    assert [step.step for step in told] == list(range(1, told[-1].steps + 1))


def test_learning_again_gives_the_same_adapter_in_the_same_process(trainer, start, lines):
    one = trainer.train(lines, start).adapter
    child = pid_of(trainer)
    two = trainer.train(lines, start).adapter
    assert one is not None
    assert two is not None
    assert one.to_bytes() == two.to_bytes()
    assert pid_of(trainer) == child


def test_too_little_text_is_no_error_and_no_adapter(trainer, start, lines):
    for few in (lines[:2], []):
        learned = trainer.train(few, start)
        assert (learned.report.kept, learned.adapter) == (False, None)
        assert learned.report.words == sum(len(line.split()) for line in few)


def test_stopping_says_so_and_the_next_learning_works(trainer, start, lines):
    told: list[LearnProgress] = []
    with pytest.raises(LearningCancelled):
        trainer.train(lines * 50, start, told.append, cancelled=lambda: len(told) > 1)
    assert trainer.train(lines, start).report.kept


def test_a_stopped_training_goes_on_from_its_last_step_and_gives_the_same_adapter(
    trainer, start, lines
):
    whole = trainer.train(lines, start)
    kept: list = []
    for stop in (2, 12):
        told: list[LearnProgress] = []
        with pytest.raises(LearningCancelled):
            trainer.train(
                lines,
                start,
                told.append,
                cancelled=lambda told=told, stop=stop: len(told) >= stop,
                checkpoint=kept[-1] if kept else None,
                on_checkpoint=kept.append,
            )
    again: list[LearnProgress] = []
    resumed = trainer.train(lines, start, again.append, checkpoint=kept[-1])
    assert again[0].step >= 14
    assert again[-1].step == again[-1].steps
    assert resumed.adapter is not None
    assert whole.adapter is not None
    assert resumed.adapter.to_bytes() == whole.adapter.to_bytes()
    assert resumed.trust == whole.trust


def test_nothing_of_a_checkpoint_of_no_use_is_kept_on(trainer, start, lines):
    kept: list = []
    for trained in ((), (b"noise",)):
        with pytest.raises(LearningCancelled):
            trainer.train(
                lines,
                start,
                cancelled=lambda: bool(kept),
                checkpoint=replace(kept.pop(), trained=trained) if kept else None,
                on_checkpoint=kept.append,
            )
    assert kept[-1].trained == ()
    told: list[LearnProgress] = []
    trainer.train(lines, start, told.append, checkpoint=kept[-1])
    assert told[0].step > 1


def test_unguarded_an_adapter_comes_back_whatever_it_is_worth(trainer, start, lines):
    learned = trainer.train(lines[:2], start, guarded=False)
    assert learned.adapter is not None
    assert learned.adapter.norm() > 0


def test_line_breaks_in_a_line_make_no_more_lines_of_it(trainer, start):
    learned = trainer.train(["the cat\nand tea"], start)
    assert learned.report.words == 4


def test_full_fine_tuning_is_reported_beside(folder, start, lines):
    with Trainer(folder, "compare") as trainer:
        report = trainer.compare(lines, settings={"epochs": 1})
        assert report.full_bytes == 4 * start.shape.all_parameters
        assert report.full_training_bytes > 0
        assert report.full_after.nats > 0
        with pytest.raises(LearningCancelled):
            trainer.compare(lines * 40, cancelled=lambda: True)


def test_stopping_does_not_wait_for_a_trainer_that_hangs(folder, start, lines):
    with Trainer(folder) as trainer:
        told: list[LearnProgress] = []

        def hang(step: LearnProgress) -> None:
            if not told:
                os.kill(pid_of(trainer), signal.SIGSTOP)
            told.append(step)

        with pytest.raises(LearningCancelled):
            trainer.train(lines * 50, start, hang, cancelled=lambda: bool(told))
        assert trainer._child is None


def test_a_trainer_that_dies_is_an_error_and_the_next_learning_starts_another(folder, start, lines):
    with Trainer(folder) as trainer:
        killed: list[int] = []

        def kill(_: LearnProgress) -> None:
            if not killed:
                killed.append(pid_of(trainer))
                os.kill(killed[0], signal.SIGKILL)

        with pytest.raises(LearningFailed, match="nothing was changed"):
            trainer.train(lines * 50, start, kill)
        assert trainer.train(lines, start).report.kept
        assert pid_of(trainer) != killed[0]


def test_an_adapter_of_another_base_is_refused(trainer, start, lines):
    other = Adapter.zero(start.shape, base="another", seed=1, ranks=start.ranks)
    with pytest.raises(LearningFailed, match="ModelMismatch"):
        trainer.train(lines, other)


def test_an_error_of_the_caller_ends_the_training(folder, start, lines):
    class Unrelated(Exception):
        pass

    def fail(_: LearnProgress) -> None:
        raise Unrelated

    with Trainer(folder) as trainer:
        with pytest.raises(Unrelated):
            trainer.train(lines * 50, start, fail)
        assert trainer._child is None


def test_a_closed_trainer_leaves_no_process(folder, start, lines):
    with Trainer(folder) as trainer:
        trainer.train(lines[:2], start)
        child = pid_of(trainer)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_without_torch_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LearningUnavailable, match=r"pip install 'hushkey\[learn\]'") as refused:
        Trainer(folder)
    assert isinstance(refused.value, LearningError)


def test_it_is_imported_and_started_without_torch(folder):
    code = (
        "import sys; from pathlib import Path; from hushkey.keyboard.learner import Trainer; "
        "t = Trainer(Path(sys.argv[1])); t.close(); print('torch' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"
