"""What versions take off the nats of people who trained nothing: a measure of every piece, finer than recall@3."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bench.federated.setting import Setting
from hushkey.sync.simulation.algorithms import Algorithm
from hushkey.sync.simulation.comparing import final_of
from hushkey.sync.simulation.learners import Subset

Floats = npt.NDArray[np.float32]


def nats_of(held: Setting, one: Algorithm) -> list[float]:
    """Return each held-out writer's hundredths of a nat a piece less than under the base, seeds taken together."""
    return nats_under(held, versions_of(held, one))


def versions_of(held: Setting, one: Algorithm) -> list[Floats]:
    """Return each seed's last version of what is trained."""
    held.traces(one)
    tensors = []
    for seed in held.preset.seeds:
        learner = final_of(held.world, one, seed, held.kept)
        if not isinstance(learner, Subset):
            raise TypeError("only what trains a subset is measured so")
        tensors.append(learner.versions[-1])
    return tensors


def nats_under(held: Setting, tensors: Sequence[Floats]) -> list[float]:
    """Return the same of tensors of the group that is trained, in their mean."""
    world = held.world
    base = world.likelihood.by_person(world.group, world.start)
    found = sum(world.likelihood.by_person(world.group, each) for each in tensors) / len(tensors)
    return [float(100 * less) for less in base - found]
