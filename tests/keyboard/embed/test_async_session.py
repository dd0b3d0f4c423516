"""The async session: a stale answer is dropped and not returned late, jobs keep their order, errors reach who asked."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from hushkey.keyboard.embed import AsyncSession, Surface
from hushkey.keyboard.profile import open_profile
from hushkey.keyboard.types import Suggestion


def offer(text: str) -> Suggestion:
    return Suggestion(text, "prediction", 0.5, {}, 0)


@dataclass
class Slow:
    """A typist whose answers wait until they are let go."""

    gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    done: list[str] = field(default_factory=list)

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        self.began.set()
        assert self.gate.wait(10)
        if text_before_cursor == "fail":
            raise LookupError("no answer")
        self.done.append(f"suggest {text_before_cursor}")
        return [offer(text_before_cursor)]

    def accept(self, suggestion: Suggestion) -> str:
        self.done.append(f"accept {suggestion.text}")
        return suggestion.text + " "

    def commit(self, text: str) -> None:
        self.done.append(f"commit {text}")


async def asked(session: AsyncSession, text: str) -> asyncio.Task[list[Suggestion] | None]:
    task = asyncio.create_task(session.suggest(text))
    await asyncio.sleep(0)
    return task


async def test_a_newer_question_answers_the_one_under_way_with_nothing_at_once():
    slow = Slow()
    async with AsyncSession(slow) as session:
        older = await asked(session, "older")
        assert await asyncio.to_thread(slow.began.wait, 10)
        newer = await asked(session, "newer")
        assert await asyncio.wait_for(older, 10) is None
        assert not newer.done()  # the engine is still at the older one
        slow.gate.set()
        assert await newer == [offer("newer")]


async def test_questions_that_nobody_began_are_never_asked_but_for_the_newest():
    slow = Slow()
    async with AsyncSession(slow) as session:
        first = await asked(session, "first")
        assert await asyncio.to_thread(slow.began.wait, 10)
        others = [await asked(session, f"{number}") for number in range(20)]
        slow.gate.set()
        answers = await asyncio.gather(first, *others)
        assert answers == [None] * 20 + [[offer("19")]]
        assert slow.done == ["suggest first", "suggest 19"]


async def test_jobs_run_in_their_order_and_before_a_question():
    slow = Slow()
    async with AsyncSession(slow) as session:
        first = await asked(session, "first")
        assert await asyncio.to_thread(slow.began.wait, 10)
        last = await asked(session, "last")
        jobs = [
            asyncio.create_task(session.accept(offer("a"))),
            asyncio.create_task(session.commit("b")),
            asyncio.create_task(session.commit("c")),
        ]
        await asyncio.sleep(0)
        slow.gate.set()
        assert (await asyncio.gather(*jobs))[0] == "a "
        assert await first is None
        await last
        assert slow.done[1:] == ["accept a", "commit b", "commit c", "suggest last"]


async def test_an_error_reaches_whoever_asked_and_the_thread_goes_on():
    slow = Slow()
    slow.gate.set()
    async with AsyncSession(slow) as session:
        with pytest.raises(LookupError):
            await session.suggest("fail")
        assert await session.suggest("then") == [offer("then")]


async def test_an_abandoned_question_is_dropped():
    slow = Slow()
    async with AsyncSession(slow) as session:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.suggest("older"), 0.05)
        slow.gate.set()
        assert await session.suggest("newer") == [offer("newer")]


async def test_closing_runs_what_was_asked_for_and_answers_an_open_question_with_nothing():
    slow = Slow()
    session = AsyncSession(slow)
    question = await asked(session, "open")
    assert await asyncio.to_thread(slow.began.wait, 10)
    job = asyncio.create_task(session.commit("kept"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(session.aclose())
    await asyncio.sleep(0)
    assert await question is None
    slow.gate.set()
    await closing
    await job
    assert "commit kept" in slow.done
    with pytest.raises(RuntimeError, match="closed"):
        await session.suggest("late")


async def test_fast_typing_on_a_real_surface_gets_the_answer_to_its_last_key_only(shipped_base):
    line = "See you tomor"
    with open_profile(in_memory=True, base=shipped_base) as profile:
        async with AsyncSession(Surface(profile, "chat")) as session:
            tasks = [await asked(session, line[: end + 1]) for end in range(len(line))]
            *stale, last = await asyncio.gather(*tasks)
            assert last is not None
            assert last[0].text == "tomorrow"
            assert stale.count(None) >= len(stale) - 1  # the first may have been answered by then
            await session.commit("See you tomorrow, Zorblax")
        assert profile.engine.knows("zorblax")
