"""Learning from the keyboard's side, with the real trainer on a base of a few kilobytes."""

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hushkey.keyboard.learner import (
    LearningCancelled,
    LearningError,
    LearningFailed,
    LearningUnavailable,
    LearnProgress,
    Trainer,
)
from hushkey.model.adapter import Adapter, AdapterShape
from hushkey.model.base import PIECES, WEIGHTS
from hushkey.model.vocabulary import Vocabulary

HABITS = ("I can see the cat", "how are you today?", "tea and ice", "to the theatre together")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pieces_model: bytes) -> Path:
    import torch  # noqa: PLC0415  seconds to load, and most tests do without

    from hushkey.model.training.network import Network, Shape  # noqa: PLC0415
    from hushkey.model.training.weights import save_weights  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(1)
    size = Vocabulary(pieces_model).size
    save_weights(Network(Shape(vocabulary=size, width=8, hidden=12, layers=1)), folder / WEIGHTS)
    (folder / PIECES).write_bytes(pieces_model)
    return folder


@pytest.fixture(scope="module")
def start(folder: Path, vocabulary: Vocabulary) -> Adapter:
    base = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return Adapter.zero(AdapterShape(vocabulary.size, 8, 12, 1), base=base, seed=1)


@pytest.fixture(scope="module")
def lines(vocabulary: Vocabulary) -> list[list[int]]:
    return [vocabulary.encode(line) for line in HABITS * 40]


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
    report, adapter = trainer.train(lines, start, told.append)
    assert report.kept
    assert adapter is not None
    assert (adapter.base, adapter.shape, adapter.seed) == (start.base, start.shape, start.seed)
    assert report.after_nats < report.before_nats
    assert report.words == 40 * sum(len(line.split()) for line in HABITS)
    assert [step.step for step in told] == list(range(1, told[-1].steps + 1))


def test_learning_again_gives_the_same_adapter_in_the_same_process(trainer, start, lines):
    _, one = trainer.train(lines, start)
    child = pid_of(trainer)
    _, two = trainer.train([np.array(line) for line in lines], start)
    assert one is not None
    assert two is not None
    assert one.to_bytes() == two.to_bytes()
    assert pid_of(trainer) == child


def test_too_little_text_is_no_error_and_no_adapter(trainer, start, lines):
    report, adapter = trainer.train(lines[:2], start)
    assert (report.kept, adapter) == (False, None)
    report, adapter = trainer.train([], start)
    assert (report.words, adapter) == (0, None)


def test_stopping_says_so_and_the_next_learning_works(trainer, start, lines):
    told: list[LearnProgress] = []
    with pytest.raises(LearningCancelled):
        trainer.train(lines * 50, start, told.append, cancelled=lambda: len(told) > 1)
    report, _ = trainer.train(lines, start)
    assert report.kept


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
        report, _ = trainer.train(lines, start)
        assert report.kept
        assert pid_of(trainer) != killed[0]


def test_an_adapter_of_another_base_is_refused(trainer, start, lines):
    other = Adapter.zero(start.shape, base="another", seed=1)
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
