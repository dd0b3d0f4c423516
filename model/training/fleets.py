"""Which fleet trains which group."""

from typing import Any, Final

from hushkey.model.adapter import Adapter
from hushkey.model.errors import TrainingFailed
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Fleet
from hushkey.model.training.fleet_biases import BiasFleet
from hushkey.model.training.fleet_output import OutputFleet
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.vocabulary import Vocabulary

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
