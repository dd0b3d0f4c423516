"""How much a report counts: by its own variance on the device, by its age at both aggregators. Pure arithmetic."""

import math

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import CodecRefused

AGE_WEIGHT_MAX = 15  # four bits of the ring


def variance_weight(delta: npt.NDArray[np.floating], variance_floor: float) -> float:
    """Return s = min(1, sqrt(v / v0)): v the update's variance about 0, v0 the task's public `variance_floor`.

    About 0, the mean of the numbers' squares, since that is what a report is normalized by; below the floor that would
    make noise of next to nothing as loud as anybody's typing, so it counts as much less as it lies below. Taken before
    the normalizing, which hides it: 0 for an update of zeros, 1 for a wild one, which is no longer than others are.
    Raises CodecRefused.
    """
    if not (math.isfinite(variance_floor) and variance_floor > 0.0):
        raise CodecRefused("a variance floor is finite and above 0; nothing was weighed")
    if delta.size == 0 or not np.all(np.isfinite(delta)):
        raise CodecRefused("a delta is empty or not finite; nothing was weighed")
    with np.errstate(over="ignore", invalid="ignore"):
        variance = float(np.mean(np.square(delta, dtype=np.float64)))
    return min(1.0, math.sqrt(variance / variance_floor)) if math.isfinite(variance) else 1.0


def age_weights(age_max: int, exponent: float) -> tuple[int, ...]:
    """Return the integer weight of each age from 0 to age_max: (1 + age)^-exponent in fifteenths, at least one.

    The polynomial of FedAsync (Xie, Koyejo & Gupta 2019, arXiv 1903.03934 §5.2), which FedBuff takes with 1/2. A common
    divisor is taken out, so that weights that are all alike are 1 and cost no bits of the ring. Raises CodecRefused.
    """
    if age_max < 0 or not (math.isfinite(exponent) and exponent >= 0.0):
        raise CodecRefused("ages and their exponent are 0 or more; nothing was weighed")
    shares = [AGE_WEIGHT_MAX * float(1 + age) ** -exponent for age in range(age_max + 1)]
    weights = [max(1, math.floor(share + 0.5)) for share in shares]
    common = math.gcd(*weights)
    return tuple(weight // common for weight in weights)
