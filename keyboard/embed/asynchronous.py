"""A session for programs with an event loop: the engine on a thread of its own, and no answer that comes too late.

    async with AsyncSession(Surface(profile, "chat")) as session:
        offered = await session.suggest("See you tom")     # None: a newer question came meanwhile

What is accepted and committed runs in the order of the calls; a question runs when nothing else waits.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from hushkey.keyboard.types import Suggestion

_T = TypeVar("_T")

_Job = tuple[asyncio.Future[Any], Callable[[], Any]]


class Typist(Protocol):
    """What is asked: a Surface, or a Session of an engine that knows no profile."""

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most k suggestions."""

    def accept(self, suggestion: Suggestion) -> str:
        """Take a suggestion."""

    def commit(self, text: str) -> object:
        """Learn finished text."""


class AsyncSession:
    """One surface's suggestions without blocking the loop. Belongs to the loop that asks first."""

    def __init__(self, typist: Typist) -> None:
        self._typist = typist
        self._wake = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._question: _Job | None = None
        self._asked: asyncio.Future[Any] | None = None  # the newest question, begun or not
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="hushkey-async", daemon=True)
        self._thread.start()

    async def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion] | None:
        """Return at most k suggestions, likeliest first; None at once when a newer question is asked meanwhile.

        Raises what the typist raises, and RuntimeError after `aclose`.
        """
        return await self._ask(lambda: self._typist.suggest(text_before_cursor, k))

    async def ask(self, question: Callable[[], _T]) -> _T | None:
        """Answer another question of the typist's on the thread, by the rules of `suggest`."""
        return await self._ask(question)

    async def accept(self, suggestion: Suggestion) -> str:
        """Take a suggestion: returns what to put in place of the `replaces` characters before the cursor."""
        return await self.run(lambda: self._typist.accept(suggestion))

    async def commit(self, text: str) -> None:
        """Learn finished text: a line, a sentence or several lines."""
        await self.run(lambda: self._typist.commit(text))

    async def run(self, job: Callable[[], _T]) -> _T:
        """Run something on the thread in its turn: it is never dropped."""
        answer = asyncio.get_running_loop().create_future()
        with self._wake:
            self._refuse_closed()
            self._jobs.append((answer, job))
            self._wake.notify()
        result: _T = await answer
        return result

    async def _ask(self, question: Callable[[], _T]) -> _T | None:
        answer = asyncio.get_running_loop().create_future()
        with self._wake:
            self._refuse_closed()
            older, self._asked = self._asked, answer
            self._question = (answer, question)
            self._wake.notify()
        if older is not None and not older.done():
            older.set_result(None)  # stale: whatever the thread finds for it has nobody to go to
        result: _T | None = await answer
        return result

    async def aclose(self) -> None:
        """Run what was asked for, then end the thread. An open question is answered with None."""
        with self._wake:
            self._ending = True
            self._question = None
            if self._asked is not None and not self._asked.done():
                self._asked.set_result(None)
            self._wake.notify()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _refuse_closed(self) -> None:
        if self._ending:
            raise RuntimeError("the session was closed; nothing was done; open another")

    # On the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._next()) is not None:
            answer, work = job
            if answer.cancelled():
                continue
            try:
                result, error = work(), None
            except Exception as refused:  # noqa: BLE001 - it is raised where the answer is awaited
                result, error = None, refused
            with contextlib.suppress(RuntimeError):  # the loop has ended, and who asked with it
                answer.get_loop().call_soon_threadsafe(_settle, answer, result, error)

    def _next(self) -> _Job | None:
        with self._wake:
            while not self._jobs and self._question is None and not self._ending:
                self._wake.wait()
            if self._jobs:
                return self._jobs.popleft()
            question, self._question = self._question, None
            return question


def _settle(answer: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    """Give an answer to whoever still waits for it."""
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
