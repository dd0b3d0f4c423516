"""What a batch's noise leaves of its signal, told before a task is made. Pure arithmetic."""

import math

from hushkey.sync.errors import NoiseRefused

# Norm of the sum of a batch's reports, in clip norms a report, each as long as that (docs/federated.md, "What devices
# have in common"): of every number of the gates' biases, of their coordinates along public directions, and of the one
# along the first: 0.98 of votes all as long, of which the variance weight leaves about 0.4 at 200 words.
ALIGNMENT = 0.14
ALIGNMENT_WITHIN = 0.4
ALIGNMENT_ALONE = 0.35
VERSIONS = 10  # that a device's budget is stated for: what is learned adds up over them
FLOOR = 1.0 / math.sqrt(VERSIONS)  # below it the noise on ten sums together is longer than they are
AGGREGATORS = 2  # each adds its noise


def alignment_along(directions: int | None) -> float:
    """Return what reports along so many public directions are taken to have in common; None: every number is sent."""
    if directions is None:
        return ALIGNMENT
    return ALIGNMENT_ALONE if directions == 1 else ALIGNMENT_WITHIN


def signal_to_noise(
    batch: int, multiplier: float, dimension: int, alignment: float = ALIGNMENT
) -> float:
    """Return the norm of a batch's sum by that of its noise: K alignment / (z sqrt(2 d)).

    `multiplier` z is one aggregator's sigma by the sensitivity, so weights below the highest count as less alignment.
    A coordinate mask changes nothing: signal and noise lose the same share of their norms. Without noise: infinite.
    """
    if batch < 1 or dimension < 1 or not 0.0 < alignment <= 1.0 or not 0.0 <= multiplier < math.inf:
        raise NoiseRefused("no batch is like that; nothing was predicted")
    noise = multiplier * math.sqrt(AGGREGATORS * dimension)
    return batch * alignment / noise if noise else math.inf


def smallest_batch(
    multiplier: float, dimension: int, alignment: float = ALIGNMENT, floor: float = FLOOR
) -> int:
    """Return the fewest reports whose predicted ratio is at least `floor`.

    With epsilon 8 over 10 reports at delta 1e-6, a floor of 1 and an alignment of 0.236 it is 592 at d = 2,048 and
    3,498 at d = 71,680, as in the table of the sharing design, which assumed that much.
    """
    each = signal_to_noise(1, multiplier, dimension, alignment)
    batch = 1 if math.isinf(each) else max(1, math.ceil(floor / each))
    while signal_to_noise(batch, multiplier, dimension, alignment) < floor:
        batch += 1
    return batch


def require_signal(
    batch: int,
    multiplier: float,
    dimension: int,
    alignment: float = ALIGNMENT,
    floor: float = FLOOR,
) -> float:
    """Return the predicted ratio of a task's smallest batch. Raises NoiseRefused below the floor."""
    ratio = signal_to_noise(batch, multiplier, dimension, alignment)
    if ratio < floor:
        enough = smallest_batch(multiplier, dimension, alignment, floor)
        raise NoiseRefused(
            f"{batch} reports leave {ratio:.2f} of signal to noise, below {floor:.2f}; no task was made: "
            f"take {enough} reports, fewer numbers, or less noise"
        )
    return ratio
