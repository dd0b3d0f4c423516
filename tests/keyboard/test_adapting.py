"""A profile's learning runs with the real trainer: taken up, logged, interrupted, resumed, never of forgotten text."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from stand_ins import WORDS

from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.learner import LearningCancelled, LearningFailed
from hushkey.keyboard.profile import LearnReport, Profile, open_profile
from hushkey.keyboard.system_keyring import no_keyring
from hushkey.model.base import Base
from hushkey.model.errors import PlanRefused
from hushkey.model.plans import Plan

pytestmark = pytest.mark.slow  # a trainer's process each

PLAN = Plan("test", {"lstm_bias": 1, "input": 4, "output": 4})
OTHER = Plan("other", {"output": 4})


def use_no_keyring(patch: pytest.MonkeyPatch) -> None:
    """The machine's own keyring is none of a test's business."""
    patch.setattr(
        "hushkey.keyboard.profile.open_keystore",
        lambda home, **options: open_keystore(home, keyring=no_keyring, **options),
    )


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    use_no_keyring(monkeypatch)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    rng = np.random.default_rng(1)
    chances = np.square(list(WORDS.values()))
    return [" ".join(rng.choice(list(WORDS), size=6, p=chances / chances.sum())) for _ in range(40)]


@pytest.fixture
def opened(tmp_path, tiny_base):
    def open_one() -> Profile:
        return open_profile(tmp_path, allow_bare_file=True, base=tiny_base)

    return open_one


@pytest.fixture
def filled(opened, lines):
    """A way to open a profile whose history is there already."""
    with opened() as profile:
        profile.import_lines(lines, "test")
    return opened


@contextmanager
def taught(home: Path, base: Base, lines: list[str]) -> Iterator[Profile]:
    """Open a profile of a file without a keyring, the lines in it, for as long as a module's fixture needs it."""
    with pytest.MonkeyPatch.context() as patch:
        use_no_keyring(patch)
        with open_profile(home, allow_bare_file=True, base=base) as profile:
            profile.import_lines(lines, "test")
            yield profile


@pytest.fixture(scope="module")
def whole(tmp_path_factory, tiny_base, lines) -> bytes:
    """The adapter that the lines come to when nothing interrupts."""
    home = tmp_path_factory.mktemp("whole")
    with taught(home, tiny_base, lines) as profile:
        assert profile.learn(plan=PLAN).kept
        return adapter_of(profile)


@pytest.fixture(scope="module")
def stopped_home(tmp_path_factory, tiny_base, lines) -> Path:
    """A home whose run was stopped after some steps; copied for whoever goes on with it."""
    home = tmp_path_factory.mktemp("stopped") / "home"
    with taught(home, tiny_base, lines) as profile:
        interrupted(profile, after=7)
    return home


@pytest.fixture
def stopped(stopped_home, tmp_path, tiny_base):
    """A way to open a profile of one's own whose run was stopped after some steps."""
    home = tmp_path / "stopped"
    shutil.copytree(stopped_home, home)
    return lambda: open_profile(home, allow_bare_file=True, base=tiny_base)


def adapter_of(profile: Profile) -> bytes:
    adapter = profile._files.read_adapter(profile.engine.zero_adapter())
    assert adapter is not None
    return adapter.to_bytes()


class Interruption:
    """Stops a run after some steps."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.steps: list[int] = []

    def hear(self, step) -> None:
        self.steps.append(step.step)

    def __call__(self) -> bool:
        return len(self.steps) >= self._left


def interrupted(profile: Profile, *, after: int = 5, plan: Plan = PLAN) -> Interruption:
    stop = Interruption(after)
    with pytest.raises(LearningCancelled):
        profile.learn(stop.hear, stop, plan=plan)
    return stop


def kill_at_once(profile: Profile):
    def kill(_step) -> None:
        os.kill(profile._adapting._trainer._child.pid, signal.SIGKILL)

    return kill


def test_what_is_better_is_taken_up_kept_and_logged(filled, whole):
    with filled() as profile:
        before = profile.engine.suggest("the ")
        report = profile.learn(plan=PLAN)
        assert report.kept
        assert report.finished
        assert report.plan == "test"
        assert profile.engine.adapted
        assert profile.engine.suggest("the ") != before
        assert adapter_of(profile) == whole
        (run,) = profile.history.learn_runs.runs()
        assert run.report == asdict(report)
        after = profile.engine.suggest("the ")
    with filled() as profile:
        assert profile.engine.suggest("the ") == after


def test_a_cancelled_run_goes_on_from_its_last_step_and_comes_to_the_same_adapter(filled, whole):
    with filled() as profile:
        first = interrupted(profile, after=5)
        assert profile.places.checkpoint.exists()
        assert not profile.engine.adapted
        assert profile.history.learn_runs.runs() == []
        second = interrupted(profile, after=9)
        assert second.steps[0] > first.steps[-1]
    with filled() as profile:  # in another run of the program
        profile.commit("typed meanwhile", "test")
        told: list[int] = []
        report = profile.learn(lambda step: told.append(step.step), plan=PLAN)
        assert told[0] > second.steps[-1]
        assert report.words == 240  # of the lines that were there when it began
        assert adapter_of(profile) == whole
        assert not profile.places.checkpoint.exists()
        assert profile.learn(plan=PLAN).words == 242


def test_a_killed_trainer_is_an_error_and_the_next_learning_goes_on_there(filled, whole):
    with filled() as profile:
        with pytest.raises(LearningFailed, match="nothing was changed"):
            profile.learn(kill_at_once(profile), plan=PLAN)
        assert profile.places.checkpoint.exists()
        assert not profile.engine.adapted
    with filled() as profile:
        told: list[int] = []
        profile.learn(lambda step: told.append(step.step), plan=PLAN)
        assert told[0] > 1
        assert adapter_of(profile) == whole


def test_a_run_that_has_no_more_time_says_so_is_logged_and_goes_on_the_next_time(filled, whole):
    with filled() as profile:
        reports: list[LearnReport] = []
        limit_s = 6.0  # the trainer's start takes some of it
        while not reports or not reports[-1].finished:
            reports.append(profile.learn(_slowly, plan=PLAN, limit_s=limit_s))
            limit_s += 4.0
            assert len(reports) < 20
        assert len(reports) > 1
        assert not any(report.kept for report in reports[:-1])
        assert {report.words for report in reports} == {240}
        assert len({(report.update_bytes, report.full_bytes) for report in reports}) == 1
        logged = [run.report for run in reversed(profile.history.learn_runs.runs())]
        assert logged == [asdict(report) for report in reports]
        assert adapter_of(profile) == whole


def _slowly(_step) -> None:
    threading.Event().wait(0.3)


def test_another_plan_begins_anew(stopped):
    with stopped() as profile:
        told: list[int] = []
        report = profile.learn(lambda step: told.append(step.step), plan=OTHER)
        assert told[0] == 1
        assert report.plan == "other"
        assert not profile.places.checkpoint.exists()


def test_a_plan_of_the_same_name_with_other_groups_begins_anew_too(stopped):
    with stopped() as profile:
        told: list[int] = []
        profile.learn(lambda step: told.append(step.step), plan=Plan("test", OTHER.ranks))
        assert told[0] == 1


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_checkpoint_costs_a_beginning_and_no_more(stopped, whole, damage):
    with stopped() as profile:
        kept = profile.places.checkpoint
        data = {"cut": kept.read_bytes()[:-9], "foreign": os.urandom(500), "empty": b""}[damage]
        kept.write_bytes(data)
        told: list[int] = []
        profile.learn(lambda step: told.append(step.step), plan=PLAN)
        assert told[0] == 1
        assert adapter_of(profile) == whole


def test_forgetting_after_an_interruption_drops_the_checkpoint(stopped):
    with stopped() as profile:
        assert profile.places.checkpoint.exists()
        profile.forget("the")
        assert not profile.places.checkpoint.exists()
        told: list[int] = []
        profile.learn(lambda step: told.append(step.step), plan=PLAN)
        assert told[0] == 1


def test_forgetting_during_a_run_leaves_neither_checkpoint_nor_adapter_of_what_is_forgotten(filled):
    with filled() as profile:

        def forget(step) -> None:
            if step.step == 3:
                profile.forget("the")

        report = profile.learn(forget, plan=PLAN)
        assert not report.kept
        assert not profile.engine.adapted
        assert not profile.places.adapter.exists()
        assert not profile.places.checkpoint.exists()


def test_forgetting_during_a_run_that_is_then_interrupted_leaves_no_checkpoint(filled):
    with filled() as profile:
        stop = Interruption(6)

        def forget(step) -> None:
            stop.hear(step)
            if len(stop.steps) == 3:
                profile.forget("the")

        with pytest.raises(LearningCancelled):
            profile.learn(forget, stop, plan=PLAN)
        assert not profile.places.checkpoint.exists()


def test_forgetting_by_another_process_during_a_run_leaves_nothing_either(filled):
    with filled() as profile:
        stop = Interruption(6)

        def forget(step) -> None:
            stop.hear(step)
            if len(stop.steps) == 3:
                with filled() as other:
                    other.forget("the")

        with pytest.raises(LearningCancelled):
            profile.learn(forget, stop, plan=PLAN)
        assert not profile.places.checkpoint.exists()


def test_closing_the_profile_in_the_midst_of_a_run_ends_it_in_good_order(filled, whole):
    profile = filled()
    begun, ended = threading.Event(), []

    def learn() -> None:
        try:
            profile.learn(lambda _step: begun.set(), plan=PLAN)
        except Exception as error:  # noqa: BLE001  whatever comes is what is tested
            ended.append(error)

    thread = threading.Thread(target=learn)
    thread.start()
    assert begun.wait(60)
    profile.close()
    thread.join(30)
    assert [type(error) for error in ended] == [LearningFailed]
    with filled() as again:
        told: list[int] = []
        again.learn(lambda step: told.append(step.step), plan=PLAN)
        assert told[0] > 1
        assert adapter_of(again) == whole


def test_wiping_in_the_midst_of_a_run_leaves_no_file_of_it(filled):
    profile = filled()
    begun, ended = threading.Event(), []

    def learn() -> None:
        try:
            profile.learn(lambda _step: begun.set(), plan=PLAN)
        except Exception as error:  # noqa: BLE001  whatever comes is what is tested
            ended.append(error)

    thread = threading.Thread(target=learn)
    thread.start()
    assert begun.wait(60)
    profile.wipe()
    thread.join(30)
    assert [type(error) for error in ended] == [LearningFailed]
    assert not any(path.exists() for path in profile.places.sealed)


def test_the_settings_say_what_is_trained_and_a_plan_too_large_is_refused_before_anything_starts(
    filled,
):
    with filled() as profile:
        profile.set(learn_plan="full")  # ranks that a base of eight numbers a piece has not
        with pytest.raises(PlanRefused, match="nothing was trained"):
            profile.learn()
        assert profile._adapting._trainer is None
        assert profile.history.learn_runs.runs() == []


def test_the_settings_minutes_are_the_limit(filled, monkeypatch):
    seen = []
    with filled() as profile:
        profile.set(learn_minutes=2)
        monkeypatch.setattr(
            profile._adapting, "run", lambda _plan, _say, _stop, limit_s: seen.append(limit_s)
        )
        profile.learn(plan=PLAN)
        profile.learn(plan=PLAN, limit_s=5.0)
    assert seen == [120.0, 5.0]


def test_a_throwaway_profile_learns_and_keeps_no_file(tiny_base, lines, whole):
    with open_profile(in_memory=True, base=tiny_base) as profile:
        profile.import_lines(lines, "test")
        interrupted(profile)
        report = profile.learn(plan=PLAN)
        assert report.kept
        assert profile.engine.adapted


def test_full_fine_tuning_is_compared_and_nothing_of_it_is_kept(filled):
    with filled() as profile:
        found = profile.compare_with_full()
        assert found.full_bytes == 4 * profile.engine.zero_adapter().shape.all_parameters
        assert found.full_after.nats > 0
        assert not profile.engine.adapted
        assert not profile.places.adapter.exists()
        assert profile.history.learn_runs.runs() == []
