"""Find public directions: what trainings on public writers' lines change, taken together. torch.

Each writer's training is that of a device; the directions in which most of what they change lies are kept
(`hushkey.model.directions`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.directions import COUNT, Directions, principal
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.fleet import Fleet


def found_directions(
    fleet: Fleet[Any], zero: Adapter, writers: Sequence[Sequence[Pieces]], count: int = COUNT
) -> Directions:
    """Return the first directions of what these writers change of `zero`, fewer where there are too few writers.

    Raises ModelMismatch where none of them changes anything.
    """
    start = zero.tensors[fleet.group]
    trained = fleet.train([start] * len(writers), [fleet.read(lines) for lines in writers])
    deltas = np.stack([(after - start).ravel() for after in trained]).astype(np.float64)
    changed = int(np.count_nonzero(np.any(deltas != 0.0, axis=1)))
    return principal(deltas, min(count, changed, deltas.shape[1]), zero.ranks)
