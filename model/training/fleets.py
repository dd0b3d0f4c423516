"""Which fleet trains which group, and the same training over everybody's lines in one place. torch."""

from collections.abc import Sequence
from typing import Any, Final

from hushkey.model.adapter import Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Fleet, Floats, Reading
from hushkey.model.training.fleet_biases import BiasFleet
from hushkey.model.training.fleet_output import OutputFleet
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.vocabulary import Vocabulary

# Centralised training: all lines in one place, in random order.
EPOCHS: Final = 2
PIECES: Final = 512  # a step
RATE: Final = 3e-3  # at rank 16, or where a group has no rank
SEED: Final = 1

FLEETS: Final = {kind.group: kind for kind in (OutputFleet, BiasFleet)}


def fleet_of(
    network: FrozenNetwork, vocabulary: Vocabulary, like: Adapter, settings: Settings
) -> Fleet[Any]:
    """Return the fleet for adapters such as `like`. Raises TrainingFailed where there is none."""
    kind = FLEETS.get(next(iter(like.tensors), ""))
    if kind is None:
        raise TrainingFailed(
            f"many devices at once train one group of {', '.join(FLEETS)}; nothing was trained"
        )
    made: Fleet[Any] = kind(network, vocabulary, like, settings)
    return made


def trained_together(
    network: FrozenNetwork,
    vocabulary: Vocabulary,
    like: Adapter,
    readings: Sequence[Reading[Any]],
    *,
    epochs: int = EPOCHS,
) -> Floats:
    """Return the tensor of the one group of `like` after training on the lines of all these readings together."""
    (group,) = like.tensors
    settings = Settings(epochs=1, share=1.0, rates={group: RATE})
    fleet = fleet_of(network, vocabulary, like, settings)
    together = fleet.pooled(readings, PIECES, epochs, SEED)
    return fleet.train([like.tensors[group]], [together])[0]
