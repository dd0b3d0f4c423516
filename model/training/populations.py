"""What a choice of groups brings to people: each with their own adapter, or all with the noised mean of many. torch.

Personal: every writer's adapter is trained on their history and scored on the text behind it. Shared: writers are
devices that each send one clipped delta; the mean of a batch of them, with the noise that its size and its epsilon
ask for, is scored on other writers who sent nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.groups import AdapterShape, Ranks
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Course, Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.scoring import Score, score
from hushkey.model.training.subset import Gain
from hushkey.model.vocabulary import Vocabulary

_SEED = 1


@dataclass(frozen=True, slots=True)
class Writer:
    """Lines to train on, oldest first, and the lines behind them."""

    history: Sequence[Pieces]
    test: Sequence[Pieces]


@dataclass(frozen=True, slots=True)
class Noise:
    """What a task's batch and epsilon come to."""

    batch: int  # reports
    multiplier: float  # standard deviation of the noise on the sum, in clip norms
    server_rates: Sequence[float] = (
        1.0,
        4.0,
        16.0,
    )  # what the mean may be multiplied by; the best counts


@dataclass(frozen=True, slots=True)
class Population:
    """Writers over one frozen base, scored once without an adapter."""

    network: FrozenNetwork
    vocabulary: Vocabulary
    base: str
    settings: Settings

    @property
    def shape(self) -> AdapterShape:
        """The base's sizes."""
        return AdapterShape.of_sizes(self.network.shape.as_dict())

    def zero(self, ranks: Ranks) -> Adapter:
        """Return where a training of these groups starts."""
        return Adapter.zero(self.shape, base=self.base, seed=_SEED, ranks=ranks)

    def trained(self, ranks: Ranks, lines: Sequence[Pieces]) -> Adapter:
        """Return the adapter that lines teach."""
        course = Course(
            self.network, self.zero(ranks), lines, self.settings, vocabulary=self.vocabulary
        )
        while not course.done:
            course.advance()
        return course.adapter()

    def scored(self, adapter: Adapter, lines: Sequence[Pieces]) -> Score:
        """Score lines under an adapter."""
        return score(self.network, adapter, lines, self.vocabulary)


def personal_gain(population: Population, writers: Sequence[Writer]) -> Callable[[Ranks], Gain]:
    """Return a way to measure choices: the mean gain of the writers, each with an adapter of their own."""
    before = [population.scored(population.zero({}), writer.test) for writer in writers]

    def measure(ranks: Ranks) -> Gain:
        after = [
            population.scored(population.trained(ranks, writer.history), writer.test)
            for writer in writers
        ]
        return mean_gain(before, after)

    return measure


def shared_gain(
    population: Population, devices: Sequence[Writer], others: Sequence[Writer], noise: Noise
) -> Callable[[Ranks], Gain]:
    """Return a way to measure choices: what the noised mean of the devices' deltas brings to others."""
    before = [population.scored(population.zero({}), other.test) for other in others]

    def measure(ranks: Ranks) -> Gain:
        deltas = [population.trained(ranks, device.history) for device in devices]
        noised = noised_mean(deltas, noise, np.random.default_rng(_SEED))
        found = []
        for rate in noise.server_rates:
            shared = noised.scaled(rate)
            after = [population.scored(shared, other.test) for other in others]
            found.append(mean_gain(before, after))
        best = found[0]
        for gain in found[1:]:
            best = gain if gain.beats(best) else best
        return best

    return measure


def noised_mean(deltas: Sequence[Adapter], noise: Noise, rng: np.random.Generator) -> Adapter:
    """Return the mean of deltas clipped to their median norm, as a batch of `noise.batch` such devices gives it."""
    norm = float(np.median([delta.norm() for delta in deltas]))
    clipped = [delta.scaled(min(1.0, norm / max(delta.norm(), 1e-12))) for delta in deltas]
    total = clipped[0]
    for delta in clipped[1:]:
        total = total.plus(delta)
    mean = total.scaled(1.0 / len(deltas))
    scale = np.float32(noise.multiplier * norm / noise.batch)
    return mean.replaced(
        {
            name: held + scale * rng.standard_normal(held.shape, dtype=np.float32)
            for name, held in mean.tensors.items()
        }
    )


def mean_gain(before: Sequence[Score], after: Sequence[Score]) -> Gain:
    """Return the mean over writers."""
    pairs = list(zip(before, after, strict=True))
    return Gain(
        float(np.mean([new.recall_at_3 - old.recall_at_3 for old, new in pairs])),
        float(np.mean([old.nats_per_piece - new.nats_per_piece for old, new in pairs])),
    )
