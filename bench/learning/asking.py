"""Ask child processes about writers, some at once; what is kept is not asked again. Says how long it will take."""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from math import inf
from queue import SimpleQueue
from typing import Any

from bench.learning.program import ROOT
from bench.learning.results import Answer, Results
from bench.typing.cache import key_of
from bench.typing.hosts import Host


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `request` is sent, `about` stands beside the answer, `cost` is in seconds, roughly."""

    about: Mapping[str, Any]
    request: Mapping[str, Any]
    cost: float

    def key(self, version: str) -> str:
        """Name what the answer depends on."""
        return key_of({"version": version, **self.request})[:32]


def kept(questions: Sequence[Question], version: str, results: Results) -> list[Answer]:
    """Return the answers that are kept, in the order of the questions."""
    held = (results.get(question.key(version)) for question in questions)
    return [answer for answer in held if answer is not None]


def ask_all(  # noqa: PLR0913
    module: str,
    questions: Sequence[Question],
    version: str,
    results: Results,
    jobs: int,
    *,
    limit_s: float = inf,
) -> list[Answer]:
    """Return all answers, kept or new; none is asked for after `limit_s`, and the next run goes on there.

    Raises RuntimeError where a process failed: that is a fault of ours.
    """
    missing = [one for one in questions if results.get(one.key(version)) is None]
    left = sum(question.cost for question in missing)
    _say(f"{len(questions)} asked, {len(missing)} not kept yet: about {left / jobs / 60:.0f} min")
    hosts: SimpleQueue[Host] = SimpleQueue()
    for _ in range(jobs):
        hosts.put(Host([sys.executable, "-m", module], ROOT))

    def ask(question: Question) -> None:
        if time.monotonic() - began > limit_s:
            return
        host = hosts.get()
        try:
            answer = host.ask(question.request)
        finally:
            hosts.put(host)
        if "lost" in answer:
            raise RuntimeError(f"failed on {dict(question.about)}: {answer['lost']}")
        results.add(question.key(version), {**question.about, **answer})

    began, done = time.monotonic(), 0.0
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = {pool.submit(ask, question): question for question in missing}
        for number, future in enumerate(as_completed(waiting), 1):
            future.result()
            if time.monotonic() - began > limit_s:
                continue
            done += waiting[future].cost
            left_s = (time.monotonic() - began) / done * (left - done)
            _say(
                f"{number}/{len(missing)} {dict(waiting[future].about)}, {left_s / 60:.0f} min left"
            )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        while not hosts.empty():
            hosts.get().close()
    return kept(questions, version, results)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
