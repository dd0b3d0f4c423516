"""From a delta to the very bytes that are uploaded: weigh, encode, split, seal. Pure but for entropy; it sends nothing.

The delta and the zeros that take its place go the same way, step by step.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.model.groups import AdapterShape
from hushkey.sync.codec import Codec, expand, pack, split, variance_weight
from hushkey.sync.codec.ring import Elements
from hushkey.sync.envelopes import seal_report
from hushkey.sync.keys import Entropy, ReportSeed, WithdrawalToken
from hushkey.sync.messages import (
    Metadata,
    Receiver,
    Task,
    encode,
    envelope_info,
    hash_of,
)
from hushkey.sync.task_terms import codec_of

Floats = npt.NDArray[np.float64]

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """What a report is made for: a task, a version of it, and the keys that its shares are sealed for."""

    task: Task
    identity: bytes  # hash of the task's body
    shape: AdapterShape
    version: int
    leader: Receiver
    helper: Receiver

    @property
    def codec(self) -> Codec:
        """How the task's reports are encoded. Raises TaskRefused."""
        return codec_of(self.task, self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """An encoded report in two: together the report, each by itself uniformly random."""

    encoded: Elements
    leader: Elements
    helper: Elements
    leader_packed: bytes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Built:
    """A sealed report and what stays behind: its repr tells none of it."""

    metadata: Metadata
    data: bytes  # what is uploaded, byte for byte
    token: WithdrawalToken
    shares: Shares
    weight: float
    zeros: bool

    @property
    def report(self) -> bytes:
        """Its id."""
        return self.metadata.report

    @property
    def digest(self) -> bytes:
        """SHA-256 of its bytes."""
        return hash_of(self.data)


def weight_of(place: Place, delta: Floats) -> float:
    """Return how much the report counts, by the variance of what is sent; nothing that is not finite counts."""
    if not np.isfinite(delta).all():
        return 0.0
    return variance_weight(place.codec.coordinates(delta), place.task.variance_floor)


def build(place: Place, delta: Floats, *, zeros: bool, now: int, entropy: Entropy) -> Built:
    """Seal a report of a delta (d,), or of zeros in its place. Raises CodecRefused, EnvelopeRefused, TaskRefused."""
    weight = weight_of(place, delta)
    sent = np.zeros_like(delta) if zeros else delta
    weight = 0.0 if zeros else weight
    encoded = place.codec.encode(sent, weight, entropy)
    token = WithdrawalToken.generate(entropy)
    metadata = Metadata(
        report=entropy(ID_BYTES),
        trained_version=place.version,
        expires_at=now + place.task.report_ttl_s,
        withdrawal=hash_of(token.reveal()),
        leader_receiver=place.leader.number,
        helper_receiver=place.helper.number,
    )
    seed = ReportSeed.generate(entropy)
    shares = _shares(place, metadata, encoded, seed)
    report = seal_report(
        place.identity, metadata, shares.leader_packed, seed, place.leader, place.helper, now=now
    )
    return Built(metadata, encode(report), token, shares, weight, zeros)


def _shares(place: Place, metadata: Metadata, encoded: Elements, seed: ReportSeed) -> Shares:
    bits = place.task.bits
    context = envelope_info("helper", place.identity, metadata)
    leader = split(encoded, seed, bits, context)
    helper = expand(seed, len(encoded), bits, context)
    return Shares(encoded, leader, helper, pack(leader, bits))
