"""What leaves a device, as the coordinator may see it: a clipped delta, and the noised mean of a batch. Pure.

A model of the protocol for measuring, not the protocol: the noise is a continuous Gaussian from the generator at
hand, where sharing itself draws an exact discrete one; the delta is neither rotated nor rounded, which tells nothing.
The other devices of the batch report zeros, the worst case for the one that does not, and the very pair that the
accounting of hushkey.model.audit.batch compares.
"""

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.audit.batch import BATCH, noise_multiplier
from hushkey.model.groups import SHAREABLE


def shareable(adapter: Adapter) -> Adapter:
    """Return what of an adapter may be shared: never the output bias, never embeddings."""
    return adapter.only(SHAREABLE)


def clipped(delta: Adapter, norm: float) -> Adapter:
    """Return a delta no longer than `norm`."""
    length = delta.norm()
    return delta.scaled(norm / length) if length > norm else delta


def batch_mean(
    delta: Adapter,
    clip_norm: float,
    rng: np.random.Generator,
    *,
    batch: int = BATCH,
    multiplier: float | None = None,
) -> Adapter:
    """Return the mean of a batch with `delta` in it, with one aggregator's noise on the sum.

    `multiplier` is the noise's standard deviation in clip norms, the default of the accounting unless given.
    """
    mean = clipped(shareable(delta), clip_norm).scaled(1.0 / batch)
    scale = clip_norm * (noise_multiplier() if multiplier is None else multiplier) / batch
    return mean.replaced(
        {
            name: held + np.float32(scale) * rng.standard_normal(held.shape, np.float32)
            for name, held in mean.tensors.items()
        }
    )
