"""One round of an audit: plant canaries, learn, attack, forget, attack again. Everything in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from hushkey.keyboard.audit.attacking import Attacker
from hushkey.keyboard.audit.figures import Look, Reading, Redacted, Scores
from hushkey.keyboard.audit.mixture import experts_of, nobodys_experts
from hushkey.keyboard.audit.planting import forgotten, never_typed, plant, survives
from hushkey.keyboard.audit.querying import (
    OwnWords,
    own_words,
    places_of_rare_words,
    ranking_of,
    slots_of,
)
from hushkey.keyboard.audit.training import Trains
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.experts import Experts
from hushkey.keyboard.redaction import redact
from hushkey.model.adapter import Adapter
from hushkey.model.audit.canaries import COUNTS, Canary, draw_canaries, protected_lines
from hushkey.model.audit.sharing import batch_mean, shareable
from hushkey.model.base import Base

PROTECTED_TIMES = 2  # that a secret is typed which redaction is to cut

OnProgress = Callable[[str, int, int], None]  # what is being done, how far, of how much


class AuditCancelled(KeyboardError):
    """It was stopped as asked; it had changed nothing."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked."""

    rounds: int = 1  # each with canaries of its own, and trainings
    counts: Mapping[int, int] = field(default_factory=lambda: dict(COUNTS))
    candidates: int = 1024  # that a canary is ranked among; ten bits at the most
    draws: int = 3  # of a batch's noise
    own_places: int = 300  # of the owner's rare words that are looked at
    retrains: bool = True  # after forgetting, and as if never typed, to compare the two


QUICK = Effort(counts={1: 1, 2: 1, 4: 1, 16: 1}, draws=1, own_places=100, retrains=False)


@dataclass(frozen=True, slots=True)
class Trained:
    """What the adapter of a round came to."""

    adapter: Look
    delta: Look
    noised: Look
    own: OwnWords
    forgotten: Look | None  # where it was trained anew
    same: bool | None  # whether to the byte the adapter of who never typed the canaries


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of canaries came to under each attack surface."""

    canaries: Sequence[Canary]
    redacted: Redacted
    ngrams: Look
    forgotten: Look
    same_memory: bool
    trained: Trained | None  # None where there was no adapter to be had


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of the history with canaries, and the two that must be alike."""

    canaries: Sequence[Canary]
    history: Sequence[str]
    planted: Sequence[str]
    left: Sequence[str]  # once the canaries were forgotten
    never: Sequence[str]  # as if they had never been typed
    redacted: Redacted


@dataclass(frozen=True, slots=True)
class _BaseAlone:
    """What the base says of a round's canaries of its own accord."""

    attacker: Attacker
    scores: Scores
    slots: Reading
    beams: Reading

    @property
    def reading(self) -> Reading:
        return {**self.beams, **self.slots}


class Desk:
    """One base, one engine to ask, one network to score with, and rounds at them."""

    def __init__(  # noqa: PLR0913  what a round depends on
        self,
        base: Base,
        trains: Trains,
        effort: Effort,
        *,
        noise: np.random.Generator,
        on_progress: OnProgress,
        cancelled: Callable[[], bool],
    ) -> None:
        self._base = base
        self._trains = trains
        self._effort = effort
        self._noise = noise
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._engine = SuggestionEngine(base)
        self._network = base.runtime()
        self._stage = ("", 0, 1)

    def round(self, history: Sequence[str], rng: np.random.Generator) -> Round:
        """Run one round. Raises AuditCancelled, and the learner's errors."""
        copy = self._copy(history, rng)
        attacker = Attacker(copy.canaries, self._base.word_table, self._tick)
        self._begin("what the base knows", len(copy.canaries))
        engine = self._untaught()
        words = attacker.word_beams(ranking_of(engine))
        slots = attacker.slots(slots_of(engine))
        planted, reading = self._taught(copy.planted, attacker, beams=True)
        left, left_reading = self._taught(copy.left, attacker, beams=False)
        same = self._same_memory(copy)
        self._network.use(self._network.zero_adapter())
        scores, (nobody, mixed, mixed_left) = attacker.score(
            self._network, [nobodys_experts(self._base), planted, left]
        )
        alone = _BaseAlone(attacker, scores, slots, attacker.beams(self._network))
        by_words = {**words, **slots}
        return Round(
            copy.canaries,
            copy.redacted,
            Look(nobody, [mixed], reading, by_words),
            Look(nobody, [mixed_left], left_reading, by_words),
            same,
            self._trained(copy, alone, rng),
        )

    def _copy(self, history: Sequence[str], rng: np.random.Generator) -> _Copy:
        effort = self._effort
        canaries = draw_canaries(
            self._base.lexicon, rng, candidates=effort.candidates, counts=effort.counts
        )
        secrets = protected_lines(rng)
        typed = [(canary.line, canary.count) for canary in canaries]
        planted = plant(history, typed + [(line, PROTECTED_TIMES) for line, _ in secrets], rng)
        open_ = [each for each in canaries if redact(each.line).text == each.line]
        cut = sum(not survives(secret, line) for line, secret in secrets)
        caught = len(canaries) - len(open_)  # nothing of these can be learned, or measured
        redacted = Redacted(len(secrets) + caught, cut + caught)
        left, never = forgotten(planted, open_), never_typed(planted, open_)
        return _Copy(open_, history, planted, left, never, redacted)

    # The n-gram memory ---------------------------------------------------------------------------

    def _untaught(self) -> SuggestionEngine:
        self._engine.forget_everything()
        self._engine.use_adapter(None)
        return self._engine

    def _taught(
        self, lines: Sequence[str], attacker: Attacker, *, beams: bool
    ) -> tuple[Experts, Reading]:
        engine = self._untaught()
        engine.learn(lines)
        reading = attacker.slots(slots_of(engine))
        if beams:
            reading = {**attacker.word_beams(ranking_of(engine)), **reading}
        return experts_of(engine, self._network), reading

    def _same_memory(self, copy: _Copy) -> bool:
        """Whether all that is counted after forgetting is what it is for somebody who never typed the canaries."""
        kept = []
        for lines in (copy.left, copy.never):
            engine = self._untaught()
            engine.learn(lines)
            arrays = {name: held.tobytes() for name, held in engine.as_arrays().items()}
            kept.append((arrays, list(engine.trust)))
        return kept[0] == kept[1]

    # The adapter, and what would be shared -------------------------------------------------------

    def _trained(self, copy: _Copy, alone: _BaseAlone, rng: np.random.Generator) -> Trained | None:
        self._begin("training")
        adapter = self._trains.personal(copy.planted)
        if adapter is None:
            return None
        delta = self._delta(copy, adapter)
        draws = [batch_mean(delta, delta.norm(), self._noise) for _ in range(self._effort.draws)]
        adapted = self._look("the adapter", alone, [adapter])
        plain = self._look("the plain delta", alone, [delta])
        noised = self._look("a batch's noised mean", alone, draws)
        own = self._own(copy.history, adapter, rng)
        if not self._effort.retrains:
            return Trained(adapted, plain, noised, own, None, None)
        self._begin("training without what was forgotten")
        left = self._trains.personal(copy.left)
        self._begin("training as if it had never been typed")
        never = self._trains.personal(copy.never)
        if left is None or never is None:
            return Trained(adapted, plain, noised, own, None, left is never)
        again = self._look("the adapter after forgetting", alone, [left])
        same = left.to_bytes() == never.to_bytes()
        return Trained(adapted, plain, noised, own, again, same)

    def _delta(self, copy: _Copy, adapter: Adapter) -> Adapter:
        """Return what of the learning would be shared: trained by itself where sharing has a plan of its own."""
        if self._trains.shared is None:
            return shareable(adapter)
        self._begin("training what would be shared")
        trained = self._trains.shared(copy.planted)
        return shareable(adapter if trained is None else trained)

    def _look(self, what: str, alone: _BaseAlone, adapters: Sequence[Adapter]) -> Look:
        """Attack networks with adapters; what can be read out is tried on the first of them."""
        attacker, scores, reading = alone.attacker, [], {}
        self._begin(what, len(alone.scores) * len(adapters))
        for number, adapter in enumerate(adapters):
            self._network.use(adapter)
            scores.append(attacker.score(self._network)[0])
            if not number:
                engine = self._untaught()
                engine.use_adapter(adapter)
                reading = {**attacker.beams(self._network), **attacker.slots(slots_of(engine))}
        return Look(alone.scores, scores, reading, alone.reading)

    def _own(self, history: Sequence[str], adapter: Adapter, rng: np.random.Generator) -> OwnWords:
        places = places_of_rare_words(history, self._effort.own_places, rng)
        engine = self._untaught()
        ask = ranking_of(engine)
        return own_words(places, ask, partial(engine.use_adapter, adapter))

    # Telling how far it is -----------------------------------------------------------------------

    def _begin(self, what: str, total: int = 1) -> None:
        self._stage = (what, 0, total)
        self._say()

    def _tick(self) -> None:
        what, done, total = self._stage
        self._stage = (what, done + 1, total)
        self._say()

    def _say(self) -> None:
        if self._cancelled():
            raise AuditCancelled("the audit was stopped; nothing was changed")
        self._on_progress(*self._stage)
