"""One run of learning: a verdict on lines that did not train, an adapter of all lines, resumable at every step."""

from dataclasses import replace

import pytest

from hushkey.keyboard.learning.folds import folds_of
from hushkey.keyboard.learning.judge import Judge
from hushkey.keyboard.learning.lesson import (
    NOTHING,
    Cancelled,
    Lesson,
    Reached,
    Task,
    pieces_of,
    without,
)
from hushkey.model.errors import TrainingFailed
from hushkey.model.text import GAP
from hushkey.model.training.finetune import Course, Settings

SETTINGS = Settings(pieces=96, epochs=2)
NOWHERE = Reached()


class Run:
    """Runs tasks and notes what was told on the way."""

    def __init__(self, frozen, base) -> None:
        self.frozen, self.base = frozen, base
        self.steps: list = []
        self.trained: list = []
        self.reached: list[Reached] = []  # after each step

    def __call__(self, task, reached=NOWHERE, cancelled=lambda: False):
        self.steps, self.trained, self.reached = [], list(reached.trained), []
        lesson = Lesson(
            lambda: self.frozen,
            self.base.vocabulary,
            lambda: Judge(self.base),
            on_step=self._hear,
            on_trained=self.trained.append,
            cancelled=cancelled,
        )
        return lesson.run(task, reached)

    def _hear(self, step) -> None:
        state = {name: held.copy().ravel() for name, held in step.course.state().items()}
        self.reached.append(Reached(tuple(self.trained), state))
        self.steps.append(step)


@pytest.fixture
def run(frozen, tiny_base) -> Run:
    return Run(frozen, tiny_base)


def alone(frozen, base, task, lines):
    course = Course(
        frozen,
        task.start,
        pieces_of(lines, base.vocabulary),
        task.settings,
        vocabulary=base.vocabulary,
    )
    while not course.done:
        course.advance()
    return course.adapter()


@pytest.mark.parametrize("count", [40, 220])
def test_what_is_better_is_kept_and_is_an_adapter_of_all_lines(run, start, long_lines, count):
    lines, frozen, tiny_base = long_lines[:count], run.frozen, run.base
    task = Task(lines, start, SETTINGS)
    outcome = run(task)
    assert outcome.words == 6 * len(lines)
    assert outcome.after.nats < outcome.before.nats
    assert outcome.keyboard_after.nats < outcome.keyboard_before.nats
    assert outcome.adapter is not None
    assert outcome.adapter.to_bytes() == alone(frozen, tiny_base, task, lines).to_bytes()
    folds = folds_of(lines)
    assert [adapter.to_bytes() for adapter in run.trained] == [
        alone(frozen, tiny_base, task, without(lines, fold)).to_bytes() for fold in folds
    ]
    assert outcome.peak_training_bytes > 0


def test_figures_are_the_judges_and_the_trust_is_that_after_the_last_lines(
    run, tiny_base, start, long_lines
):
    outcome = run(Task(long_lines, start, SETTINGS))
    (fold,) = folds_of(long_lines)
    judge = Judge(tiny_base)
    judge.teach(without(long_lines, fold), lambda: False)
    before = judge.score(long_lines[fold], None, lambda: False)
    after = judge.score(long_lines[fold], run.trained[0], lambda: False)
    assert (outcome.before, outcome.after) == (before.network, after.network)
    assert (outcome.keyboard_before, outcome.keyboard_after) == (before.keyboard, after.keyboard)
    assert outcome.trust == judge.trust


def test_what_lies_beneath_is_what_it_is_judged_against(run, tiny_base, trained, long_lines):
    task = Task(long_lines, trained, SETTINGS)
    assert task.beneath is trained
    outcome = run(task)
    (fold,) = folds_of(long_lines)
    judge = Judge(tiny_base)
    judge.teach(without(long_lines, fold), lambda: False, trained)
    before = judge.score(long_lines[fold], trained, lambda: False)
    bare = judge.score(long_lines[fold], None, lambda: False)
    assert outcome.before == before.network != bare.network
    assert outcome.keyboard_before == before.keyboard


def test_a_start_of_zeros_is_judged_against_the_base(start, long_lines):
    assert Task(long_lines, start, SETTINGS).beneath is None


def test_lines_that_tell_nothing_of_the_next_are_not_kept(run, start):
    lines = ["the cat the cat the cat the cat"] * 160 + ["tomorrow tea ten yours ice"] * 60
    outcome = run(Task(lines, start, SETTINGS))
    assert outcome.after.nats > outcome.before.nats
    assert outcome.adapter is None
    assert outcome.trust == ()


def test_too_little_text_says_so_by_changing_nothing(run, start, lines):
    for few in ([], lines[:5]):
        outcome = run(Task(few, start, SETTINGS))
        assert (outcome.words, outcome.adapter) == (6 * len(few), None)
        assert outcome.before == outcome.keyboard_after == NOTHING
        assert not run.steps


def test_unguarded_the_adapter_comes_back_whatever_it_is_worth(
    run, frozen, tiny_base, start, lines
):
    task = Task(lines[:5], start, SETTINGS, guarded=False)
    outcome = run(task)
    assert outcome.adapter is not None
    assert outcome.adapter.to_bytes() == alone(frozen, tiny_base, task, lines[:5]).to_bytes()
    assert outcome.keyboard_before == NOTHING
    assert run.trained == []


def test_progress_runs_once_through_all_trainings_with_an_estimate_of_what_is_left(
    run, start, lines
):
    run(Task(lines, start, SETTINGS))
    told = run.steps
    assert [step.step for step in told] == list(range(1, told[0].steps + 1))
    assert {step.steps for step in told} == {len(told)}
    assert told[-1].left_s == 0.0
    assert all(step.left_s > 0 for step in told[:-1])


def test_a_run_taken_up_after_any_step_comes_to_the_same_bytes(run, start, lines):
    """In a fold's training, between two, in the last, and after its last step."""
    task = Task(lines, start, SETTINGS)
    whole = run(task)
    reached = list(run.reached)
    counts = {len(one.trained) for one in reached}
    assert counts == {0, 1, 2, 3}
    firsts = [next(n for n, one in enumerate(reached) if len(one.trained) == c) for c in counts]
    for stop in {
        *firsts,
        *(first - 1 for first in firsts if first),
        firsts[1] + 1,
        len(reached) - 1,
    }:
        resumed = run(task, reached[stop])
        assert resumed.adapter.to_bytes() == whole.adapter.to_bytes(), stop
        assert resumed.trust == whole.trust
        assert resumed.keyboard_after == whole.keyboard_after
        assert [step.step for step in run.steps] == list(range(stop + 2, len(reached) + 1))


def test_between_two_trainings_the_adapters_that_ended_are_enough(run, start, lines):
    task = Task(lines, start, SETTINGS)
    whole = run(task)
    for count in (1, 2, 3):
        resumed = run(task, Reached(tuple(run.trained[:count])))
        assert resumed.adapter.to_bytes() == whole.adapter.to_bytes()
        run(task)


def test_it_can_be_cancelled_within_a_step_in_each_training(run, start, lines):
    task = Task(lines, start, SETTINGS)
    run(task)
    steps = len(run.steps)
    for stop in (0, 1, steps // 2, steps - 1):
        with pytest.raises(Cancelled):
            run(task, cancelled=lambda stop=stop: len(run.steps) >= stop)
        assert len(run.steps) == stop


def test_it_can_be_cancelled_while_it_is_judged(run, start, lines):
    with pytest.raises(Cancelled):
        run(Task(lines, start, SETTINGS), cancelled=lambda: len(run.trained) == 3)
    assert len(run.trained) == 3


def test_a_state_of_another_plan_is_refused(run, start, lines):
    narrower = start.only(["input"])
    run(Task(lines, narrower, SETTINGS))
    with pytest.raises(TrainingFailed):
        run(Task(lines, start, SETTINGS), run.reached[0])


def test_a_task_is_named_by_all_that_its_outcome_depends_on(start, lines):
    task = Task(lines, start, SETTINGS)
    others = [
        replace(task, lines=lines[:-1]),
        replace(task, lines=[*lines[:-1], lines[-1] + "s"]),
        replace(task, lines=[*lines[:-2], f"{lines[-2]} {lines[-1]}"]),
        replace(task, lines=lines[::-1]),
        replace(task, start=start.only(["input"])),
        replace(task, settings=replace(SETTINGS, seed=2)),
        replace(task, guarded=False),
    ]
    assert len({one.digest() for one in (task, *others)}) == len(others) + 1
    assert Task(list(lines), start, Settings(pieces=96, epochs=2)).digest() == task.digest()
    assert not any(line in task.digest() for line in lines)


def test_what_was_cut_out_of_a_line_is_no_piece_to_learn(tiny_base):
    (kept,) = pieces_of([f"the {GAP} cat", ""], tiny_base.vocabulary)
    assert len(kept) == len(tiny_base.vocabulary.encode(f"the {GAP} cat"))
