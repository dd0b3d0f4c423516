"""How long a device takes, and what it must hold: fixed before any run. Pure arithmetic.

The paces are processor seconds of one core of the machine that the tables were made on (`python -m bench.federated
pace` measures them again); a device is that core, slower by its class. What is trained decides: the subset skips the
backward pass through the network and an optimiser over every weight.
"""

from dataclasses import dataclass

from hushkey.model.groups import AdapterShape, Ranks
from hushkey.model.training.finetune import Settings
from hushkey.model.training.subset import training_bytes

START_S = 3.0  # of a trainer: torch and the base are loaded
LATENCY_S = 0.2  # of each request
FULL_COPIES = 3  # of every weight beside the base's: gradient and Adam's two moments
_FLOAT = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """Processor seconds of training on the reference core."""

    piece_s: float  # a predicted piece
    step_s: float  # a step of the optimiser, whatever it is a step of


SUBSET = Pace(piece_s=0.0012, step_s=0.0)
FULL = Pace(piece_s=0.0020, step_s=0.04)


@dataclass(frozen=True, slots=True)
class Job:
    """What one training and its report are made of."""

    pace: Pace
    down_bytes: int
    up_bytes: int
    training_bytes: int  # beside the frozen base

    def compute_s(self, pieces: int, steps: int) -> float:
        """Return the reference core's seconds, from the start of the process on."""
        return START_S + self.pace.piece_s * pieces + self.pace.step_s * steps


def full_training_bytes(shape: AdapterShape, settings: Settings) -> int:
    """Count what training every weight holds beside the base, as `training_bytes` counts a choice of groups."""
    activations = training_bytes(shape, {}, settings)
    return FULL_COPIES * _FLOAT * shape.all_parameters + activations


def subset_training_bytes(shape: AdapterShape, ranks: Ranks, settings: Settings) -> int:
    """Count what training some groups holds beside the base."""
    return training_bytes(shape, ranks, settings)
