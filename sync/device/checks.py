"""Whether a delta may be sent: finite, and no rare word of its owner readable by one operator. Pure but for entropy.

What one operator could see in the worst case is the published sum less its own noise, all other reports of the batch
being zeros: this report, as often as the largest age weight has it, and the other operator's noise. If the attack finds
rare words in that beyond chance, zeros are sent in the place of the delta, at the same price and of the same size: that
something was refused depends on the data, so it must not show. The noise drawn here is for looking and never sent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.sync.codec import Codec
from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.device.attack import Attacked, Attacker
from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import Entropy
from hushkey.sync.messages import Task
from hushkey.sync.privacy import discrete_gaussian
from hushkey.sync.task_terms import unflatten

Floats = npt.NDArray[np.float64]
Refusal = Literal["", "not finite", "rare words surfaced"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the delta may be sent, and what the attack found in one operator's view; None where it was not asked."""

    refusal: Refusal
    view: Attacked | None = None

    @property
    def send_zeros(self) -> bool:
        """Whether zeros take the delta's place."""
        return bool(self.refusal)


@dataclass(frozen=True, slots=True)
class Views:
    """How the numbers that somebody holds look when they are read as an adapter's."""

    task: Task
    codec: Codec
    like: Adapter  # of the version

    def of_sum(self, total: Elements) -> Adapter | None:
        """Read a sum, or a share by itself, as a delta; None where it is no adapter at all."""
        return self._read(self.codec.decode_sum(total).vector)

    def of_delta(self, delta: Floats) -> Adapter | None:
        """Read what of a delta (d,) is sent, before anything hides it; None as above."""
        directions = self.codec.directions
        if directions is None:
            return self._read(delta)
        return self._read(directions.back(self.codec.coordinates(delta)))

    def worst(self, delta: Floats, weight: float, entropy: Entropy) -> Adapter | None:
        """Return what one operator could know of a delta (d,) whose report has a batch of zeros for company."""
        mine = self.codec.integers(delta, weight, entropy) * self.task.weight_max
        noise = discrete_gaussian(self.task.sigma, len(mine), entropy)
        return self.of_sum(Ring(self.task.bits).apply(mine + noise))

    def _read(self, numbers: Floats) -> Adapter | None:
        longest = float(np.abs(numbers).max(initial=0.0)) or 1.0  # only the direction matters
        try:
            return unflatten(
                numbers / longest,
                self.task.ranks,
                self.like.shape,
                base=self.like.base,
                seed=self.like.seed,
            )
        except CodecRefused:
            return None


def check(  # noqa: PLR0913, PLR0917
    delta: Floats,
    weight: float,
    words: Collection[str],
    views: Views,
    attacker: Attacker | None,
    entropy: Entropy,
    *,
    sample: bool = False,
) -> Verdict:
    """Look at a delta (d,) before it is encoded.

    Words of a `sample` profile are nobody's: what is found refuses nothing, and without an `attacker` nobody looks.
    """
    finite = bool(np.isfinite(delta).all())
    if attacker is None and sample:
        return Verdict("" if finite else "not finite")
    if attacker is None:
        raise ValueError("a person's words are looked for before anything is sent")
    # What is not finite is looked at as zeros: it takes as long as any other.
    view = views.worst(delta if finite else np.zeros_like(delta), weight, entropy)
    found = None if view is None else attacker.attack(view, words)
    surfaced = not sample and found is not None and found.rare_words.beyond_chance
    if not finite:
        return Verdict("not finite", found)
    return Verdict("rare words surfaced" if surfaced else "", found)
