"""Find public directions: what trainings on public writers' lines change, each alone and all together. torch.

The first is the way that training on everybody's lines in one place goes: it is where many devices' reports lead in the
end, and no single one shows much of it. Where writers are of several kinds, as much of each kind is taken for it, since
the kind of which there is most public text is not what most people type; and the next are the ways that each kind alone
goes. The others are those in which most of what each writer's training changes lies beside them
(`hushkey.model.directions`); a writer's training is that of a device.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.directions import COUNT, Directions, principal
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Reading
from hushkey.model.training.fleets import EPOCHS, PIECES, SEED, fleet_of, trained_together
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.vocabulary import Vocabulary

STEPS: Final = (
    64  # of a kind, at the most: what is learned later serves the kind alone, and costs the others
)


def found_directions(  # noqa: PLR0913, PLR0917  a training and whose
    network: FrozenNetwork,
    vocabulary: Vocabulary,
    zero: Adapter,
    settings: Settings,
    writers: Sequence[Sequence[Pieces]],
    count: int = COUNT,
    *,
    kinds: Sequence[str] = (),
) -> Directions:
    """Return the first directions of what these writers change of `zero`, fewer where there are too few writers.

    `settings` are those of a device's training. `kinds`: of each writer; none: all are of one. Raises ModelMismatch
    where none of them changes anything.
    """
    fleet = fleet_of(network, vocabulary, zero, settings)
    start, readings = zero.tensors[fleet.group], [fleet.read(lines) for lines in writers]
    trained = fleet.train([start] * len(writers), readings)
    deltas = np.stack([(after - start).ravel() for after in trained]).astype(np.float64)

    def way(lines: Sequence[Reading[Any]], epochs: int = EPOCHS) -> npt.NDArray[np.floating]:
        learned = trained_together(network, vocabulary, zero, lines, epochs=epochs)
        return (learned - start).ravel()

    if kinds:
        parts = [
            Reading(fleet.pooled(own, PIECES, 1, SEED).steps[:STEPS])
            for own in _by_kind(readings, kinds)
        ]
        ways = [way(parts, 1), *(way([part], 1) for part in parts)]
    else:
        ways = [way(readings)]
    changed = int(np.count_nonzero(np.any(deltas != 0.0, axis=1)))
    return principal(deltas, min(count, changed, deltas.shape[1]), zero.ranks, ways)


def _by_kind(readings: Sequence[Reading[Any]], kinds: Sequence[str]) -> list[list[Reading[Any]]]:
    pairs = list(zip(readings, kinds, strict=True))
    return [[own for own, kind in pairs if kind == each] for each in sorted(set(kinds))]
