"""When a learning run begins: on command, or unasked on an idle machine."""

import threading

import pytest
from scripted import REPORT, ScriptedProfile
from textual.message import Message

from hushkey.keyboard.errors import HistoryBusy
from hushkey.keyboard.settings import Settings
from hushkey.tui import learning_runs
from hushkey.tui.learning_runs import WORTH_LEARNING, LearningRuns
from hushkey.tui.messages import KeyboardFailed, LearningAdvanced, LearningBegan, LearningEnded


class Posts:
    """What was posted, up to the end of a run."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._ended = threading.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        if isinstance(message, LearningEnded):
            self._ended.set()

    def of_a_run(self) -> list[Message]:
        assert self._ended.wait(5)
        return self.messages


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    state = [True]
    monkeypatch.setattr(learning_runs, "may_run_in_background", lambda _idle_s: state[0])
    return state


def test_a_run_tells_its_beginning_its_steps_and_its_result() -> None:
    posts = Posts()
    LearningRuns(ScriptedProfile(), posts).toggle()
    began, *steps, ended = posts.of_a_run()
    assert isinstance(began, LearningBegan)
    assert [step.progress.step for step in steps if isinstance(step, LearningAdvanced)] == [1, 2, 3]
    assert isinstance(ended, LearningEnded)
    assert ended.report is REPORT


def test_a_second_command_stops_the_run_without_a_complaint() -> None:
    profile, posts = ScriptedProfile(), Posts()
    profile.learn_gate.clear()
    runs = LearningRuns(profile, posts)
    runs.toggle()
    runs.toggle()
    messages = posts.of_a_run()
    assert not any(isinstance(message, KeyboardFailed) for message in messages)
    assert isinstance(messages[-1], LearningEnded)
    assert messages[-1].report is None


def test_a_refused_run_says_why_and_ends() -> None:
    profile, posts = ScriptedProfile(), Posts()
    profile.learn_error = HistoryBusy("another process holds it; try again")
    LearningRuns(profile, posts).toggle()
    assert [m.text for m in posts.of_a_run() if isinstance(m, KeyboardFailed)] == [
        "another process holds it; try again"
    ]


def test_cancelling_waits_for_the_end() -> None:
    profile, posts = ScriptedProfile(), Posts()
    profile.learn_gate.clear()
    runs = LearningRuns(profile, posts)
    runs.toggle()
    runs.cancel()
    assert not runs.running


def test_cancelling_nothing_is_fine() -> None:
    LearningRuns(ScriptedProfile(), Posts()).cancel()


def kept(runs: LearningRuns, lines: int) -> None:
    for _ in range(lines):
        runs.line_kept()


def test_an_unasked_run_waits_for_enough_lines(idle: list[bool]) -> None:
    posts = Posts()
    runs = LearningRuns(ScriptedProfile(), posts)
    kept(runs, WORTH_LEARNING - 1)
    runs.look()
    assert posts.messages == []
    kept(runs, 1)
    runs.look()
    posts.of_a_run()


def test_an_unasked_run_waits_for_an_idle_machine(idle: list[bool]) -> None:
    posts = Posts()
    runs = LearningRuns(ScriptedProfile(), posts)
    kept(runs, WORTH_LEARNING)
    idle[0] = False
    runs.look()
    assert posts.messages == []


@pytest.mark.parametrize("off", ["paused", "background"])
def test_an_unasked_run_is_the_owners_to_forbid(idle: list[bool], off: str) -> None:
    posts = Posts()
    settings = Settings(background_learning=off != "background")
    runs = LearningRuns(ScriptedProfile(settings=settings, paused=off == "paused"), posts)
    kept(runs, WORTH_LEARNING)
    runs.look()
    assert posts.messages == []


def test_after_a_run_the_lines_are_counted_anew(idle: list[bool]) -> None:
    posts = Posts()
    runs = LearningRuns(ScriptedProfile(), posts)
    kept(runs, WORTH_LEARNING)
    runs.look()
    runs.cancel()
    count = len(posts.of_a_run())
    runs.look()
    assert len(posts.messages) == count
