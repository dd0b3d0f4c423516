"""How much a report counts: by its own variance on the device, by its age at both aggregators. Pure arithmetic."""

import math

import numpy as np
import numpy.typing as npt

from hushkey.sync.errors import CodecRefused

AGE_WEIGHT_MAX = 15  # four bits of the ring


def variance_weight(delta: npt.NDArray[np.floating], variance_floor: float) -> float:
    """Return s = v0 / (v0 + v): v the variance of the update's numbers, v0 the task's public `variance_floor`.

    Inverse variance above a floor: near 1 for an update much quieter than the floor, a half at it, near 0 for a wild
    one, 0 where the variance is beyond float64. It is that before the clip, which would hide it. Raises CodecRefused.
    """
    if not (math.isfinite(variance_floor) and variance_floor > 0.0):
        raise CodecRefused("a variance floor is finite and above 0; nothing was weighed")
    if delta.size == 0 or not np.all(np.isfinite(delta)):
        raise CodecRefused("a delta is empty or not finite; nothing was weighed")
    with np.errstate(over="ignore", invalid="ignore"):
        variance = float(np.var(delta, dtype=np.float64))
    return variance_floor / (variance_floor + variance) if math.isfinite(variance) else 0.0


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
