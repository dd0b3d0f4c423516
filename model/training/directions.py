"""Find public directions: what trainings on public writers' lines change, each alone and all together. torch.

The first is the way that training on everybody's lines in one place goes: it is where many devices' reports lead in the
end, and no single one shows much of it. The others are those in which most of what each writer's training changes lies
beside it (`hushkey.model.directions`); a writer's training is that of a device.
"""

from collections.abc import Sequence

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.directions import COUNT, Directions, principal
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleets import fleet_of, trained_together
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.vocabulary import Vocabulary


def found_directions(  # noqa: PLR0913, PLR0917  a training and whose
    network: FrozenNetwork,
    vocabulary: Vocabulary,
    zero: Adapter,
    settings: Settings,
    writers: Sequence[Sequence[Pieces]],
    count: int = COUNT,
) -> Directions:
    """Return the first directions of what these writers change of `zero`, fewer where there are too few writers.

    `settings` are those of a device's training. Raises ModelMismatch where none of them changes anything.
    """
    fleet = fleet_of(network, vocabulary, zero, settings)
    start, readings = zero.tensors[fleet.group], [fleet.read(lines) for lines in writers]
    trained = fleet.train([start] * len(writers), readings)
    deltas = np.stack([(after - start).ravel() for after in trained]).astype(np.float64)
    way = (trained_together(network, vocabulary, zero, readings) - start).ravel()
    changed = int(np.count_nonzero(np.any(deltas != 0.0, axis=1)))
    return principal(deltas, min(count, changed, deltas.shape[1]), zero.ranks, way)
