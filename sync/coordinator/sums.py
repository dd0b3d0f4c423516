"""Sums of shares by either role: opened one at a time, so that memory stays that of a few vectors. Knows no store.

Noise is drawn here and nowhere else. Whoever calls `noised` holds the batch's row and stores what it returns in the
same transaction, so that no batch id ever has two draws that anybody saw.
"""

import numpy as np
import numpy.typing as npt

from hushkey.sync.codec.packing import pack, unpack
from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.codec.shares import add_into, expand, join
from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.keys import Entropy, ReportSeed
from hushkey.sync.messages import Metadata, envelope_info
from hushkey.sync.privacy import discrete_gaussian

Noise = npt.NDArray[np.int64]


class Sum:
    """The sum of some reports' shares, each times the weight of its age at one version."""

    def __init__(self, terms: Terms, version: int) -> None:
        self._terms = terms
        self._version = version
        self._total = np.zeros(terms.length, np.uint64)
        self.weight = 0  # of the reports together
        self.count = 0

    def add_share(self, metadata: Metadata, share: Elements) -> None:
        """Add a share. Raises CodecRefused, the sum unchanged."""
        weight = self._terms.weight(self._version, metadata.trained_version)
        add_into(self._total, share, weight, self._terms.task.bits)
        self.weight += weight
        self.count += 1

    def add_packed(self, metadata: Metadata, packed: bytes) -> None:
        """Add a leader's share as it was sealed. Raises CodecRefused, the sum unchanged."""
        self.add_share(metadata, unpack(packed, self._terms.length, self._terms.task.bits))

    def add_seed(self, metadata: Metadata, seed: ReportSeed) -> None:
        """Add the helper's share that a seed stands for."""
        self.add_share(metadata, helper_share(self._terms, metadata, seed))

    def noised(self, entropy: Entropy) -> bytes:
        """Draw the batch's noise and return the packed sum with it. Once a batch: see above."""
        terms = self._terms
        ring = Ring(terms.task.bits)
        noise = discrete_gaussian(terms.task.sigma, terms.length, entropy)
        return pack((self._total + ring.apply(noise)) & ring.mask, terms.task.bits)


def helper_share(terms: Terms, metadata: Metadata, seed: ReportSeed) -> Elements:
    """Return the helper's share (n,) of a report: bound to all that its envelope is."""
    context = envelope_info("helper", terms.identity, metadata)
    return expand(seed, terms.length, terms.task.bits, context)


def opened(terms: Terms, leader: bytes, helper: bytes) -> bytes:
    """Return the packed sum of both roles' shares: the batch's noised aggregate. Raises CodecRefused."""
    bits = terms.task.bits
    ours, theirs = (unpack(share, terms.length, bits) for share in (leader, helper))
    return pack(join(ours, theirs, bits), bits)
