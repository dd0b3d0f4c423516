"""The thread that talks to the engine: order, coalescing, and an end with nothing lost."""

import threading

import pytest
from scripted import ScriptedProfile
from textual.message import Message

from hushkey.keyboard.errors import HistoryFull
from hushkey.tui import workers
from hushkey.tui.messages import KeyboardFailed, LineKept, SuggestionsReady
from hushkey.tui.workers import Conversation


class Posts:
    """What was posted, and a way to wait for it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._arrived = threading.Condition()

    def __call__(self, message: Message) -> None:
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    def wait_for(self, count: int) -> list[Message]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= count, 5)
            return list(self.messages)


def begun(profile: ScriptedProfile | None = None) -> tuple[Conversation, ScriptedProfile, Posts]:
    profile = profile or ScriptedProfile()
    posts = Posts()
    return Conversation(profile, "test", posts), profile, posts


def test_an_answer_carries_the_token_of_its_question() -> None:
    conversation, _, posts = begun()
    conversation.ask(7, "see you tom")
    (answer,) = posts.wait_for(1)
    assert isinstance(answer, SuggestionsReady)
    assert (answer.token, answer.offer.asked) == (7, "see you tom")
    assert conversation.finish() is None


def test_an_answer_tells_which_slot_each_suggestion_stands_in() -> None:
    conversation, _, posts = begun(ScriptedProfile(gap=1))
    conversation.ask(1, "in ten me")
    (answer,) = posts.wait_for(1)
    assert isinstance(answer, SuggestionsReady)
    assert [s.text for s in answer.offer.suggestions] == ["meeting", "mean"]
    assert answer.offer.places == (1, 2)
    assert conversation.finish() is None


def test_a_phrase_follows_its_answer_and_is_not_looked_for_while_another_question_waits() -> None:
    conversation, profile, posts = begun()
    conversation.ask(1, "in ")
    answer, ahead = posts.wait_for(2)
    assert (answer.offer.phrase, ahead.offer.phrase.text) == (None, "the morning sun")
    assert (ahead.token, ahead.offer.suggestions) == (1, answer.offer.suggestions)
    profile.gate.clear()
    profile.asked.clear()
    conversation.ask(2, "in ")
    while not profile.asked:
        pass
    conversation.ask(3, "in t")
    profile.gate.set()
    assert [(m.token, m.offer.phrase) for m in posts.wait_for(4)[2:]] == [(2, None), (3, None)]
    assert conversation.finish() is None


def test_a_question_that_comes_while_an_answer_is_painted_keeps_the_engine_from_looking_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_PAINTED_S", 30.0)
    conversation, _, posts = begun()
    conversation.ask(1, "in ")
    posts.wait_for(1)
    conversation.ask(2, "see you tom")
    posts.wait_for(2)
    assert conversation.finish(5.0) is None  # nor is the end kept waiting
    assert [(m.token, m.offer.phrase) for m in posts.messages] == [(1, None), (2, None)]


def test_of_many_questions_only_the_first_begun_and_the_newest_are_asked() -> None:
    conversation, profile, posts = begun()
    profile.gate.clear()
    conversation.ask(0, "first")
    while not profile.asked:
        pass
    for token in range(1, 100):
        conversation.ask(token, f"text {token}")
    profile.gate.set()
    posts.wait_for(2)
    assert profile.asked == ["first", "text 99"]
    assert conversation.finish() is None


def test_lines_are_kept_in_their_order_and_before_the_thread_ends() -> None:
    conversation, profile, _ = begun()
    lines = [f"line {number}" for number in range(50)]
    for line in lines:
        conversation.commit(line)
    assert conversation.finish() is None
    assert profile.committed == lines


def test_a_refused_line_is_told_and_the_next_is_kept() -> None:
    conversation, profile, posts = begun()
    refusals = iter([HistoryFull("no room; nothing was kept; free some"), None])
    keep = profile.committed.append

    class Session:
        def commit(self, text: str) -> None:
            if refusal := next(refusals):
                raise refusal
            keep(text)

    conversation._session = Session()
    conversation.commit("lost")
    conversation.commit("kept")
    told, kept = posts.wait_for(2)
    assert isinstance(told, KeyboardFailed)
    assert isinstance(kept, LineKept)
    assert profile.committed == ["kept"]
    assert conversation.finish() is not None


def test_a_fault_in_the_engine_is_told_without_what_was_typed() -> None:
    conversation, _, posts = begun()

    class Session:
        def suggest(self, text_before_cursor: str, k: int = 3) -> None:
            raise RuntimeError(text_before_cursor)

    conversation._session = Session()
    conversation.ask(1, "a secret")
    (told,) = posts.wait_for(1)
    assert isinstance(told, KeyboardFailed)
    assert "secret" not in told.text
    assert "RuntimeError" in told.text
    assert conversation.finish() is None


def test_a_line_that_was_refused_is_told_again_at_the_end() -> None:
    conversation, _, _ = begun()

    class Session:
        def commit(self, text: str) -> None:
            raise HistoryFull("no room; nothing was kept; free some")

    conversation._session = Session()
    conversation.commit("a last line")
    assert conversation.finish() == "no room; nothing was kept; free some"
