"""Ask systems about typists: what is kept is not asked again, what is missing is shared among hosts."""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

from bench.typing.cache import Cache
from bench.typing.comparison import Result
from bench.typing.hosts import Answer, Host
from bench.typing.ours import POLICIES, version_of
from bench.typing.systems import Peer
from hushkey.keyboard.typists import Typist
from hushkey.model.base import load_base
from hushkey.model.evaluation import Counts

ROOT = Path(__file__).resolve().parents[2]

Task = TypeVar("Task")


class Measuring:
    """Asks hosts, at most `jobs` at once, and keeps their answers in a folder. Close it at the end."""

    def __init__(self, folder: Path, jobs: int = 1) -> None:
        self._folder = folder
        self._cache = Cache(folder)
        self._jobs = jobs
        self._waiting: dict[tuple[str, ...], SimpleQueue[Host]] = {}  # by command

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for waiting in self._waiting.values():
            while not waiting.empty():
                waiting.get().close()

    @property
    def our_command(self) -> list[str]:
        """Return what starts a host of ours."""
        return [sys.executable, "-m", "bench.typing.ours", str(self._folder)]

    def peer(self, peer: Peer, typists: Sequence[Typist], regimes: Sequence[str]) -> Result:
        """Return what a peer measured. Raises Missing where it is not installed."""
        tasks = [(regime, typist) for typist in typists for regime in regimes]

        def parts(task: tuple[str, Typist]) -> dict[str, Any]:
            return {"version": peer.version, **_request(*task)}

        def ask(host: Host, task: tuple[str, Typist]) -> Answer:
            return host.ask({**_request(*task), "timed": False})

        answers = self._ask_all(peer.name, peer.command, tasks, parts, ask)
        result = Result(peer.label)
        for (regime, typist), answer in zip(tasks, answers, strict=True):
            result.add(regime, typist.name, _counts_in(answer), str(answer.get("lost", "")))
        return result

    def ours(
        self,
        typists: Sequence[Typist],
        regimes: Sequence[str],
        policies: Sequence[str] = POLICIES,
        without: Sequence[str] = (),
    ) -> list[Result]:
        """Return what each of our policies measured, `without` some of the engine's parts."""
        version = version_of(load_base())
        asked = {"regimes": list(regimes), "policies": list(policies), "without": list(without)}

        def request(typist: Typist) -> dict[str, Any]:
            return {**asked, "history": list(typist.history), "test": list(typist.test)}

        def parts(typist: Typist) -> dict[str, Any]:
            return {"version": version, **request(typist)}

        def ask(host: Host, typist: Typist) -> Answer:
            answered = host.ask({**request(typist), "timed": False})
            if (
                "lost" in answered
            ):  # raised and not kept: it is a fault of ours, not a fact about a peer
                raise RuntimeError(f"hushkey failed on {typist.name}: {answered['lost']}")
            return answered

        answers = self._ask_all("hushkey", self.our_command, typists, parts, ask)
        results = [Result(f"hushkey, {policy}") for policy in policies]
        for typist, answer in zip(typists, answers, strict=True):
            for policy, result in zip(policies, results, strict=True):
                for regime in regimes:
                    counts = Counts(**answer["counts"][policy][regime])
                    result.add(regime, typist.name, counts)
        return results

    def _ask_all(
        self,
        name: str,
        command: Sequence[str],
        tasks: Sequence[Task],
        parts: Callable[[Task], Mapping[str, Any]],
        ask: Callable[[Host, Task], Answer],
    ) -> list[Answer]:
        """Return an answer for each task, in their order, kept or new. Raises Missing."""
        waiting = self._waiting.setdefault(tuple(command), SimpleQueue())
        done: list[None] = []

        def asked(task: Task) -> Answer:
            try:
                host = waiting.get_nowait()
            except Empty:
                host = Host(command, ROOT)
            try:
                return ask(host, task)
            finally:
                waiting.put(host)

        def answer(task: Task) -> Answer:
            answered = self._cache.answer(name, parts(task), lambda: asked(task))
            done.append(None)
            sys.stderr.write(f"\r{name}: {len(done)} of {len(tasks)} ")
            sys.stderr.flush()
            return answered

        try:
            with ThreadPoolExecutor(self._jobs) as pool:
                return list(pool.map(answer, tasks))
        finally:
            sys.stderr.write("\n")


def _request(regime: str, typist: Typist) -> dict[str, Any]:
    history = [] if regime == "cold" else list(typist.history)
    return {"regime": regime, "history": history, "test": list(typist.test)}


def _counts_in(answer: Answer) -> Counts | None:
    """Return a peer's counts; None where it has none."""
    if "lost" in answer:
        return None
    return Counts(**{field.name: answer[field.name] for field in fields(Counts)})
