"""Measure the engine on typing histories: cold, warm and online, each user with a profile of its own in memory.

Every regime and policy that is asked for sits on a seat of its own and types the same lines, line by line. The
network is asked once a line: the seats take turns in going first, and only the keys of the first, which computes
all it shows, are timed.
"""

import os
import resource
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.learner import Trainer
from hushkey.keyboard.one_network import OneNetwork
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.session import Policy, Session
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.typists import EvaluationRefused, Typist
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.model.evaluation import Counts, K, latency_figures, mean_over, type_line
from hushkey.model.plans import preset

Regime = Literal["cold", "warm", "online"]
REGIMES: tuple[Regime, ...] = ("cold", "warm", "online")

Train = Callable[[Sequence[str]], Adapter | None]  # lines -> an adapter better than none, or None
Measured = Mapping[tuple[Policy, Regime], Counts]


@dataclass(slots=True)
class Outcome:
    """What one regime measured under one policy, over users."""

    users: dict[str, Counts] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    learn_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Seat:
    """One regime under one policy at one user's lines."""

    regime: Regime
    policy: Policy
    session: Session
    counts: Counts = field(default_factory=Counts)

    def type_line(self, line: str) -> list[float]:
        """Type a line, and learn it where one learns on the way; returns the time of each question in seconds."""
        took: list[float] = []
        self.counts += type_line(line, self._suggest, took)
        if self.regime == "online":
            self.session.commit(redact(line).text)
        return took

    def _suggest(self, text: str) -> list[str]:
        return [suggestion.text for suggestion in self.session.suggest(text, K)]


@dataclass(frozen=True, slots=True)
class _Schooling:
    """What a user's history comes to before it is typed on."""

    history: list[str]  # as a profile keeps it
    adapter: Adapter | None
    seconds: float


class Evaluation:
    """Runs users through engines made as new for each, and gathers what each policy and regime measured.

    `without` names parts of the engine that are left out: see keyboard.experts.ABLATIONS.
    """

    def __init__(
        self,
        regimes: Sequence[Regime],
        policies: Sequence[Policy],
        train: Train,
        base: Base | None = None,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        base = base or load_base()
        self._base = base if isinstance(base, OneNetwork) else OneNetwork.of(base)
        self._regimes = regimes
        self._policies = policies
        self._train = train
        self._without = without
        self._learns = any(regime != "cold" for regime in regimes)
        self._engine = self._new_engine()
        spare = [] if "warm" in regimes else [self._engine]  # nobody else needs it as it was taught
        self._learners = {
            policy: spare.pop() if spare else self._new_engine()
            for policy in (policies if "online" in regimes else ())
        }
        self.outcomes = {(policy, regime): Outcome() for policy in policies for regime in regimes}

    def _new_engine(self) -> SuggestionEngine:
        return SuggestionEngine(self._base, without=self._without)

    def run_all(self, typists: Iterable[Typist]) -> Iterator[tuple[Typist, Measured]]:
        """Measure users in order. Where there is a second core, one's adapter is trained while another types."""
        ahead = 1 if _cores() > 1 else 0
        pool = ThreadPoolExecutor(1)
        waiting = []
        try:
            for typist in typists:
                waiting.append((typist, pool.submit(self._school, typist)))
                if len(waiting) > ahead:
                    first, schooling = waiting.pop(0)
                    yield first, self._type(first, schooling.result())
            for first, schooling in waiting:
                yield first, self._type(first, schooling.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def run(self, typist: Typist) -> Measured:
        """Measure one user in every regime and policy asked for."""
        return self._type(typist, self._school(typist))

    def _school(self, typist: Typist) -> _Schooling:
        began = perf_counter()
        if not self._learns:
            return _Schooling([], None, 0.0)
        history = [redact(line).text for line in typist.history]
        trains = history and "adapter" not in self._without
        adapter = self._train(history) if trains else None
        return _Schooling(history, adapter, perf_counter() - began)

    def _type(self, typist: Typist, schooling: _Schooling) -> Measured:
        for engine in (self._engine, *self._learners.values()):
            engine.forget_everything()
            engine.use_adapter(None)
        cold = self._seats("cold", dict.fromkeys(self._policies, self._engine))
        self._take_turns(cold, typist, 0.0)
        began = perf_counter()
        if self._learns:
            self._teach(schooling)
        personal = self._seats("warm", dict.fromkeys(self._policies, self._engine))
        personal += self._seats("online", self._learners)
        self._take_turns(personal, typist, schooling.seconds + perf_counter() - began)
        return {(seat.policy, seat.regime): seat.counts for seat in (*cold, *personal)}

    def _teach(self, schooling: _Schooling) -> None:
        """Teach every engine the history; the network judges its words once, for all of them."""
        self._engine.learn(schooling.history)
        for engine in self._learners.values():
            if engine is not self._engine:
                engine.recount(schooling.history, self._engine.trust)
        for engine in (self._engine, *self._learners.values()):
            engine.use_adapter(schooling.adapter)

    def _seats(self, regime: Regime, engines: Mapping[Policy, SuggestionEngine]) -> list[_Seat]:
        if regime not in self._regimes:
            return []
        return [
            _Seat(regime, policy, engine.session(policy=policy))
            for policy, engine in engines.items()
        ]

    def _take_turns(self, seats: list[_Seat], typist: Typist, learn_s: float) -> None:
        network = self._base.network
        share = 1 < len(seats) <= len(typist.test)  # else some would never go first
        for number, line in enumerate(typist.test):
            first = number % len(seats) if seats else 0
            for turn, seat in enumerate(seats[first:] + seats[:first]):
                if turn == 0 and share:
                    network.remember()
                took = seat.type_line(line)
                if turn == 0 or not share:
                    self.outcomes[seat.policy, seat.regime].latencies_s += took
        network.compute()
        for seat in seats:
            outcome = self.outcomes[seat.policy, seat.regime]
            outcome.users[typist.name] = seat.counts
            outcome.learn_s.append(learn_s)

    def report(self, regime: Regime, policy: Policy, *, many: bool) -> dict[str, Any]:
        """Return the figures of a regime as the final JSON line; `many` adds corpora and users.

        Quality is the mean over corpora of each corpus' pooled figure; learn_s is a mean over users.
        Raises EvaluationRefused where nobody was measured.
        """
        outcome = self.outcomes[policy, regime]
        if not outcome.users:
            raise EvaluationRefused(
                "nobody was measured: the file holds no user; name another file"
            )
        corpora: defaultdict[str, Counts] = defaultdict(Counts)
        for name, counts in outcome.users.items():
            corpora[name.split("/")[0]] += counts
        line: dict[str, Any] = {
            "regime": regime,
            "policy": policy,
            **mean_over(list(corpora.values())),
            "suggest_ms": latency_figures(outcome.latencies_s),
            "learn_s": sum(outcome.learn_s) / max(len(outcome.learn_s), 1),
            "rss_mb": _peak_rss_mb(),
        }
        if many:
            line["corpora"] = {name: counts.figures() for name, counts in corpora.items()}
            line["users"] = {name: counts.figures() for name, counts in outcome.users.items()}
        return line


@contextmanager
def training(base: Base) -> Iterator[Train]:
    """Give a way to train adapters for a base, in one child process for all users.

    Raises LearningUnavailable without torch.
    """
    shape = base.runtime().shape
    plan = preset(Settings().learn_plan)
    start = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=plan.ranks)
    with Trainer(base.folder) as trainer:

        def train(lines: Sequence[str]) -> Adapter | None:
            return trainer.train(lines, start, settings=plan.settings).adapter

        yield train


def no_training(_: Sequence[str]) -> Adapter | None:
    """Train nothing: what the n-gram memory does alone."""
    return None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
