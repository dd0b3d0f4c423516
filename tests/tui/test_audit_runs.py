"""An audit on a thread of its own: begun, watched, stopped, and never beside a learning run."""

import threading
import time
from collections.abc import Callable

import pytest
from scripted_learning import LearningProfile
from textual.message import Message

from hushkey.keyboard.audit.auditing import AuditRefused
from hushkey.tui.audit_runs import AuditRuns, AuditStep
from hushkey.tui.learning_runs import AUDIT_FIRST, LEARNING_FIRST, WORTH_LEARNING, LearningRuns
from hushkey.tui.messages import KeyboardFailed, LearningBegan


class Script:
    """An audit that tells one step and waits at its gate."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate, self.told = threading.Event(), threading.Event()
        self.error, self.stopped = error, False

    def __call__(self, profile, on_progress, cancelled: Callable[[], bool]) -> None:
        on_progress("training", 3, 12)
        self.told.set()
        while not self.gate.wait(0.005):
            if cancelled():
                self.stopped = True
                raise InterruptedError
        if self.error is not None:
            raise self.error


def ended(runs: AuditRuns) -> bool:
    until = time.monotonic() + 5
    while runs.running and time.monotonic() < until:
        time.sleep(0.005)
    return not runs.running


def test_it_tells_how_far_it_is_and_nothing_once_it_ended() -> None:
    script = Script()
    runs = AuditRuns(LearningProfile(), script)
    runs.begin()
    assert script.told.wait(5)
    assert (runs.running, runs.step) == (True, AuditStep("training", 3, 12))
    script.gate.set()
    assert ended(runs)
    assert (runs.step, runs.refusal) == (None, "")


def test_stopped_it_ends_without_a_complaint() -> None:
    script = Script()
    runs = AuditRuns(LearningProfile(), script)
    runs.begin()
    runs.cancel(5)
    assert ended(runs)
    assert script.stopped
    assert runs.refusal == ""


def test_why_it_came_to_nothing_is_kept_until_the_next_one() -> None:
    script = Script(AuditRefused("an audit needs a history of 200 words"))
    script.gate.set()
    runs = AuditRuns(LearningProfile(), script)
    runs.begin()
    assert ended(runs)
    assert runs.refusal == "an audit needs a history of 200 words"
    script.error = None
    runs.begin()
    assert ended(runs)
    assert runs.refusal == ""


def test_an_error_that_is_not_ours_quotes_nothing_typed() -> None:
    script = Script(RuntimeError("the heron sleeps"))
    script.gate.set()
    runs = AuditRuns(LearningProfile(), script)
    runs.begin()
    assert ended(runs)
    assert "RuntimeError" in runs.refusal
    assert "heron" not in runs.refusal


def test_one_at_a_time() -> None:
    script = Script()
    runs = AuditRuns(LearningProfile(), script)
    runs.begin()
    first = runs._thread
    runs.begin()
    assert runs._thread is first
    runs.cancel()


# With learning ------------------------------------------------------------------------------------


@pytest.fixture
def posts() -> list[Message]:
    return []


def beside(posts: list[Message], script: Script) -> tuple[LearningRuns, LearningProfile]:
    profile = LearningProfile()
    runs = LearningRuns(profile, posts.append)
    runs.audits = AuditRuns(profile, script)
    return runs, profile


def test_while_an_audit_runs_learning_on_command_is_refused_with_what_to_do(
    posts: list[Message],
) -> None:
    runs, _ = beside(posts, Script())
    runs.toggle_audit()
    runs.toggle()
    assert [each.text for each in posts if isinstance(each, KeyboardFailed)] == [AUDIT_FIRST]
    assert not runs.running
    runs.cancel()


def test_while_an_audit_runs_nothing_is_learned_unasked(posts: list[Message], monkeypatch) -> None:
    monkeypatch.setattr("hushkey.tui.learning_runs.may_run_in_background", lambda _idle_s: True)
    runs, _ = beside(posts, Script())
    for _ in range(WORTH_LEARNING):
        runs.line_kept()
    runs.toggle_audit()
    runs.look()
    assert posts == []
    runs.toggle_audit()
    assert ended(runs.audits)
    runs.look()
    assert any(isinstance(each, LearningBegan) for each in posts)
    runs.cancel()


def test_while_something_is_learned_an_audit_is_refused_with_what_to_do(
    posts: list[Message],
) -> None:
    script = Script()
    runs, profile = beside(posts, script)
    profile.learn_gate.clear()
    runs.toggle()
    runs.toggle_audit()
    assert [each.text for each in posts if isinstance(each, KeyboardFailed)] == [LEARNING_FIRST]
    assert not script.told.is_set()
    runs.cancel()


def test_the_end_of_the_app_stops_an_audit_and_waits_for_its_end(posts: list[Message]) -> None:
    runs, _ = beside(posts, Script())
    runs.toggle_audit()
    runs.cancel()
    assert not runs.audits.running


def test_the_last_step_of_the_run_under_way_can_be_looked_at(posts: list[Message]) -> None:
    runs, profile = beside(posts, Script())
    profile.learn_gate.clear()
    runs.toggle()
    until = time.monotonic() + 5
    while runs.progress is None and time.monotonic() < until:
        time.sleep(0.005)
    assert runs.progress is not None
    assert (runs.progress.step, runs.progress.steps) == (1, 3)
    runs.cancel()


def test_how_many_lines_are_new_and_how_long_nobody_typed_can_be_looked_at(
    posts: list[Message],
) -> None:
    runs, _ = beside(posts, Script())
    runs.line_kept()
    runs.line_kept()
    time.sleep(0.02)
    idle_s = runs.idle_s
    assert runs.lines == 2
    assert idle_s >= 0.02
    runs.key_pressed()
    assert runs.idle_s < idle_s
