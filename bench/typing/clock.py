"""Time a key of every system back to back on one core: a user on one system, the same user on the next."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.typing.hosts import Host, Missing
from hushkey.keyboard.typists import Typist
from hushkey.model.evaluation import latency_figures

Asking = Callable[[Typist], Mapping[str, Any]]  # what is asked of a host for one user


@dataclass
class Timing:
    """The time of a key and the memory of one system's process."""

    label: str
    took_s: list[float] = field(default_factory=list)
    rss_mb: float | None = None  # after the last user
    users: int = 0

    @property
    def keys(self) -> int:
        """Return how many keys were timed."""
        return len(self.took_s)

    @property
    def p50_ms(self) -> float:
        """Return the median."""
        return latency_figures(self.took_s)["p50"]

    @property
    def p99_ms(self) -> float:
        """Return what one key in a hundred exceeds."""
        return latency_figures(self.took_s)["p99"]


def time_all(
    systems: Mapping[str, tuple[Sequence[str], Asking]], typists: Sequence[Typist], folder: Path
) -> list[Timing]:
    """Return each installed system's timing, by label; `systems` holds a host's command and what to ask it."""
    timings = []
    with one_core(), ExitStack() as stack:
        hosts: list[tuple[Host, Asking, Timing]] = []
        for label, (command, asking) in systems.items():
            host = stack.enter_context(Host(command, folder))
            try:
                host.start()
            except Missing:
                continue
            timings.append(Timing(label))
            hosts.append((host, asking, timings[-1]))
        for typist in typists:
            for host, asking, timing in hosts:
                _take(timing, host.ask(asking(typist)))
    return [timing for timing in timings if timing.keys]


def _take(timing: Timing, answer: Mapping[str, Any]) -> None:
    if "lost" not in answer:
        timing.took_s += [1e-6 * took for took in answer["took_us"]]
        timing.rss_mb = answer["rss_mb"]
        timing.users += 1


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and those that it starts, on one core, where the system has a way to say so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
