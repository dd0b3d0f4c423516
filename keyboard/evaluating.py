"""Measure the engine on typing histories: cold, warm and online, each user with a profile of its own in memory."""

import json
import lzma
import resource
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.learner import Trainer
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.session import Policy
from hushkey.model.adapter import Adapter
from hushkey.model.evaluation import Counts, K, latency_figures, mean_over, type_lines

Regime = Literal["cold", "warm", "online"]
REGIMES: tuple[Regime, ...] = ("cold", "warm", "online")

Train = Callable[[Sequence[str]], Adapter | None]  # lines -> an adapter better than none, or None


class EvaluationRefused(KeyboardError):
    """The file to measure on is not what eval reads."""


@dataclass(frozen=True, slots=True)
class Typist:
    """One user: `name` is corpus/id; lines oldest first."""

    name: str
    history: Sequence[str]
    test: Sequence[str]

    @property
    def corpus(self) -> str:
        """Return the part of the name before the slash."""
        return self.name.split("/")[0]


@dataclass(slots=True)
class Outcome:
    """What one regime measured, over users."""

    users: dict[str, Counts] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    learn_s: list[float] = field(default_factory=list)


def read_typists(path: Path, limit: int | None = None) -> Iterator[Typist]:
    """Yield the users of a file of JSON lines, plain or .xz. Raises EvaluationRefused."""
    for number, row in enumerate(_rows_of(path)):
        if limit is not None and number >= limit:
            return
        typist = _typist_in(row)
        if typist is None:
            raise EvaluationRefused(
                f"line {number + 1} of {path.name} is not a JSON object with user, history and test; "
                "nothing was measured of it or after it"
            )
        yield typist


def read_lines_of(path: Path) -> list[str]:
    """Return the non-empty lines of a text file. Raises EvaluationRefused."""
    return [line.strip() for line in _rows_of(path) if line.strip()]


def _typist_in(row: str) -> Typist | None:
    try:
        held = json.loads(row)
        name, history, test = held["user"], held["history"], held["test"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(name, str) or not _are_lines(history) or not _are_lines(test):
        return None
    return Typist(name, history, test)


def _are_lines(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(line, str) for line in held)


def _rows_of(path: Path) -> Iterator[str]:
    try:
        with (
            lzma.open(path, "rt", encoding="utf-8")
            if path.suffix == ".xz"
            else path.open(encoding="utf-8")
        ) as rows:
            yield from rows
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise EvaluationRefused(
            f"{path.name} cannot be read as UTF-8 text, plain or .xz; name another file"
        ) from error


class Evaluation:
    """Runs users through one engine, made as new for each, and gathers what each regime measured."""

    def __init__(
        self,
        regimes: Sequence[Regime],
        policy: Policy,
        train: Train,
        engine: SuggestionEngine | None = None,
    ) -> None:
        self._engine = engine or SuggestionEngine()
        self._regimes = regimes
        self._policy = policy
        self._train = train
        self.outcomes = {regime: Outcome() for regime in regimes}

    def run(self, typist: Typist) -> dict[Regime, Counts]:
        """Measure one user in every regime asked for."""
        engine = self._engine
        engine.forget_everything()
        engine.use_adapter(None)
        measured: dict[Regime, Counts] = {}
        if "cold" in self._regimes:
            measured["cold"] = self._measure("cold", typist, 0.0)
        if "warm" in self._regimes or "online" in self._regimes:
            began = perf_counter()
            history = [redact(line).text for line in typist.history]  # as a profile keeps it
            engine.learn(history)
            engine.use_adapter(self._train(history) if history else None)
            learn_s = perf_counter() - began
            for regime in ("warm", "online"):
                if regime in self._regimes:
                    measured[regime] = self._measure(regime, typist, learn_s)
        return measured

    def _measure(self, regime: Regime, typist: Typist, learn_s: float) -> Counts:
        session = self._engine.session(policy=self._policy)
        outcome = self.outcomes[regime]
        counts = type_lines(
            typist.test,
            lambda text: [suggestion.text for suggestion in session.suggest(text, K)],
            outcome.latencies_s,
            after=(lambda line: session.commit(redact(line).text)) if regime == "online" else None,
        )
        outcome.users[typist.name] = counts
        outcome.learn_s.append(learn_s)
        return counts

    def report(self, regime: Regime, *, many: bool) -> dict[str, Any]:
        """Return the figures of a regime as the final JSON line; `many` adds corpora and users.

        Quality is the mean over corpora of each corpus' pooled figure; learn_s is a mean over users.
        Raises EvaluationRefused where nobody was measured.
        """
        outcome = self.outcomes[regime]
        if not outcome.users:
            raise EvaluationRefused(
                "nobody was measured: the file holds no user; name another file"
            )
        corpora: defaultdict[str, Counts] = defaultdict(Counts)
        for name, counts in outcome.users.items():
            corpora[name.split("/")[0]] += counts
        line: dict[str, Any] = {
            "regime": regime,
            "policy": self._policy,
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
def training(engine: SuggestionEngine) -> Iterator[Train]:
    """Give a way to train adapters for an engine's base, in one child process for all users.

    Raises LearningUnavailable without torch.
    """
    encode = engine.base.vocabulary.encode
    with Trainer(engine.base.folder) as trainer:

        def train(lines: Sequence[str]) -> Adapter | None:
            pieces = [encoded for line in lines if (encoded := encode(line))]
            return trainer.train(pieces, engine.zero_adapter())[1]

        yield train


def no_training(_: Sequence[str]) -> Adapter | None:
    """Train nothing: what the n-gram memory does alone."""
    return None


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
