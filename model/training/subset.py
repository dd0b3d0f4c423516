"""Which groups to train under a budget of memory: contributions one by one, then greedily, then by small changes.

Pure over a way to measure a choice. A choice is a mapping of groups to ranks; what it costs is counted from its
shapes (the figures of a whole process are measured in docs/learning.md), what it brings is the gain in held-out
recall@3, nats deciding between equals. After FTTE's contribution analysis and search (arXiv 2510.03165 section 4).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from hushkey.model.errors import PlanRefused
from hushkey.model.groups import RANKED, AdapterShape, Ranks, source_size
from hushkey.model.training.finetune import Settings

GRID: Mapping[str, Sequence[int]] = {
    "lstm_bias": (1,),
    "input": (16, 256),
    "projection": (16, 512),
    "output": (16, 64, 256),
    "output_bias": (1,),
}
PARTS = (128, 64, 32, 16)  # pieces of a batch worked off at a time
ROWS = (64, 32, 16, 8)  # pieces whose scores are held at a time
_FLOAT = 4  # bytes
_COPIES = (
    5  # of each learned number: where it started, where it is, its gradient, Adam's two moments
)
_ACTIVATIONS = 14  # numbers kept a piece and hidden unit of a layer: gates twice, cells, outputs, what is between
_NEAR = 0.0005  # of recall@3: closer choices are told apart by nats


@dataclass(frozen=True, slots=True)
class Gain:
    """What a choice brings on text that did not train it."""

    recall_at_3: float  # share of words, above the base's
    nats: float  # a predicted piece, below the base's

    def beats(self, other: "Gain") -> bool:
        """Whether it is the larger gain."""
        if abs(self.recall_at_3 - other.recall_at_3) > _NEAR:
            return self.recall_at_3 > other.recall_at_3
        return self.nats > other.nats


NOTHING = Gain(0.0, 0.0)
Measure = Callable[[Ranks], Gain]


@dataclass(frozen=True, slots=True)
class Tried:
    """One choice with its cost and its gain."""

    ranks: dict[str, int]
    bytes: int
    gain: Gain

    @property
    def per_megabyte(self) -> float:
        """Gain in points of recall@3 a megabyte of what the choice costs."""
        return 1e8 * self.gain.recall_at_3 / self.bytes


def training_bytes(shape: AdapterShape, ranks: Ranks, settings: Settings) -> int:
    """Count what training a choice holds beside the frozen base, from its shapes."""
    learned = _COPIES * shape.parameters(ranks)
    fixed = sum(source_size(shape, name) * ranks[name] for name in RANKED if name in ranks)
    kept = settings.part * (shape.layers * shape.hidden * _ACTIVATIONS + 8 * shape.width)
    scores = settings.rows * shape.vocabulary
    return _FLOAT * (learned + fixed + kept + scores)


def fitted(shape: AdapterShape, ranks: Ranks, settings: Settings, budget_bytes: int) -> Settings:
    """Return the settings with the largest parts that stay within a budget. Raises PlanRefused."""
    for part, rows in sorted(
        product(PARTS, ROWS), key=lambda sizes: (-min(sizes[0], 2 * sizes[1]), -sizes[0])
    ):
        tighter = replace(settings, part=part, rows=rows)
        if training_bytes(shape, ranks, tighter) <= budget_bytes:
            return tighter
    raise PlanRefused(
        f"no training of these groups fits into {budget_bytes:,} bytes; nothing was trained; "
        "allow more or train less"
    )


@dataclass(slots=True)
class Search:
    """A search under a budget; `say` hears of every choice that was measured."""

    shape: AdapterShape
    settings: Settings
    budget_bytes: int
    measure: Measure
    say: Callable[[Tried], None] = lambda _: None
    names: Sequence[str] = tuple(GRID)

    def contributions(self) -> list[Tried]:
        """Return each group alone at each of its ranks, the best gain a byte first."""
        alone = [{name: rank} for name in self.names for rank in self._ranks(name)]
        found = [self._try(ranks) for ranks in alone if self._cost(ranks) <= self.budget_bytes]
        return sorted(found, key=lambda tried: -tried.per_megabyte)

    def greedy(self, contributions: Sequence[Tried]) -> Tried:
        """Add or enlarge, step by step, the group that brings most for what it costs more."""
        best = max(contributions, key=lambda tried: tried.per_megabyte)
        while True:
            options = [self._try(ranks) for ranks in self._larger(best.ranks)]
            better = [tried for tried in options if tried.gain.beats(best.gain)]
            if not better:
                return best
            best = max(better, key=lambda tried: _gain_a_byte(tried, best))

    def refined(self, best: Tried, rounds: int, rng: np.random.Generator) -> Tried:
        """Change one group at random, `rounds` times; what is better and fits takes the place of what was."""
        for _ in range(rounds):
            ranks = dict(best.ranks)
            name = str(rng.choice(list(self.names)))
            choices = [0, *self._ranks(name)]
            rank = int(rng.choice([rank for rank in choices if rank != ranks.get(name, 0)]))
            ranks[name] = rank
            ranks = {name: rank for name, rank in ranks.items() if rank}
            if ranks and self._cost(ranks) <= self.budget_bytes:
                tried = self._try(ranks)
                best = tried if tried.gain.beats(best.gain) else best
        return best

    def _ranks(self, name: str) -> list[int]:
        return [rank for rank in GRID[name] if rank <= self.shape.largest(name)]

    def _larger(self, ranks: Ranks) -> Iterator[dict[str, int]]:
        """Every choice with one group more, or one at its next rank, that fits."""
        for name in self.names:
            higher = [rank for rank in self._ranks(name) if rank > ranks.get(name, 0)]
            choice = {**ranks, name: higher[0]} if higher else None
            if choice is not None and self._cost(choice) <= self.budget_bytes:
                yield choice

    def _cost(self, ranks: Ranks) -> int:
        """What the choice takes at the least: in the smallest parts."""
        smallest = replace(self.settings, part=PARTS[-1], rows=ROWS[-1])
        return training_bytes(self.shape, ranks, smallest)

    def _try(self, ranks: Ranks) -> Tried:
        tried = Tried(dict(ranks), self._cost(ranks), self.measure(ranks))
        self.say(tried)
        return tried


def _gain_a_byte(tried: Tried, than: Tried) -> float:
    more = max(1, tried.bytes - than.bytes)
    return (tried.gain.recall_at_3 - than.gain.recall_at_3) / more
