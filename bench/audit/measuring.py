"""Audit histories, and measure again what lowers it. It writes nothing."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hushkey.keyboard.audit.attacking import Attacker
from hushkey.keyboard.audit.auditing import newest, report_of
from hushkey.keyboard.audit.figures import AuditReport, Look, Surface, mean, surface_of
from hushkey.keyboard.audit.planting import plant
from hushkey.keyboard.audit.querying import ranking_of, slots_of
from hushkey.keyboard.audit.rounds import Desk, Effort, Round
from hushkey.keyboard.audit.training import Trains
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.redaction import redact
from hushkey.model.adapter import Adapter
from hushkey.model.audit.batch import BATCH
from hushkey.model.audit.sharing import batch_mean, clipped, shareable
from hushkey.model.base import Base
from hushkey.model.text import words_of

SEED = 1  # of the canaries; each history has its own beside it


@dataclass(frozen=True, slots=True)
class Audited:
    """Rounds over some histories, with what they were made of."""

    rounds: Sequence[Round]
    words: int

    def report(self) -> AuditReport:
        """Join the rounds."""
        return report_of(self.rounds, self.words, 0.0, SEED)


class Bench:
    """A base, a trainer whose adapters are kept, and desks to audit at."""

    def __init__(self, base: Base, trains: Trains, noise: int) -> None:
        self.base = base
        self.deltas: list[Adapter] = []
        self._trains = trains
        self._noise = np.random.default_rng(noise)

    def _shared(self, lines: Sequence[str]) -> Adapter | None:
        """Train what would be shared, and keep it: what lowers its exposure is measured on it afterwards."""
        trained = (self._trains.shared or self._trains.personal)(lines)
        if trained is not None:
            self.deltas.append(shareable(trained))
        return trained

    def audited(self, histories: Sequence[Sequence[str]], effort: Effort, first: int) -> Audited:
        """Audit each history, with canaries of its own."""
        desk = Desk(
            self.base,
            Trains(self._trains.personal, self._shared),
            effort,
            noise=self._noise,
            on_progress=lambda _what, _done, _total: None,
            cancelled=lambda: False,
        )
        rounds, words = [], 0
        for number, history in enumerate(histories):
            lines = newest([clean for line in history if (clean := redact(line).text.strip())])
            words += sum(len(words_of(line)) for line in lines)
            rounds.append(desk.round(lines, np.random.default_rng([SEED, first + number])))
            sys.stderr.write(".")
            sys.stderr.flush()
        return Audited(rounds, words)


def lowered(bench: Bench, round_: Round, delta: Adapter) -> dict[str, Surface]:
    """Measure the plain delta again, clipped shorter and averaged without noise."""
    network = bench.base.runtime()
    attacker = Attacker(round_.canaries, bench.base.word_table, lambda: None)
    without, _ = attacker.score(network)
    length = delta.norm()
    rng = np.random.default_rng(SEED)
    ways: Mapping[str, Adapter] = {
        "whole": delta,
        "clipped to a half": clipped(delta, length / 2),
        "clipped to a quarter": clipped(delta, length / 4),
        f"mean of {BATCH}, no noise": batch_mean(delta, length, rng, multiplier=0.0),
    }
    found = {}
    for name, way in ways.items():
        network.use(way)
        scores, _ = attacker.score(network)
        look = Look(without, [scores], {}, {})
        found[name] = surface_of([(round_.canaries, look)], rng)
    return found


def ladder(base: Base, history: Sequence[str], round_: Round) -> dict[str, dict[int, float]]:
    """Share of canaries that the app's slots and the bare ranking give away behind their prefix, by times typed."""
    engine = SuggestionEngine(base)
    typed = [(canary.line, canary.count) for canary in round_.canaries]
    engine.learn(plant(history, typed, np.random.default_rng(SEED)))
    attacker = Attacker(round_.canaries, base.word_table, lambda: None)
    shares: dict[str, dict[int, float]] = {}
    for name, ask in (
        ("the app's slots", slots_of(engine)),
        ("the bare ranking", ranking_of(engine)),
    ):
        came = attacker.slots(ask)["slots, prefix"]
        shares[name] = {
            count: mean(
                float(each)
                for each, canary in zip(came, round_.canaries, strict=True)
                if canary.count == count
            )
            for count in sorted({canary.count for canary in round_.canaries})
        }
    return shares
